"""Whether a secret can be used by the service, and by nobody it is not meant for. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promotion.clients.aws.policy_simulator import PolicyDecision
from promotion.core.findings import Findings
from promotion.sections.security.secrets.look import (
    DECRYPT,
    READ,
    AccessLook,
    KeyLook,
    OtherSecrets,
    ReadyLook,
    SecretLook,
)
from promotion.sections.security.secrets.policies import ANYBODY, delegates, denies, grants, strangers
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


def judge_secret(subject: str, settings: Settings, look: SecretLook, parts: SecretContext) -> tuple[str, Findings]:
    """Judge a secret, `dev NAME` or `prod NAME`: what was looked at, and what was found."""
    which, name = in_environment(subject)
    environment = settings.environment(which)
    declared = next(secret for secret in environment.secrets if secret.name == name)
    findings = Findings()
    findings.gather(lambda: secret_problems(look, environment.account, declared))
    if look.arn is None or look.deleted is not None:
        return "not to be had", findings
    findings.gather(lambda: judge_key(look, parts.keys[subject], declared))
    findings.gather(
        lambda: judge_access(look, parts.keys[subject], parts.access[subject], parts.others[which], environment.account)
    )
    findings.gather(lambda: judge_ready(parts.ready[subject]))
    users = sorted(declared.used_by or environment.targets)
    return f"{', '.join(look.stages)}; read by {' and '.join(users)}", findings


def secret_problems(look: SecretLook, account: str, declared: Secret) -> Iterator[str]:
    """Say what is wrong with the secret itself. Raises Unknown for a policy that cannot be read."""
    if look.arn is None:
        yield f"there is no secret {look.name} in account {account}: create it, or name the one that the service reads"
        return
    if look.deleted is not None:
        yield (
            f"{look.name} is scheduled to be deleted on {look.deleted:%Y-%m-%d} and cannot be read until then either: "
            "restore it"
        )
        return
    if CURRENT not in look.stages:
        labels = ", ".join(look.stages) or "none"
        yield f"no version of {look.name} that has a value is labelled {CURRENT} (labels: {labels}): store a value"
    let_in = dict.fromkeys(strangers(look.policy, look.name, account))
    if ANYBODY in let_in:
        yield f"the resource policy of {look.name} lets anybody in: name who may read it"
    for stranger in let_in:
        if stranger != ANYBODY and stranger not in declared.shared_with:
            yield (
                f"the resource policy of {look.name} lets account {stranger} in, which `shared_with` does not name: take "
                "it out, or declare it"
            )


def judge_key(look: SecretLook, key: KeyLook | None, declared: Secret) -> Iterator[str]:
    """Say what is wrong with its key. None is the key that AWS manages, which is always there."""
    managed_by_aws = key is None or key.manager == "AWS"
    if declared.customer_key and managed_by_aws:
        yield (
            f"{look.name} is encrypted with the key aws/secretsmanager, and `customer_key` wants one of your own: "
            "encrypt it with that"
        )
    if key is not None and key.state != "Enabled":
        until = f", to be deleted on {key.deleted:%Y-%m-%d}" if key.deleted else ""
        yield f"the key {key.id} of {look.name} is {key.state}{until}, so the secret cannot be read: enable it again"


def judge_access(
    look: SecretLook, key: KeyLook | None, access: AccessLook, others: OtherSecrets, account: str
) -> Iterator[str]:
    """Say which role cannot read the secret, and which may read others too.

    Raises Unknown where the simulator did not answer, or lacked the values that a policy asks for. Key policies and
    resource policies it does not know of (API_SimulatePrincipalPolicy), so they are read here.
    """
    for target, roles in access.roles.items():
        for role in roles:
            short = role.rpartition("/")[2]
            if not _may_read(look, access, role):
                yield (
                    f"the role {short} of {target} may not read {look.name}: let it call {READ} on {look.arn}, and see "
                    "that nothing denies it"
                )
            if key is not None and key.manager != "AWS" and not _may_decrypt(look, key, access, role, account):
                yield (
                    f"the role {short} of {target} may not decrypt {look.name}: let it call {DECRYPT} with {key.id}, in "
                    "its own policy where the key's policy leaves it to the account"
                )
            if too_much := _others(access, role, others):
                yield (
                    f"the role {short} of {target} may read other secrets too: {too_much}; name just those it needs in "
                    "its policy"
                )


def judge_ready(answers: Sequence[ReadyLook]) -> Iterator[str]:
    """Say which target does not say that it has loaded the secret."""
    for answer in answers:
        for problem in answer.problems:
            yield f"{answer.target} does not say that it has loaded the secret: {answer.url}: {problem}"


def _may_read(look: SecretLook, access: AccessLook, role: str) -> bool:
    own = _asked(access, role, READ, look.arn or "")
    if own.word == "explicitDeny" or denies(look.policy, look.name, role, READ):
        return False
    if own.allowed or grants(look.policy, look.name, role, READ):
        return True
    _raise_if_missing(own.missing, role, READ)
    return False


def _may_decrypt(look: SecretLook, key: KeyLook, access: AccessLook, role: str, account: str) -> bool:
    whose = f"the key of {look.name}"
    own = _asked(access, role, DECRYPT, key.id)
    if own.word == "explicitDeny" or denies(key.policy, whose, role, DECRYPT):
        return False
    if grants(key.policy, whose, role, DECRYPT):
        return True
    if not delegates(key.policy, whose, account, DECRYPT):
        return False
    if not own.allowed:
        _raise_if_missing(own.missing, role, DECRYPT)
    return own.allowed


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
            f"IAM's policy simulator did not say whether {role.rpartition('/')[2]} may call {action} on {resource}: look "
            "again, or simulate it by hand",
        )
    return decision


def _raise_if_missing(missing: Sequence[str], role: str, action: str) -> None:
    if missing:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"whether {role.rpartition('/')[2]} may call {action} depends on {', '.join(missing)}, of which nothing is "
            "known here: simulate it by hand",
        )
