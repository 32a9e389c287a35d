"""artifact: see CONTRIBUTING.md."""
