"""CloudWatch dashboards: what one shows, whether that is what people need to see, and whether it looks well. Pure."""
