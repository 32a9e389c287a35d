"""4. Security and secrets: what the service may know and do, and who may come in."""
