"""What the sample records found: answers to items, and the evidence they rest on."""

from typing import Any

SHA = "9f2b6c1e0a7d4f83b5ce11d0a4e7763fd2c8b90145aa6e3f7c19d8e2046b5a31"
IMAGE = f"999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:{SHA}"


def _call(service: str, operation: str, second: int, outcome: str = "ok") -> dict[str, Any]:
    """One call; the request id is made from what was called, so that the samples never change."""
    ident = f"{second:02d}c1f0a4-5b7e-4d2a-9c3f-{sum(map(ord, operation)):04d}e6a7b8c9"
    time = f"2026-11-23T09:41:{second:02d}.{second * 7 % 1000:03d}Z"
    return {"service": service, "operation": operation, "time": time, "request_id": ident, "outcome": outcome}


def _seen(value: Any, *calls: dict[str, Any]) -> dict[str, Any]:
    return {"seen": "2026-11-23T09:41:12.400Z", "value": value, "unknown": None, "calls": list(calls)}


def _unseen(reason: str, message: str, *calls: dict[str, Any]) -> dict[str, Any]:
    return {**_seen(None, *calls), "unknown": {"reason": reason, "message": message}}


def subject(
    name: str, status: str = "passed", measured: str | None = None, *evidence: str, **more: Any
) -> dict[str, Any]:
    """One subject's answer."""
    base = {
        "name": name,
        "status": status,
        "reason": None,
        "message": "",
        "measured": measured,
        "evidence": [*evidence],
    }
    return {**base, **more}


RULE = "p99 over the whole window is under the limit, and over it in at most one of a hundred requests."


