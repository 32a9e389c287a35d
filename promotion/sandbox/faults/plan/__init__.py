"""plan: see CONTRIBUTING.md."""
