"""6. Production deployment plan: when, by whom, in which steps, and who knows of it."""
