"""after_rollback: see CONTRIBUTING.md."""
