"""What a registry's answer means when it is not the bytes that were asked for."""

import json
import re
from typing import TYPE_CHECKING

from promotion.core.image_reference import Repository
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.clients.oci.transport import RegistryAnswer

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
# MANIFEST_UNKNOWN, BLOB_UNKNOWN and NAME_UNKNOWN are the specification's; Harbor says NOT_FOUND in their place.
_ABSENT = frozenset({"MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"})


def codes(answer: "RegistryAnswer") -> frozenset[str]:
    """Read the error codes in an answer's body (distribution specification, error codes); empty if it has none.

    Only codes are taken from what a server writes: its sentences are its own.
    """
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return frozenset()
    errors = found.get("errors") if isinstance(found, dict) else None
    said = (one.get("code") for one in errors if isinstance(one, dict)) if isinstance(errors, list) else ()
    return frozenset(code for code in said if isinstance(code, str) and _CODE.fullmatch(code))


def says_absent(answer: "RegistryAnswer") -> bool:
    """Say whether the registry itself said that it does not have what was asked for.

    A 404 alone does not: a proxy, a wrong path or the storage behind the registry answers that too.
    """
    return answer.status == 404 and not answer.redirected and bool(codes(answer) & _ABSENT)


def has_no_referrers_api(answer: "RegistryAnswer") -> bool:
    """Say whether the registry does not serve the referrers API, so that the fallback tag is to be read.

    404 is what the specification says; 405, 406 and UNSUPPORTED are seen in its place.
    """
    return answer.status in {404, 405, 406} or (answer.status == 400 and "UNSUPPORTED" in codes(answer))


def refusal(answer: "RegistryAnswer", what: str, repository: Repository, iam_action: str) -> Unknown:
    """Give the `Unknown` for an answer that is neither the bytes nor a clear no."""
    said = f"{answer.status} {' '.join(sorted(codes(answer)))}".rstrip()
    where = answer.url.split("/")[2] if answer.redirected else repository.registry
    if answer.status in {401, 403}:
        if answer.redirected:
            need = "the registry's storage must allow its clients to read"
        elif repository.is_ecr:
            need = f"grant ecr:GetAuthorizationToken, and {iam_action} on the repository {repository.name}"
        else:
            need = f"log in with pull access (repository:{repository.name}:pull)"
        return Unknown(Reason.ACCESS_DENIED, f"{where} refused {what} ({said}); {need}")
    if answer.status == 429:
        return Unknown(Reason.THROTTLED, f"{where} throttled {what} ({said}); run again later")
    if answer.status in {502, 503, 504}:
        return Unknown(Reason.UNREACHABLE, f"{where} is not available for {what} ({said}); run again later")
    if answer.status == 404:
        hint = "which does not say whether it exists; check the registry's address"
        return Unknown(Reason.ERROR, f"{where} answered {said} for {what}, {hint}")
    return Unknown(Reason.ERROR, f"{where} answered {said} for {what}, expected 200; check the registry")
