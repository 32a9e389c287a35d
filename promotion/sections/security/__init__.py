"""The security section: roles, secrets, networks, HTTPS, leaks in logs."""
