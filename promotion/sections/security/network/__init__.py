"""Who may come in: security groups as intervals of addresses and ports. Nothing in here does I/O."""
