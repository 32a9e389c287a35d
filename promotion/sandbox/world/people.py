"""Who acts in the accounts: the pipeline's user, the gate's role, the roles of the service; each may do little."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from promotion.sandbox.world.names import CHECKER, CI_USER, REGION, TOOLS_ACCOUNT

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Account, Environment

READS: Mapping[str, Sequence[str]] = {
    "access-analyzer": ("ValidatePolicy",),
    "acm": ("DescribeCertificate", "ListCertificates"),
    "apigateway": ("GET",),
    "application-signals": ("ListServiceLevelObjectives", "BatchGetServiceLevelObjectiveBudgetReport"),
    "autoscaling": ("DescribeAutoScalingGroups", "DescribeScalingActivities"),
    "cloudwatch": (
        "DescribeAlarmHistory",
        "DescribeAlarms",
        "GetDashboard",
        "GetMetricData",
        "GetMetricStatistics",
        "ListDashboards",
        "ListMetrics",
    ),
    "codedeploy": ("BatchGet*", "Get*", "List*"),
    "ec2": (
        "DescribeInstances",
        "DescribeInstanceStatus",
        "DescribeManagedPrefixLists",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroupRules",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcs",
        "GetManagedPrefixListEntries",
    ),
    "ecr": (
        "BatchGetImage",
        "DescribeImageScanFindings",
        "DescribeImages",
        "DescribeRepositories",
        "GetAuthorizationToken",
        "GetDownloadUrlForLayer",
        "BatchCheckLayerAvailability",
        "ListImageReferrers",
    ),
    "elasticloadbalancing": ("Describe*",),
    "iam": ("GenerateServiceLastAccessedDetails", "Get*", "List*", "SimulateCustomPolicy", "SimulatePrincipalPolicy"),
    "kms": ("DescribeKey", "GetKeyPolicy", "GetPublicKey", "GetKeyRotationStatus", "ListAliases"),
    "lambda": ("GetAlias", "GetFunction", "GetFunctionConcurrency", "GetFunctionConfiguration", "GetPolicy", "List*"),
    "logs": ("DescribeLogGroups", "DescribeLogStreams", "FilterLogEvents", "GetLogEvents", "GetQueryResults",
             "StartQuery", "StopQuery"),
    "s3": ("GetObject", "GetObjectVersion", "GetBucketVersioning", "ListBucket"),
    "secretsmanager": ("DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecrets",
                       "ListSecretVersionIds"),
    "ssm": ("GetCalendarState", "GetParameter"),
    "sts": ("GetCallerIdentity",),
    "synthetics": ("DescribeCanaries", "DescribeCanariesLastRun", "GetCanary", "GetCanaryRuns"),
}  # fmt: skip
"""What the gate's role may do: look, and nothing else."""


ACTS = (
    "codedeploy:CreateDeployment",
    "codedeploy:RegisterApplicationRevision",
    "codedeploy:StopDeployment",
    "codedeploy:UpdateDeploymentGroup",
    "sns:Publish",
)
"""What it may do besides where it is to act."""


def policy(*statements: Mapping[str, Any]) -> str:
    """Write a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | Sequence[str], resources: str | Sequence[str], **more: Any) -> dict[str, Any]:
    """Write a statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def trust(principal: Mapping[str, Any], **more: Any) -> str:
    """Write a trust policy for one kind of principal."""
    return policy({"Effect": "Allow", "Principal": dict(principal), "Action": "sts:AssumeRole", **more})


def role(account: "Account", name: str, trusted: str, **policies: str) -> str:
    """Make a role with inline policies, and give its ARN.

    Written straight into moto's state: there are many, and a call costs milliseconds.
    """
    made = account.backend("iam").create_role(name, trusted, "/", None, "", [], "3600")
    for policy_name, document in policies.items():
        made.put_policy(policy_name, document)
    return str(made.arn)


def manage(account: "Account", name: str, document: str) -> str:
    """Make a managed policy, and give its ARN."""
    return str(account.backend("iam").create_policy("", "/", document, name, []).arn)


def settle_tools(tools: "Account") -> tuple[str, str]:
    """Make the pipeline's user, who may do nothing but assume the gate's roles; give the access key and its secret."""
    iam = tools.client("iam")
    iam.create_user(UserName=CI_USER)
    iam.put_user_policy(
        UserName=CI_USER,
        PolicyName="assume-checkers",
        PolicyDocument=policy(allow("sts:AssumeRole", f"arn:aws:iam::*:role/{CHECKER}")),
    )
    key = iam.create_access_key(UserName=CI_USER)["AccessKey"]
    settle_checker(tools)
    return key["AccessKeyId"], key["SecretAccessKey"]


