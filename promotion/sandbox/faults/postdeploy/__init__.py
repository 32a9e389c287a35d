"""postdeploy: see CONTRIBUTING.md."""
