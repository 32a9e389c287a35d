"""The judge is not us: Trivy scans images of the sandbox, with a database of our own."""
