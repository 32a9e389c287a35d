"""Read the values of a secret, to search logs for them. This module does I/O.

They are sealed before anything else is done with them. Neither they nor anything made from them is kept, compared or
sent: what a server is asked for is in its history.
"""

from collections.abc import Iterator
from typing import Any

from promotion.clients.aws.quiet_logging import keep_answers_out_of_logs
from promotion.core.secret_value import SecretValue
from promotion.sections.security.secrets.sensitive import missing, sensitive
from promotion.settings.secrets import Secret
from promotion.unknown import Reason, Unknown

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


def load_values(client: Any, secret: Secret) -> tuple[SecretValue, ...]:
    """Read what is secret of every version that has a staging label: current, previous, pending, and any other.

    `client` is a boto3 client of Secrets Manager. Raises Unknown where there is no current version, or nothing in it
    that is secret; whatever the client raises comes through, but for an answer that cannot be read.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
    """
    keep_answers_out_of_logs()
    versions = _versions(client, secret)
    if not any(CURRENT in stages for stages in versions.values()):
        raise Unknown(
            Reason.NO_DATA,
            f"{secret.name} has no version labelled {CURRENT}, so its value cannot be searched for in logs: find "
            "out why",
        )
    found: list[SecretValue] = []
    for version, stages in sorted(versions.items(), key=lambda one: CURRENT not in one[1]):
        found += _sealed(client, secret, version, stages)
    return tuple(found)


def _versions(client: Any, secret: Secret) -> dict[str, list[str]]:
    """Give the staging labels of every version that has any."""
    found: dict[str, list[str]] = {}
    asked: dict[str, Any] = {"SecretId": secret.name}
    while True:
        page = client.list_secret_version_ids(**asked)
        for version in page.get("Versions") or ():
            if stages := version.get("VersionStages"):
                found[version["VersionId"]] = stages
        if not page.get("NextToken"):
            return found
        asked["NextToken"] = page["NextToken"]


def _sealed(client: Any, secret: Secret, version: str, stages: list[str]) -> Iterator[SecretValue]:
    from botocore.exceptions import ClientError
    from botocore.parsers import ResponseParserError

    __tracebackhide__ = True
    try:
        content = _content(client.get_secret_value(SecretId=secret.name, VersionId=version))
    except ResponseParserError:  # it says what it could not read
        content = None
    except ClientError as error:
        if CURRENT in stages or error.response["Error"].get("Code") != "ResourceNotFoundException":
            raise
        return  # a rotation has made the label and no value yet, or has just taken the version away
    if content is None:
        raise Unknown(
            Reason.MALFORMED,
            f"GetSecretValue returned no value for version {version} of {secret.name}, so it cannot be searched "
            "for in logs: run again",
        )
    yield from _parts(content, secret, stages)


def _content(answer: dict[str, Any]) -> SecretValue | None:
    value = answer.get("SecretString") or answer.get("SecretBinary")
    return SecretValue(value, "") if value else None


def _parts(content: SecretValue, secret: Secret, stages: list[str]) -> Iterator[SecretValue]:
    """Seal each secret field by itself."""
    kinds = sorted(stage.removeprefix("AWS").lower() for stage in stages)
    suffix = "" if CURRENT in stages else f" ({', '.join(kinds)})"
    with content.open() as value:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            yield SecretValue(bytes(value), f"{secret.name}{suffix}")
            return
        absent = missing(text, secret.sensitive) if CURRENT in stages else []
        parts = [
            SecretValue(part, f"{secret.name} {field}".rstrip() + suffix)
            for field, part in sensitive(text, secret.sensitive)
        ]
        del text
    if absent:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"`sensitive` of {secret.name} names {', '.join(absent)}, but the secret has no such field: name "
            "fields that it has",
        )
    if not parts and CURRENT in stages:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"no field of {secret.name} has the name or form of a secret, so nothing of it can be searched for in "
            "logs: name its secret fields with `sensitive`",
        )
    yield from parts
