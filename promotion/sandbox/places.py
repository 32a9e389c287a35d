"""Where the parts of a world are served."""

from collections.abc import Mapping
from dataclasses import dataclass

FIXED_PORT_BASE = 4600
"""First of the fixed local ports: AWS, registry, GitHub, then the front-ends in their order."""


@dataclass(frozen=True)
class Places:
    """Addresses of one world, without trailing slashes; everything is on loopback."""

    aws: str
    """Every AWS API, `http://127.0.0.1:PORT`."""
    registry: str
    """The OCI registry, `http://127.0.0.1:PORT`."""
    github: str
    """The GitHub REST API, `http://127.0.0.1:PORT`."""
    clock: str
    """The sandbox's clock: answers `{"now": ISO 8601 in UTC, "rate": sandbox seconds per real second}`."""
    fronts: Mapping[str, str]
    """Front-end (`dev-lambda`, `dev-ec2`, `prod-lambda`, `prod-ec2`) to its `https://localhost:PORT`."""
    ca_file: str
    """PEM file of the certificate authority of the front-ends."""
