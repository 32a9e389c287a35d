"""The observability section: metrics, logs, dashboards, alarms, baseline."""
