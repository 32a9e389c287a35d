"""CloudWatch alarms: which there are, what they did, and what was done to them during a deployment. Pure."""
