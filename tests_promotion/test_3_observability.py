"""3. Observability and monitoring: what runs in dev can be seen, and is well by what is seen."""
