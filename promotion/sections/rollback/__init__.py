"""Whether there is a way back, and something that takes it: alarms, deployment groups, traffic shifting. Pure."""
