"""Where the parts of a world are served."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    channels: str = ""
    """Slack, Teams and the status page, `http://127.0.0.1:PORT`, each under a path of its own."""
    plain: Mapping[str, str] = field(default_factory=dict)
    """Front-end behind a load balancer to its `http://localhost:PORT`, which stands for port 80."""
