"""The error budget: how much of it is used, how fast it burns, and what one deployment took. Pure."""
