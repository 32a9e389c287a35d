"""The baseline: how the service does when it does well, as counts and a histogram, in a chain of records. Pure."""
