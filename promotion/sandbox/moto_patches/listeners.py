"""Listeners and target groups as they read back: no TLS policy without TLS, each load balancer told once."""

from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeListener

from promotion.sandbox.moto_patches import amends


@amends(FakeListener, "__init__")
def no_policy_without_tls(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
    """Leave the TLS policy of a plain listener out."""
    original(self, *args, **kwargs)
    if self.protocol not in {"HTTPS", "TLS"}:
        self.ssl_policy = None


@amends(ELBv2Backend, "create_listener")
def told_once(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """Name the load balancer of a target group once, however often it forwards there."""
    made = original(self, *args, **kwargs)
    for group in self.target_groups.values():
        group.load_balancer_arns = list(dict.fromkeys(group.load_balancer_arns))
    return made
