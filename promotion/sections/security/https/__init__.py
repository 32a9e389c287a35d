"""HTTPS at a load balancer: what it is set up to do, and what it does when somebody connects."""
