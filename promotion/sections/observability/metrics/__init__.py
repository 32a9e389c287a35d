"""CloudWatch metrics: what to ask, how to read the answers, and what they say of latency and errors. Pure."""
