"""A run inside pytest: options, configuration, look-ups, worker, controller, outputs."""
