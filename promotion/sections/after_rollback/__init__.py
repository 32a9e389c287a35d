"""Whether a rollback has brought back what was there before, and what people have written down of it."""
