"""collect: see CONTRIBUTING.md."""