def settle_checker(account: "Account") -> None:
    """Make the role the gate looks with."""
    actions = [f"{service}:{action}" for service, actions in READS.items() for action in actions]
    trusted = trust({"AWS": f"arn:aws:iam::{TOOLS_ACCOUNT}:user/{CI_USER}"})
    role(account, CHECKER, trusted, look=policy(allow(actions, "*")))


def let_act(environment: "Environment") -> None:
    """Let the gate's role act as well: take a rollout back."""
    environment.backend("iam").get_role(CHECKER).put_policy("act", policy(allow(list(ACTS), "*")))


def settle(environment: "Environment") -> None:
    """Make the roles of an environment."""
    settle_checker(environment)
    e, account = environment.name, environment.id
    here = f"arn:aws:%s:{REGION}:{account}"
    secrets = [f"{here % 'secretsmanager'}:secret:shop/{e}/{name}-*" for name in ("database", "payment-api")]
    read_secrets = allow("secretsmanager:GetSecretValue", secrets)
    decrypt = allow(
        "kms:Decrypt",
        f"{here % 'kms'}:key/*",
        Condition={"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}},
    )
    role(
        environment,
        "shop-lambda",
        trust({"Service": "lambda.amazonaws.com"}),
        logs=policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"],
                          f"{here % 'logs'}:log-group:/aws/lambda/shop-api:*")),
        network=policy(allow(["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces",
                              "ec2:DeleteNetworkInterface"], "*")),
        secrets=policy(read_secrets, decrypt),
    )  # fmt: skip
    traces = manage(
        environment, "shop-traces", policy(allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"))
    )
    environment.backend("iam").attach_role_policy(traces, "shop-lambda")
    role(
        environment,
        "shop-instance",
        trust({"Service": "ec2.amazonaws.com"}),
        logs=policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{here % 'logs'}:log-group:/shop/ec2:*")),
        metrics=policy(allow("cloudwatch:PutMetricData", "*",
                             Condition={"StringEquals": {"cloudwatch:namespace": "CWAgent"}})),
        releases=policy(allow("s3:GetObject", "arn:aws:s3:::shop-releases/shop/*")),
        secrets=policy(read_secrets, decrypt),
    )  # fmt: skip
    iam = environment.client("iam")
    iam.create_instance_profile(InstanceProfileName="shop-instance")
    iam.add_role_to_instance_profile(InstanceProfileName="shop-instance", RoleName="shop-instance")
    codedeploy = trust({"Service": "codedeploy.amazonaws.com"})
    role(
        environment,
        "shop-codedeploy-lambda",
        codedeploy,
        shift=policy(
            allow(["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
                  f"{here % 'lambda'}:function:shop-api:*"),
            allow("cloudwatch:DescribeAlarms", f"{here % 'cloudwatch'}:alarm:*"),
        ),
    )  # fmt: skip
    groups = f"{here % 'autoscaling'}:autoScalingGroup:*:autoScalingGroupName/CodeDeploy_shop-ec2-{e}_*"
    role(
        environment,
        "shop-codedeploy-ec2",
        codedeploy,
        look=policy(allow(["autoscaling:Describe*", "ec2:DescribeInstances", "ec2:DescribeInstanceStatus",
                           "elasticloadbalancing:Describe*", "tag:GetResources"], "*")),
        deploy=policy(
            allow(["autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup",
                   "autoscaling:DeleteAutoScalingGroup", "autoscaling:PutLifecycleHook",
                   "autoscaling:DeleteLifecycleHook", "autoscaling:CompleteLifecycleAction",
                   "autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses"], groups),
            allow(["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
                  f"{here % 'elasticloadbalancing'}:targetgroup/shop-{e}-*/*"),
            allow("elasticloadbalancing:ModifyListener", f"{here % 'elasticloadbalancing'}:listener/app/shop-{e}/*"),
            allow("cloudwatch:DescribeAlarms", f"{here % 'cloudwatch'}:alarm:*"),
        ),
    )  # fmt: skip
    role(
        environment,
        "shop-rotation",
        trust({"Service": "lambda.amazonaws.com"}),
        rotate=policy(allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
                             "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"], secrets)),
        logs=policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"],
                          f"{here % 'logs'}:log-group:/aws/lambda/shop-rotation:*")),
    )  # fmt: skip
    limit = manage(
        environment,
        "shop-boundary",
        policy(allow(["secretsmanager:*", "logs:*", "kms:*", "ec2:*NetworkInterface*"], "*")),
    )
    environment.backend("iam").put_role_permissions_boundary("shop-rotation", limit)
    role(
        environment,
        "shop-canary",
        trust({"Service": "lambda.amazonaws.com"}),
        artifacts=policy(allow("s3:PutObject", f"arn:aws:s3:::shop-canary-{account}/*")),
        metrics=policy(allow("cloudwatch:PutMetricData", "*",
                             Condition={"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}})),
    )  # fmt: skip
