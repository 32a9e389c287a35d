"""What is judged after a deployment: when it is due, what happened since, whether secrets still rotate. Pure."""
