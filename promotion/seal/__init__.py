"""The seal: signed statements over a record and its report, a person's sign-off, and the check of both."""
