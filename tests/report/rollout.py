"""What the sample records of a rollout found: a canary slower than its baseline, what was done, and what came before."""

from typing import Any

from .checklist import SECTIONS, blank_items
from .found import answer, subject

SLOWER = (
    "the canary's median duration was 412 ms over 3 120 requests, the baseline's 231 ms over 28 400: it is slower by at "
    "least 1.6 times, and 1.25 times is allowed. Roll back, and look at what version 6 does on its first request."
)
_TIMES = {"start": "T0", "end": "T+5", "marks": [[4, "T+2"]]}
EVIDENCE: dict[str, dict[str, Any]] = {
    "rollout_watch": {
        "seen": "2026-11-23T14:02:31.000Z",
        "unknown": None,
        "calls": [],
        "value": {
            "t0": "2026-11-23T14:00:12Z",
            "looks": [{"name": "T+2", "at": "2026-11-23T14:02:14Z", "canary": 3120, "baseline": 28400}],
            "durations": {
                "chart": "compared",
                "title": "Duration p99, canary and baseline",
                "canary": [702.0, 731.5, 1044.0, 1092.25, 1120.0, None, None, None, None, None, None],
                "baseline": [640.0, 655.0, 648.5, 661.0, 652.0, None, None, None, None, None, None],
                "limit": 1000,
                "unit": " ms",
                **_TIMES,
            },
            "errors": {
                "chart": "bars",
                "title": "5xx of 1000 requests",
                "values": [["canary", 0.6], ["baseline", 0.4], ["API", None]],
                "limit": 1.0,
                "unit": "",
            },
        },
    },
    "error_budget": {
        "seen": "2026-11-23T14:02:31.000Z",
        "unknown": None,
        "calls": [],
        "value": {
            "chart": "budget",
            "title": "Error budget of 30 days",
            "spent": [0.0, 4.5, 9.0, 10.5, 22.0, 27.5, 31.0],
            "passed": 0.6,
            "before": 28.5,
            "limit": 100.0,
            "unit": " %",
            "start": "Nov 5",
            "end": "Dec 5",
        },
    },
}
ANSWERS: dict[str, dict[str, Any]] = {
    "lambda-canary": answer(
        "failed", subject("prod lambda", "failed", "412 ms, baseline 231 ms", "rollout_watch", message=SLOWER)
    ),
    "api-gateway-errors": answer("passed", subject("prod api", "passed", "0 of 31 520", "error_budget")),
    "go-no-go-t2": answer("failed", subject("", "failed", "no-go", message="no-go: lambda-canary failed. Roll back.")),
}
_BEFORE = {item["id"]: "passed" for item in blank_items(SECTIONS[:6])}
_ROLLOUT = {item["id"]: "passed" for item in blank_items(SECTIONS[6:7])}
CHAIN: list[dict[str, Any]] = [
    {
        "sha256": "5b1fe9a0c2d3485796a8b7c6d5e4f3021a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d",
        "phase": "pre_promotion",
        "verdict": "GO",
        "started": "2026-11-23T09:41:07.120Z",
        "finished": "2026-11-23T09:42:55.804Z",
        "rehearsal": False,
        "items": {**_BEFORE, "rollback-plan": "attested", "image-size": "waived"},
    },
    {
        "sha256": "e81d0c5f7a9b4236d8c0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6",
        "phase": "rollout",
        "verdict": "GO",
        "started": "2026-11-23T14:00:12.000Z",
        "finished": "2026-11-23T14:05:20.310Z",
        "rehearsal": True,
        "items": _ROLLOUT,
    },
]
ACTS: list[dict[str, Any]] = [
    {
        "key": "codedeploy/shop-lambda/d-9KLMN2QXR",
        "what": "stopped d-9KLMN2QXR of shop-lambda with rollback",
        "state": "done",
        "at": "2026-11-23T14:02:33.100Z",
        "id": "d-9KLMN2QXR",
        "link": None,
        "message": "",
    },
    {
        "key": "channels/releases",
        "what": "posted to releases",
        "state": "already",
        "at": "2026-11-23T14:02:34.900Z",
        "id": "1795474939.450189",
        "link": "https://example.slack.com/archives/C0RELEASES1/p1795474939450189",
        "message": "",
    },
    {
        "key": "codedeploy/shop-ec2/d-7HJKL1PQS",
        "what": "stopped d-7HJKL1PQS of shop-ec2 with rollback",
        "state": "refused",
        "at": "2026-11-23T14:02:35.200Z",
        "id": None,
        "link": None,
        "message": "d-7HJKL1PQS had ended before it could be stopped: roll shop-ec2 back by hand.",
    },
]
