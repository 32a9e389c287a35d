"""rollback: see CONTRIBUTING.md."""
