"""Whether ACM renews a certificate: moto says of every one that it does not.

https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

from typing import Any

from moto.acm.models import CertBundle

from promotion.sandbox.moto_patches import amends


@amends(CertBundle, "describe")
def renewal(original: Any, self: Any) -> dict[str, Any]:
    """Say that a certificate of Amazon's own that is in use and not past its end is renewed."""
    told: dict[str, Any] = original(self)
    certificate = told["Certificate"]
    if self.type == "AMAZON_ISSUED" and self.status == "ISSUED" and certificate.get("InUseBy"):
        certificate["RenewalEligibility"] = "ELIGIBLE"
    certificate |= getattr(self, "planted", {})
    return told
