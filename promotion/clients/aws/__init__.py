"""aws: see CONTRIBUTING.md."""