def answer(status: str, *subjects: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One item's answer."""
    return {"status": status, "reason": None, "subjects": list(subjects), **more}


DENIED = (
    "iam:GetRolePolicy on role/shop-codedeploy-ec2 answered AccessDenied, so nobody knows what the role may do; "
    "grant iam:GetRolePolicy to role/promotion-checker (see `promotion permissions`) and run again."
)
SLOW = (
    "p99 of TargetResponseTime of app/shop-dev/50dc6c495c0c9188 was 624 ms over the 60 minutes to 09:40Z, the limit is "
    "500 ms; 433 of 41 882 requests were slower. It rose at 09:14Z, with deployment d-7Q2XK9LMN: compare that change."
)
OPEN = (
    "sg-0a1b2c3d4e5f60718 (shop-prod-instances) lets 0.0.0.0/1 and 128.0.0.0/1, together the whole IPv4 internet, in "
    "on port 8080; it should let in only sg-0f9e8d7c6b5a43210 (shop-prod-alb). Remove both rules."
)

EVIDENCE: dict[str, dict[str, Any]] = {
    "build_run": _seen(
        {
            "run": 8841,
            "attempt": 1,
            "conclusion": "success",
            "branch": "main",
            "commit": "4be91c7d20f1a9b8c7d6e5f4a3b2c1d0e9f8a7b6",
            "found_by": "SLSA provenance",
            "jobs": [
                {"name": "test", "conclusion": "success", "required": True},
                {"name": "image", "conclusion": "success", "required": True},
                {"name": "sign", "conclusion": "success", "required": True},
                {"name": "docs", "conclusion": "skipped", "required": False},
            ],
        },
        _call("api.github.com", "GET /repos/example/shop/actions/runs/8841", 8),
        _call("api.github.com", "GET /repos/example/shop/actions/runs/8841/jobs", 9),
    ),
    "signatures": _seen(
        {
            "found": [
                {
                    "identity": "https://github.com/example/shop/.github/workflows/build.yml@refs/heads/main",
                    "issuer": "https://token.actions.githubusercontent.com",
                    "log_index": 148204117,
                    "format": "sigstore bundle v0.3",
                }
            ],
            "subject": IMAGE,
        },
        _call("ecr", "BatchGetImage", 9),
    ),
    "manifest": _seen(
        {
            "media_type": "application/vnd.oci.image.index.v1+json",
            "platforms": {
                "linux/amd64": {"layers": 14, "compressed_bytes": 512480112},
                "linux/arm64": {"layers": 14, "compressed_bytes": 471003386},
            },
        },
        _call("ecr", "BatchGetImage", 10),
    ),
    "trivy_scan": _seen(
        {
            "source": "attestation",
            "scanned": "2026-11-23T06:02:11Z",
            "database_updated": "2026-11-23T00:31:40Z",
            "counts": {"CRITICAL": 0, "HIGH": 3, "MEDIUM": 11, "LOW": 40},
            "suppressed_critical": ["CVE-2026-11112"],
        },
        _call("ecr", "DescribeImages", 10),
    ),
    "dev_health[lambda]": _seen(
        {
            "url": "https://shop-dev.example.com/health",
            "http_status": 200,
            "ms": 84,
            "body": '{"status":"ok","version":"4.2.0"}',
            "redirects": [],
        },
        _call("shop-dev.example.com", "GET /health", 11),
    ),
    "dev_health[alb]": _seen(
        {
            "url": "https://alb.shop-dev.example.com/health",
            "http_status": 200,
            "ms": 37,
            "expected_hosts": 2,
            "hosts": [
                {"instance": "i-0a11c3f5e7b9d1f30", "state": "healthy", "zone": "eu-west-1a"},
                {"instance": "i-0b22d4e6f8a0c2e41", "state": "healthy", "zone": "eu-west-1b"},
            ],
        },
        _call("alb.shop-dev.example.com", "GET /health", 11),
        _call("elbv2", "DescribeTargetHealth", 11),
    ),
    "dev_response_times": _seen(
        {
            "metric": "AWS/ApplicationELB TargetResponseTime",
            "load_balancer": "app/shop-dev/50dc6c495c0c9188",
            "window": ["2026-11-23T08:40:00Z", "2026-11-23T09:40:00Z"],
            "p99_seconds": 0.624,
            "over_limit": 433,
            "samples": 41882,
            "worst": [
                {"minute": "09:38", "p99_seconds": 0.598, "requests": 702},
                {"minute": "09:39", "p99_seconds": 0.624, "requests": 688},
                {"minute": "09:40", "p99_seconds": 0.622, "requests": 711},
            ],
            "slowest_path": '/search?q=<script>alert("1")</script>',
        },
        _call("cloudwatch", "GetMetricData", 12),
    ),
    "roles[shop-lambda]": _seen(
        {
            "trust": ["lambda.amazonaws.com"],
            "attached": ["AWSLambdaBasicExecutionRole"],
            "inline": {"secrets": "secretsmanager:GetSecretValue on 2 secrets"},
        },
        _call("iam", "GetRole", 10),
        _call("iam", "ListRolePolicies", 10),
    ),
    "roles[shop-codedeploy-ec2]": _unseen(
        "access-denied", DENIED, _call("iam", "GetRole", 10), _call("iam", "GetRolePolicy", 11, "AccessDenied")
    ),
    "security_groups": _seen(
        {
            "shop-prod-alb": {"id": "sg-0f9e8d7c6b5a43210", "open_to_the_world": "443, 80", "listeners": "443, 80"},
            "shop-prod-instances": {"id": "sg-0a1b2c3d4e5f60718", "open_to_the_world": "8080", "listeners": ""},
            "shop-prod-lambda": {"id": "sg-0c0ffee0c0ffee000", "open_to_the_world": "", "listeners": ""},
        },
        _call("ec2", "DescribeSecurityGroups", 12),
        _call("ec2", "DescribeManagedPrefixLists", 12),
    ),
    "error_counts": _seen(
        {"lambda": {"errors": 0, "requests": 212}, "alb": {"errors": 12, "requests": 41882}},
        _call("cloudwatch", "GetMetricData", 12),
    ),
    "rollback_alarms": _seen(
        {
            "shop-lambda-prod": ["shop-prod-errors", "shop-prod-duration", "shop-prod-throttles"],
            "shop-ec2-prod": ["shop-prod-5xx", "shop-prod-unhealthy-hosts"],
            "stop_when_unreadable": True,
        },
        _call("codedeploy", "BatchGetDeploymentGroups", 13),
        _call("cloudwatch", "DescribeAlarms", 14),
    ),
}


def _passed(measured: str, *evidence: str) -> dict[str, Any]:
    return answer("passed", subject("", "passed", measured, *evidence))


def _each(*subjects: tuple[str, str], evidence: str = "") -> dict[str, Any]:
    names = [name for name, _ in subjects]
    proofs = [[f"{evidence}[{name}]"] if evidence else [] for name in names]
    return answer("passed", *(subject(n, "passed", m, *e) for (n, m), e in zip(subjects, proofs, strict=True)))


def _attested(who: str, at: str, statement: str) -> dict[str, Any]:
    return answer("attested", subject("", "attested"), attestation={"by": who, "at": at, "statement": statement})


GOOD: dict[str, dict[str, Any]] = {
    "build-workflow": _passed("run 8841, 3 of 3 required jobs", "build_run"),
    "image-signed": _passed("keyless, log index 148204117", "signatures"),
    "sbom-attached": _passed("CycloneDX 1.6, 214 components"),
    "digest-immutable": _passed("tags immutable, in dev on both targets", "manifest"),
    "no-critical-vulnerabilities": _passed("0 critical, 1 suppressed, 3 high", "trivy_scan"),
    "image-size": answer(
        "waived",
        subject(
            "linux/amd64", "failed", "512 MB of 500 MB", "manifest", message="linux/amd64 is 512 MB, the limit 500 MB."
        ),
        subject("linux/arm64", "passed", "471 MB of 500 MB", "manifest"),
        waiver={"by": "release-lead", "until": "2026-12-01", "reason": "model weights move out of the image in 4.3"},
    ),
    "lambda-deployed": _passed("d-7Q2XK9LMN, version 8"),
    "ec2-deployed": _each(("i-0a11c3f5e7b9d1f30", "9 of 9 events"), ("i-0b22d4e6f8a0c2e41", "9 of 9 events")),
    "blue-green-completed": _passed("green 100, blue terminated"),
    "health-checks": _each(("lambda", "200 in 84 ms"), ("alb", "2 of 2 hosts"), evidence="dev_health"),
    "smoke-tests": _passed("14 of 14 endpoints"),
    "synthetic-tests": _each(("checkout", "5 steps in 1.2 s"), ("search", "3 steps in 0.4 s")),
    "logs-flowing": _each(("lambda", "11 s old"), ("ec2", "19 s old")),
    "correlation-ids": _each(("lambda", "99.97 % of 18 204"), ("ec2", "100 % of 9 911")),
    "dashboard-healthy": _passed("9 of 9 widgets have data"),
    "no-alarms": _passed("0 of 12 alarms since 09:11Z"),
    "lambda-duration": _passed("707 ms of 1000 ms"),
    "alb-response-time": _passed("412 ms of 500 ms"),
    "error-rate": answer(
        "passed",
        subject("lambda", "passed", "0 of 212, at most 1.4 %", "error_counts"),
        subject("alb", "passed", "12 of 41 882, at most 0.05 %", "error_counts"),
    ),
    "secrets-manager": _each(
        ("shop/dev/database", "AWSCURRENT, readable"), ("shop/dev/payment-api", "AWSCURRENT, readable")
    ),
    "no-secrets-in-logs": _each(("/aws/lambda/shop-api", "0 in 18 204 events"), ("/shop/ec2", "0 in 9 911 events")),
    "least-privilege": _each(("shop-lambda", "3 statements"), evidence="roles"),
    "security-groups": _passed("4 groups, 0 open"),
    "https-alb": answer(
        "not-applicable",
        subject(
            "", "not-applicable", message="Declared in promotion.toml: the ALB is internal. Its scheme is internal."
        ),
    ),
    "previous-version": _each(("lambda", "version 5 answers"), ("ec2", "2 of 2 hosts")),
    "rollback-plan": _attested("release-lead", "2026-11-23T08:55:00Z", "Read against the service as it is now."),
    "rollback-alarms": _passed("5 alarms on 2 groups", "rollback_alarms"),
    "deployment-groups": _each(("shop-lambda-prod", "as in dev"), ("shop-ec2-prod", "as in dev")),
    "deployment-window": _passed("2026-11-23 14:00Z for 30 min"),
    "key-personnel": _passed("3 of 3 named"),
    "canary-strategy": _passed("LambdaCanary10Percent5Minutes"),
    "canary-monitored": _passed("7 of 7 signals fresh"),
    "full-shift": _passed("all at once after 5 min"),
    "automatic-rollback": _passed("2 of 2 groups", "rollback_alarms"),
    "stakeholders-notified": _attested("release-lead", "2026-11-23T09:02:00Z", "Mail to all shop owners."),
    "status-page": _attested("on-call-engineer", "2026-11-23T09:05:00Z", "Scheduled maintenance is announced."),
    "channel-notified": _passed("message of 09:06Z"),
}

TROUBLE: dict[str, dict[str, Any]] = {
    "smoke-tests": answer("unknown", reason="not-run"),
    "alb-response-time": answer(
        "failed", subject("shop-dev", "failed", "624 ms of 500 ms", "dev_response_times", message=SLOW), rule=RULE
    ),
    "error-rate": answer(
        "unknown",
        subject(
            "lambda",
            "unknown",
            "0 of 212",
            "error_counts",
            reason="too-few-samples",
            message="212 requests in 60 minutes without one error still allow a rate of 1.4 %; at least 2 995 are "
            "needed to tell that it is under 0.1 %. Send traffic to dev and run again.",
        ),
        subject("alb", "passed", "12 of 41 882, at most 0.05 %", "error_counts"),
        reason="too-few-samples",
    ),
    "least-privilege": answer(
        "unknown",
        subject("shop-lambda", "passed", "3 statements", "roles[shop-lambda]"),
        subject("shop-instance", "passed", "2 statements"),
        subject(
            "shop-codedeploy-ec2", "unknown", None, "roles[shop-codedeploy-ec2]", reason="access-denied", message=DENIED
        ),
        reason="access-denied",
    ),
    "security-groups": answer(
        "failed",
        subject("shop-prod-alb", "passed", "443, 80 as listened", "security_groups"),
        subject("shop-prod-instances", "failed", "8080 open to the world", "security_groups", message=OPEN),
        subject("shop-prod-lambda", "passed", "closed", "security_groups"),
    ),
    "key-personnel": answer(
        "pending",
        subject(
            "",
            "pending",
            "2 of 3 named",
            reason="awaits-person",
            message="No approver is named in the promotion record; name one who is not the lead: "
            "`promotion attest key-personnel`.",
        ),
        reason="awaits-person",
    ),
    "status-page": answer(
        "pending",
        subject(
            "",
            "pending",
            reason="awaits-person",
            message="No maintenance is announced on the status page, and nobody has attested that it is; announce it "
            "or attest it: `promotion attest status-page`.",
        ),
        reason="awaits-person",
    ),
}
