"""CloudWatch: metrics, alarms and their history, dashboards."""
