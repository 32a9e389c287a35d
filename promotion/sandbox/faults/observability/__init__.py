"""observability: see CONTRIBUTING.md."""
