"""rollout: see CONTRIBUTING.md."""
