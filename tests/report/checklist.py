"""The checklist of the sample records: sections and items with number, id, title, due and how they are known."""

SECTIONS = [
    {"name": "artifact", "number": 1, "title": "Build and artifact quality"},
    {"name": "dev", "number": 2, "title": "Dev environment"},
    {"name": "observability", "number": 3, "title": "Observability and monitoring"},
    {"name": "security", "number": 4, "title": "Security and secrets"},
    {"name": "rollback", "number": 5, "title": "Rollback readiness"},
    {"name": "plan", "number": 6, "title": "Production deployment plan"},
    {"name": "rollout", "number": 7, "title": "During deployment"},
    {"name": "postdeploy", "number": 8, "title": "Post-deployment validation"},
    {"name": "after_rollback", "number": 9, "title": "Rollback procedure"},
]

ITEMS = {
    "artifact": """
        build-workflow | Build workflow succeeded
        image-signed | Image signed with cosign
        sbom-attached | SBOM generated and attached
        digest-immutable | Digest immutable and recorded
        no-critical-vulnerabilities | No critical vulnerability in the Trivy scan
        image-size | Image size under 500 MB""",
    "dev": """
        lambda-deployed | Lambda deployment succeeded in dev
        ec2-deployed | EC2 deployment succeeded in dev on both instances
        blue-green-completed | Blue/green deployment completed
        health-checks | Health checks pass on both targets
        smoke-tests | Smoke tests pass on every endpoint
        synthetic-tests | Synthetic tests pass""",
    "observability": """
        logs-flowing | Logs flow from both targets
        correlation-ids | Correlation ids visible in logs
        dashboard-healthy | Dashboard shows healthy metrics
        no-alarms | No alarm triggered during the dev deployment
        lambda-duration | Lambda duration p99 under 1000 ms
        alb-response-time | ALB response time p99 under 500 ms
        error-rate | Error rate under 0.1 %""",
    "security": """
        secrets-manager | Secrets Manager integration works
        no-secrets-in-logs | No secrets leaked in logs
        least-privilege | IAM roles follow least privilege
        security-groups | No security group violations
        https-alb | HTTPS works on the ALB, where it applies""",
    "rollback": """
        previous-version | Previous production version healthy and available
        rollback-plan | Rollback plan documented | MH
        rollback-alarms | Alarms configured for automatic rollback
        deployment-groups | CodeDeploy deployment groups configured correctly""",
    "plan": """
        deployment-window | Deployment window agreed | MH
        key-personnel | Deployment lead, on-call engineer and approver named | MH
        canary-strategy | Canary of 10 % for 5 minutes
        canary-monitored | Canary metrics are monitored
        full-shift | Full shift follows a healthy canary
        automatic-rollback | Automatic rollback on alarms
        stakeholders-notified | Stakeholders notified of the window | MH
        status-page | Status page updated, where it applies | MH
        channel-notified | Slack or Teams channel notified | MH""",
    "rollout": """
        lambda-canary | Lambda canary: duration, errors, throttles
        api-gateway-errors | API Gateway 5xx rate
        canary-correlation-ids | Correlation ids in canary logs
        alb-targets | ALB target health
        target-group-errors | Target group 5xx rate
        instance-load | EC2 CPU and memory
        dashboard-watch | All dashboard metrics during the shift
        alarms-quiet | No alarm fires during the shift
        health-during-shift | Health endpoints during the shift
        go-no-go-t2 | T+2 min decision: canary healthy
        go-no-go-t5 | T+5 min decision: full deployment healthy""",
    "postdeploy": """
        prod-health | Health endpoints return 200 | M | T+10
        prod-smoke-tests | Smoke tests pass in prod | M | T+10
        prod-logs-flowing | Logs flow in prod | M | T+10
        no-error-spikes | No error spike in metrics | M | T+10
        prod-correlation-ids | Correlation ids in prod logs | M | T+10
        slo-met | Performance within SLO | M | T+30
        no-customer-issues | No issue reported by customers | MH | T+30
        error-budget | Error budget not exceeded | M | T+30
        rotation-working | Secrets rotation still works | M | T+30
        deployment-notes | Deployment notes recorded | MH | after
        incidents-documented | Incidents documented | MH | after
        baseline-updated | Metrics baseline updated | M | after
        post-mortem-scheduled | Post-mortem scheduled if there were issues | MH | after""",
    "after_rollback": """
        workflow-stopped | Promotion workflow stopped
        codedeploy-rolled-back | CodeDeploy rollback triggered on both targets
        team-notified | Team notified | MH
        previous-version-serving | Previous version serves all traffic
        health-green | Health endpoints green
        metrics-at-baseline | Metrics back at baseline
        reason-documented | Reason for the rollback documented | MH
        incident-ticket | Incident ticket exists | MH
        rca-scheduled | Root cause analysis scheduled | MH
        remediation-planned | Remediation planned | MH""",
}


def blank_items(sections: list[dict]) -> list[dict]:
    """Every item of these sections, not run."""
    return [
        _blank(section, n, *(part.strip() for part in row.split(" | ")))
        for section in sections
        for n, row in enumerate(ITEMS[section["name"]].strip().splitlines(), start=1)
    ]


def _blank(section: dict, n: int, *words: str) -> dict:
    ident, title, how, due = (*words, *("M", None)[len(words) - 2 :])
    return {
        "id": ident,
        "section": section["name"],
        "number": f"{section['number']}.{n}",
        "title": title,
        "status": "unknown",
        "reason": "not-run",
        "due": due,
        "how": how,
        "subjects": [],
        "waiver": None,
        "attestation": None,
    }
