"""Live checks against origins on loopback."""
