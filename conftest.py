"""Loads the gate: options, markers, evidence and report."""

pytest_plugins = ["promotion.plugin"]
