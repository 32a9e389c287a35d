"""What promotion.toml declares of a world, beside what is looked at in sections 1 to 3: one module per area."""
