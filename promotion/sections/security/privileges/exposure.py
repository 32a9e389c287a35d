"""Who else may use a resource: whom its own policy lets in from outside of its account, and services on whose behalf.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html for what counts as outside,
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html for services.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from promotion.sections.security.policies.admitted import Admission, Resource, find_admissions
from promotion.sections.security.policies.askers import Place
from promotion.sections.security.policies.globs import matches
from promotion.sections.security.policies.statements import resource_statements
from promotion.sections.security.privileges.findings import ExcessPrivilege

_ACTIONS = {
    "ecr": ("PutImage", "BatchDeleteImage", "SetRepositoryPolicy", "BatchGetImage", "GetDownloadUrlForLayer"),
    "kms": ("Decrypt", "CreateGrant", "PutKeyPolicy", "Encrypt", "GenerateDataKey", "ScheduleKeyDeletion", "Sign"),
    "lambda": ("UpdateFunctionCode", "InvokeFunction", "InvokeFunctionUrl", "UpdateAlias", "AddPermission"),
    "s3": ("PutObject", "DeleteObject", "PutBucketPolicy", "GetObject", "ListBucket"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue", "PutResourcePolicy", "DeleteSecret"),
    "sns": ("Publish", "Subscribe", "SetTopicAttributes"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "SetQueueAttributes"),
}
"""What matters of a service, the gravest first; tried where a statement has a wildcard."""
_UNBOUND = {("ecr", "lambda.amazonaws.com"): frozenset({"ecr:batchgetimage", "ecr:getdownloadurlforlayer"})}
"""What a service may do without a word of whose behalf, as AWS's own page has it: it asks on behalf of those who may
read the image themselves (https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions)."""


@dataclass(frozen=True)
class Shared:
    """Somebody who is meant to use a resource."""

    principals: tuple[str, ...]
    """Numbers of accounts, ARNs, services by their principal; `*`: anybody."""
    actions: tuple[str, ...] = ("*",)


def resource_of(arn: str) -> Resource:
    """Say in what forms requests name a resource, and which actions of its service matter."""
    service, rest = arn.split(":")[2], arn.split(":", 5)[5]
    arns = [arn]
    if service == "s3" and "/" not in rest:
        arns.append(f"{arn}/q7zk")
    if service == "lambda" and rest.startswith("function:") and rest.count(":") == 1:
        arns.append(f"{arn}:q7zk")
    return Resource(service, tuple(arns), tuple(f"{service}:{name}" for name in _ACTIONS.get(service, ())))


def judge_exposure(
    label: str, document: object, arn: str, place: Place, shared: Iterable[Shared] = ()
) -> list[ExcessPrivilege]:
    """Find whom the policy of a resource lets in who is not meant to.

    An organisation that is named in full is taken for one that somebody chose.

    Raises:
        Unknown: the policy cannot be read, or has too many conditions to weigh.

    """
    statements = resource_statements(label, document)
    meant = tuple(shared)
    found = [
        _finding(admission, arn, place)
        for admission in find_admissions(statements, place, resource_of(arn))
        if admission.who != "organisation" and not _is_meant(admission, meant) and not _is_unbound(admission, arn)
    ]
    return list(dict.fromkeys(found))


def _is_meant(admission: Admission, shared: Sequence[Shared]) -> bool:
    names = {
        "anybody": ("*",),
        "account": (admission.name,),
        "principal": (admission.name, admission.name.split(":")[4] if ":" in admission.name else ""),
        "service": (admission.behalf,) if admission.behalf != "*" else (admission.name,),
    }.get(admission.who, (admission.name,))
    return any(
        {"*", *names} & set(one.principals) and matches(one.actions, admission.request.action, ignore_case=True)
        for one in shared
    )


def _is_unbound(admission: Admission, arn: str) -> bool:
    known = _UNBOUND.get((arn.split(":")[2], admission.name), frozenset())
    actions = admission.statement.actions
    return bool(known) and actions is not None and {one.lower() for one in actions} <= known


def _finding(admission: Admission, arn: str, place: Place) -> ExcessPrivilege:
    instead = {
        "anybody": "name who may as Principal, or narrow it by aws:PrincipalAccount, aws:PrincipalOrgID or aws:SourceVpce "
        "with values in full",
        "service": f"require {place.account} with StringEquals on aws:SourceAccount",
    }.get(admission.who, "remove it, or declare it")
    return ExcessPrivilege(
        "exposure",
        admission.statement.full_label,
        f"lets {admission.describe()} call {admission.request.action} on {arn}",
        instead,
    )
