"""dev: see CONTRIBUTING.md."""
