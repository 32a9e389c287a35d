"""Other tools judge what the gate judges."""
