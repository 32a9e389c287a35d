"""security: see CONTRIBUTING.md."""
