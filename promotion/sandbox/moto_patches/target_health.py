"""What a load balancer says of its targets: moto calls every registered instance healthy.

A target group's `planted_health` holds other answers by target id: (state, reason code, description).
Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from typing import Any

from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from promotion.sandbox.moto_patches import amends


@amends(FakeTargetGroup, "health_for")
def planted(original: Any, self: Any, target: dict[str, Any], ec2_backend: Any) -> Any:
    """Give the planted answer for a registered target, and moto's for every other."""
    told: FakeHealthStatus = original(self, target, ec2_backend)
    answer = getattr(self, "planted_health", {}).get(target["Id"])
    if answer and target["Id"] in self.targets:
        told.status, told.reason, told.description = answer
    return told
