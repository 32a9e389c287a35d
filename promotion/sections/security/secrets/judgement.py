"""Whether a secret can be used by the service, and by nobody it is not meant for. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.policy_simulator import PolicyDecision
from promotion.core.findings import Findings
from promotion.core.partitions import dns_suffix
from promotion.sections.security.policies.askers import Place
from promotion.sections.security.secrets.look import (
    DECRYPT,
    READ,
    AccessLook,
    KeyLook,
    OtherSecrets,
    ReadyLook,
    SecretLook,
)
from promotion.sections.security.secrets.policies import ANYBODY, AttachedPolicy
from promotion.settings.model import Settings
from promotion.settings.secrets import Secret
from promotion.settings.subjects import in_environment
from promotion.unknown import Reason, Unknown

CURRENT = "AWSCURRENT"


@dataclass(frozen=True)
class SecretContext:
    """What was looked at beside the secret itself, by secret and by environment; what could not be is Unknown."""

    keys: Mapping[str, KeyLook | None]
    access: Mapping[str, AccessLook]
    others: Mapping[str, OtherSecrets]
    ready: Mapping[str, Sequence[ReadyLook]]


def judge_secret(
    subject: str, settings: Settings, look: SecretLook, parts: SecretContext, now: datetime
) -> tuple[str, Findings]:
    """Judge a secret, `dev NAME` or `prod NAME`: what was looked at, and what was found."""
    which, name = in_environment(subject)
    environment = settings.environment(which)
    declared = next(secret for secret in environment.secrets if secret.name == name)
    findings = Findings()
    findings.gather(lambda: secret_problems(look, environment.account, declared, now))
    if look.arn is None or look.deleted is not None:
        return "not available", findings
    findings.gather(lambda: judge_key(look, parts.keys[subject], declared))
    findings.gather(lambda: judge_access(look, parts.keys[subject], parts.access[subject], parts.others[which], now))
    findings.gather(lambda: judge_ready(parts.ready[subject]))
    users = sorted(declared.used_by or environment.targets)
    return f"{', '.join(look.stages)}; read by {' and '.join(users)}", findings


def secret_problems(look: SecretLook, account: str, declared: Secret, now: datetime) -> Iterator[str]:
    """Say what is wrong with the secret itself. Raises Unknown for a policy that cannot be read."""
    if look.arn is None:
        yield (
            f"secret {look.name} does not exist in account {account}: create it, or declare the one that the "
            "service reads"
        )
        return
    if look.deleted is not None:
        yield (f"{look.name} is scheduled for deletion on {look.deleted:%Y-%m-%d} and cannot be read: restore it")
        return
    if CURRENT not in look.stages:
        labels = ", ".join(look.stages) or "none"
        yield f"no version of {look.name} that has a value is labelled {CURRENT} (labels: {labels}): store a value"
    let_in = dict.fromkeys(_policy_of(look, now).strangers())
    if ANYBODY in let_in:
        yield f"the resource policy of {look.name} allows anybody: name who may read it"
    for stranger in let_in:
        if stranger != ANYBODY and stranger not in declared.shared_with:
            yield (
                f"the resource policy of {look.name} allows account {stranger}, which `shared_with` does not name: "
                "remove it, or declare it"
            )


def judge_key(look: SecretLook, key: KeyLook | None, declared: Secret) -> Iterator[str]:
    """Say what is wrong with its key. None is the key that AWS manages, which is always there."""
    managed_by_aws = key is None or key.manager == "AWS"
    if declared.customer_key and managed_by_aws:
        yield (
            f"{look.name} is encrypted with the key aws/secretsmanager, but `customer_key` requires a customer "
            "managed key: encrypt it with one"
        )
    if key is not None and key.state != "Enabled":
        until = f", scheduled for deletion on {key.deleted:%Y-%m-%d}" if key.deleted else ""
        yield f"the key {key.id} of {look.name} is {key.state}{until}, so the secret cannot be read: enable it again"


def judge_access(
    look: SecretLook, key: KeyLook | None, access: AccessLook, others: OtherSecrets, now: datetime
) -> Iterator[str]:
    """Say which role cannot read the secret, and which may read others too.

    Raises Unknown where the simulator did not answer, or lacked the values that a policy asks for. Key policies and
    resource policies it does not know of (API_SimulatePrincipalPolicy), so they are read here.
    """
    policy = _policy_of(look, now)
    for target, roles in access.roles.items():
        for role in roles:
            whose = f"the role {role.rpartition('/')[2]} of {target}"
            if trouble := _reading(policy, access, role):
                yield f"{whose} may not read {look.name}: {trouble}"
            if (
                key is not None
                and key.manager != "AWS"
                and (trouble := _decrypting(_key_policy_of(look, key, now), access, role))
            ):
                yield f"{whose} may not decrypt {look.name}: {trouble}"
            if too_much := _others(access, role, others):
                yield f"{whose} may read other secrets too: {too_much}; name only those it needs in its policy"


def judge_ready(answers: Sequence[ReadyLook]) -> Iterator[str]:
    """Say which target does not say that it has loaded the secret."""
    for answer in answers:
        for problem in answer.problems:
            yield f"{answer.target} does not report that it has loaded the secret: {answer.url}: {problem}"


def _policy_of(look: SecretLook, now: datetime) -> AttachedPolicy:
    arn = look.arn or ""
    tags = {
        f"{prefix}/{key.lower()}": (value,)
        for prefix in ("aws:resourcetag", "secretsmanager:resourcetag")
        for key, value in (look.tags or {}).items()
    }
    _, partition, _, region, account, *_ = arn.split(":")
    context = {"secretsmanager:secretid": arn, "secretsmanager:versionstage": CURRENT, "aws:requestedregion": region}
    return AttachedPolicy(look.policy, look.name, arn, Place(partition, account, region, now, tags), context)


def _key_policy_of(look: SecretLook, key: KeyLook, now: datetime) -> AttachedPolicy:
    _, partition, _, region, account, *_ = key.id.split(":")
    context = {
        "kms:viaservice": f"secretsmanager.{region}.{dns_suffix(partition)}",
        "kms:encryptioncontext:secretarn": look.arn or "",
        "aws:requestedregion": region,
    }
    return AttachedPolicy(
        key.policy, f"the key of {look.name}", key.id, Place(partition, account, region, now), context
    )


def _denied(policy: AttachedPolicy, own: PolicyDecision) -> str | None:
    """Say what denies a request, which no permission makes good."""
    if own.word == "explicitDeny":
        return f"a policy of the role denies {own.action} on {own.resource}: remove that from the Deny"
    statement = policy.denial(own.role, own.action)
    if statement is not None:
        return f"{statement.full_label} denies {own.action} to it: exclude the role from that Deny"
    policy.refuse_unsettled(own.role, own.action)
    return None


def _reading(policy: AttachedPolicy, access: AccessLook, role: str) -> str | None:
    """Say why a role may not read a secret, and what to do; None: it may."""
    own = _asked(access, role, READ, policy.arn)
    if trouble := _denied(policy, own):
        return trouble
    if own.allowed:
        return None
    if policy.grants(role, READ):
        return _outside_boundary(own)
    _raise_if_missing(own.missing, role, READ)
    return f"allow {READ} on {policy.arn}"


def _decrypting(policy: AttachedPolicy, access: AccessLook, role: str) -> str | None:
    """Say why a role may not decrypt with a key, and what to do; None: it may."""
    own = _asked(access, role, DECRYPT, policy.arn)
    if trouble := _denied(policy, own):
        return trouble
    if policy.grants(role, DECRYPT):
        return None if own.allowed else _outside_boundary(own)
    if not policy.delegates(role, DECRYPT):
        return f"allow {DECRYPT} in the policy of the key {policy.arn}, or delegate that to the account there"
    if own.allowed:
        return None
    _raise_if_missing(own.missing, role, DECRYPT)
    return f"allow {DECRYPT} with {policy.arn} in the role's own policy, to which the key's policy delegates it"


def _outside_boundary(own: PolicyDecision) -> str | None:
    """Say that a resource policy which names a role does not lead out of its boundary.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-eval-logic
    """
    if own.within_boundary:
        return None
    return f"its permissions boundary does not allow {own.action} on {own.resource}: allow it there"


def _others(access: AccessLook, role: str, others: OtherSecrets) -> str:
    readable = [arn for arn in (others.made_up, *others.arns) if _asked(access, role, READ, arn).allowed]
    if others.made_up in readable:
        return "every one in the account"
    return ", ".join(arn.rpartition(":")[2] for arn in readable[:3]) + (" and more" if len(readable) > 3 else "")


def _asked(access: AccessLook, role: str, action: str, resource: str) -> PolicyDecision:
    decision = access.of(role, action, resource)
    if decision is None:
        raise Unknown(
            Reason.MALFORMED,
            f"IAM's policy simulator did not say whether {role.rpartition('/')[2]} may call {action} on "
            f"{resource}: run again, or simulate it manually",
        )
    return decision


def _raise_if_missing(missing: Sequence[str], role: str, action: str) -> None:
    if missing:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"whether {role.rpartition('/')[2]} may call {action} depends on {', '.join(missing)}, which the gate "
            "does not know: simulate it manually",
        )
