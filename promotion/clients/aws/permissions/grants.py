"""The table: which actions each feature needs, in which account and phase.

The tests hold it against the calls that runs make in each account and phase. Actions that AWS asks for by itself, beside
what is called, are marked `implied`: no call of the gate shows them.
"""

from dataclasses import dataclass

PRE, ROLLOUT, POST, BACK = "pre_promotion", "rollout", "postdeploy", "after_rollback"
PHASES = (PRE, ROLLOUT, POST, BACK)
COMMAND = "command"
"""Not a run of the checklist: a command beside it."""


@dataclass(frozen=True)
class Grant:
    """Actions that go together."""

    feature: str
    accounts: tuple[str, ...]
    """`dev`, `prod`, `image`, or `seal`: whoever runs `promotion seal`, `sign-off` and `archive`."""
    phases: tuple[str, ...]
    actions: tuple[str, ...]
    resources: str = "*"
    """Whereto it is narrowed, by a name that `resources` knows; `*` where it is only looked, or cannot be narrowed."""
    implied: bool = False
    """Whether AWS asks for it beside what is called."""


BOTH, DEV, PROD, IMAGE, SEAL = ("dev", "prod"), ("dev",), ("prod",), ("image",), ("seal",)

GRANTS = (
    Grant(
        "deployments",
        PROD,
        PHASES,
        (
            "codedeploy:BatchGetDeploymentTargets",
            "codedeploy:BatchGetDeployments",
            "codedeploy:GetDeploymentGroup",
            "codedeploy:ListDeploymentTargets",
            "codedeploy:ListDeployments",
        ),
    ),
    Grant(
        "deployments",
        DEV,
        (PRE,),
        (
            "codedeploy:BatchGetDeploymentTargets",
            "codedeploy:BatchGetDeployments",
            "codedeploy:GetDeploymentGroup",
            "codedeploy:ListDeploymentTargets",
            "codedeploy:ListDeployments",
        ),
    ),
    Grant("deployments", BOTH, (PRE,), ("codedeploy:GetDeploymentConfig",)),
    Grant("deployments", PROD, (PRE,), ("iam:GetRole",)),
    Grant("functions", BOTH, (PRE,), ("lambda:GetAlias",)),
    Grant("functions", PROD, (BACK,), ("lambda:GetAlias",)),
    Grant("functions", BOTH, (PRE,), ("lambda:GetFunction",)),
    Grant("functions", PROD, (ROLLOUT, POST, BACK), ("lambda:GetFunction",)),
    Grant("instances", BOTH, (PRE,), ("ec2:DescribeInstances",)),
    Grant("instances", PROD, (ROLLOUT,), ("ec2:DescribeInstances",)),
    Grant(
        "instances",
        BOTH,
        (PRE,),
        ("acm:DescribeCertificate", "elasticloadbalancing:DescribeListenerCertificates"),
    ),
    Grant(
        "instances",
        PROD,
        PHASES,
        (
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ),
    ),
    Grant(
        "instances",
        DEV,
        (PRE,),
        (
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ),
    ),
    Grant("instances", PROD, (PRE,), ("codedeploy:GetApplicationRevision",)),
    Grant("instances", PROD, (PRE,), ("s3:GetObject",)),
    # With it S3 says 404 of a bundle that is gone, and 403 without (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html).
    Grant("instances", PROD, (PRE,), ("s3:GetObjectVersion", "s3:ListBucket"), implied=True),
    Grant("measurements", BOTH, (PRE,), ("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData")),
    Grant("measurements", DEV, (PRE,), ("cloudwatch:DescribeAlarmHistory", "cloudwatch:GetDashboard")),
    Grant("measurements", PROD, (PRE, ROLLOUT), ("cloudwatch:ListMetrics",)),
    Grant("measurements", PROD, (ROLLOUT, POST, BACK), ("cloudwatch:GetMetricData",)),
    Grant("measurements", PROD, (ROLLOUT, POST), ("cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms")),
    Grant("measurements", PROD, (ROLLOUT,), ("cloudwatch:GetDashboard",)),
    Grant("logs", BOTH, (PRE,), ("logs:FilterLogEvents",)),
    Grant("logs", PROD, (ROLLOUT, POST), ("logs:FilterLogEvents",)),
    Grant("canaries", DEV, (PRE,), ("synthetics:DescribeCanariesLastRun", "synthetics:GetCanaryRuns")),
    Grant("security-groups", BOTH, (PRE,), ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups")),
    Grant("prefix-lists", BOTH, (PRE,), ("ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries")),
    Grant(
        "roles",
        BOTH,
        (PRE,),
        (
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ),
    ),
    Grant("roles-by-pattern", BOTH, (PRE,), ("iam:ListRoles",)),
    Grant("access-analyzer", BOTH, (PRE,), ("access-analyzer:ValidatePolicy",)),
    Grant(
        "last-accessed",
        BOTH,
        (PRE,),
        ("iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"),
    ),
    Grant(
        "secrets",
        BOTH,
        (PRE,),
        (
            "iam:GetInstanceProfile",
            "iam:SimulatePrincipalPolicy",
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "secretsmanager:ListSecrets",
        ),
    ),
    Grant(
        "secrets",
        BOTH,
        (PRE,),
        ("secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds"),
        "secrets",
    ),
    Grant(
        "secrets", PROD, (POST,), ("secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"), "secrets"
    ),
    Grant("leaks", DEV, (PRE,), ("logs:DescribeLogGroups",)),
    Grant("leaks", DEV, (PRE,), ("secretsmanager:GetSecretValue",), "secrets"),
    Grant("leaks", DEV, (PRE,), ("kms:Decrypt",), "keys of secrets", implied=True),
    Grant("leaks-prod", PROD, (PRE,), ("secretsmanager:GetSecretValue",), "secrets"),
    Grant("leaks-prod", PROD, (PRE,), ("kms:Decrypt",), "keys of secrets", implied=True),
    Grant("unmask", DEV, (PRE,), ("logs:Unmask",), implied=True),
    Grant("image", IMAGE, (PRE,), ("ecr:DescribeImages", "ecr:DescribeRepositories"), "repository"),
    Grant("image", IMAGE, (PRE,), ("ecr:GetAuthorizationToken",)),
    # The registry asks for them when an image is read with that token.
    Grant("image", IMAGE, (PRE,), ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"), "repository", implied=True),
    Grant("ecr-scans", IMAGE, (PRE,), ("ecr:DescribeImageScanFindings",), "repository"),
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html
    Grant("inspector", IMAGE, (PRE,), ("inspector2:ListCoverage", "inspector2:ListFindings"), implied=True),
    Grant("signing-key", IMAGE, (PRE,), ("kms:GetPublicKey",)),
    Grant("calendars", PROD, (PRE,), ("ssm:GetCalendarState",)),
    Grant("baseline-s3", PROD, (ROLLOUT, POST, COMMAND), ("s3:GetObject",), "baseline"),
    # Without it S3 answers 403, not 404, where there is no baseline yet.
    Grant("baseline-s3", PROD, (ROLLOUT, POST, COMMAND), ("s3:ListBucket",), "bucket of the baseline", implied=True),
    Grant("baseline-s3", PROD, (ROLLOUT, POST, COMMAND), ("kms:Decrypt",), "keys of the baseline", implied=True),
    Grant("baseline-parameter", PROD, (ROLLOUT, POST, COMMAND), ("ssm:GetParameter",), "parameter"),
    Grant("application-signals", PROD, (POST,), ("application-signals:BatchGetServiceLevelObjectiveBudgetReport",)),
    Grant("application-signals", PROD, (POST,), ("application-signals:ListServiceLevelObjectives",)),
    Grant("act", PROD, (ROLLOUT, COMMAND), ("codedeploy:CreateDeployment",), "groups"),
    # AWS's authorization data give StopDeployment no resource type.
    Grant("act", PROD, (ROLLOUT, COMMAND), ("codedeploy:StopDeployment",)),
    # CreateDeployment registers the AppSpec that it is given, and changes the group where it overrides alarms.
    Grant("act", PROD, (ROLLOUT, COMMAND), ("codedeploy:RegisterApplicationRevision",), "applications", implied=True),
    Grant("act", PROD, (ROLLOUT, COMMAND), ("codedeploy:UpdateDeploymentGroup",), "groups", implied=True),
    Grant("notify", PROD, (*PHASES, COMMAND), ("sns:Publish",), "topics"),
    Grant("measure", PROD, (COMMAND,), ("s3:PutObject",), "baseline"),
    Grant("measure", PROD, (COMMAND,), ("kms:GenerateDataKey",), "keys of the baseline", implied=True),
    Grant("measure", PROD, (COMMAND,), ("ssm:PutParameter",), "parameter"),
    Grant("seal-key", SEAL, (COMMAND,), ("kms:GetPublicKey", "kms:Sign")),
    Grant("attach", IMAGE, (COMMAND,), ("ecr:GetAuthorizationToken",)),
    # The registry asks for them when something is pushed.
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
    Grant(
        "attach",
        IMAGE,
        (COMMAND,),
        (
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:GetDownloadUrlForLayer",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        ),
        "repository",
        implied=True,
    ),
    Grant("archive", SEAL, (COMMAND,), ("s3:GetBucketObjectLockConfiguration", "s3:PutObject")),
    # Each object is put with a retention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html.
    Grant("archive", SEAL, (COMMAND,), ("s3:PutObjectRetention",), implied=True),
)
