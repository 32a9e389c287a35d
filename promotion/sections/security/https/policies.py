"""The TLS policies that AWS recommends for load balancers.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html, and control
ELB.17 of https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html. Both change over the years: what
is recommended later is accepted with `policies` in promotion.toml until it stands here.
"""

from datetime import date

AS_OF = date(2026, 11, 23)
"""When the list was last compared with its source."""

RECOMMENDED = (
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
)
"""The first is the one that the console takes by itself: TLS 1.2 and 1.3, with key exchange that outlasts quantum
computers. All of them have authenticated encryption alone."""
