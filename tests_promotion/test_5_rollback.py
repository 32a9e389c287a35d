"""5. Rollback readiness: there is a way back, and something that takes it."""
