"""Vulnerability scans of an image: what a report says, whether it is of this image, and what follows.

`trivy`, `cosign_vuln` and `ecr` read what scanners answer into a `report.ScanReport`, and `judge` weighs the reports of
several sources against each other; they are pure. `run_trivy` does I/O: it runs the scanner.
"""
