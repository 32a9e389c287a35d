"""The service's secrets: whether they can be used, by whom, and what in them is to be kept out of logs."""
