"""What people have said in the sample records: the promotion record, waivers, and the figures of the promotion before."""

from typing import Any

from .found import SHA

PROMOTION: dict[str, Any] = {
    "seen": "2026-11-23T09:41:07.300Z",
    "unknown": None,
    "calls": [],
    "value": {
        "name": "promotions/9f2b6c1e0a7d.toml",
        "record": {
            "digest": f"sha256:{SHA}",
            "service": "shop",
            "commit": "",
            "people": {"lead": "release-lead", "on_call": "on-call-engineer", "approver": "release-approver"},
            "window": {
                "start": "2026-11-23T15:00:00",
                "minutes": 30,
                "zone": "Europe/Vienna",
                "backup": {"start": "2026-11-24T10:00:00", "minutes": 30},
            },
        },
    },
}
WAIVERS: list[dict[str, Any]] = [
    {
        "item": "image-size",
        "subject": "linux/amd64",
        "digest": None,
        "version": "4.2.0",
        "reason": "model weights move out of the image in 4.3",
        "owner": "platform-team",
        "approver": "release-lead",
        "granted": "2026-11-17",
        "expires": "2026-12-01",
        "state": "used",
        "message": None,
    },
    {
        "item": "lambda-duration",
        "subject": None,
        "digest": None,
        "version": "4.1.7",
        "reason": "cold starts of the first ten minutes",
        "owner": "platform-team",
        "approver": "release-lead",
        "granted": "2026-11-01",
        "expires": "2026-11-20",
        "state": "other-image",
        "message": "the waiver for lambda-duration by release-lead is for version 4.1.7, and this is version 4.2.0: it "
        "has no effect",
    },
]
BEFORE: dict[str, Any] = {
    "sha256": "41c7ba50f2d94e8801b6a3c5d7e9f0123456789abcdef0123456789abcdef012",
    "digest": "sha256:1b7e5a0c9d2f4836a1e0c7b5d3f9a2846c0e1d7f5b3a9288cc64d0e2f1a3b5c7",
    "finished": "2026-11-09T09:12:44.020Z",
    "measured": {
        "alb-response-time": {"shop-dev": "412 ms of 500 ms"},
        "health-checks": {"lambda": "200 in 84 ms", "alb": "2 of 2 hosts"},
        "error-rate": {"lambda": "0 of 3 410, at most 0.09 %", "alb": "9 of 40 120, at most 0.05 %"},
        "lambda-duration": {"": "655 ms of 1000 ms"},
    },
}
