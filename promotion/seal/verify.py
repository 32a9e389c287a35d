"""Whether a sealed report may be acted upon: every reason why not, each in one sentence. Pure but for ssh-keygen."""

from collections.abc import Iterator
from datetime import datetime

from promotion import report
from promotion.core.canonical_json import record_text
from promotion.seal.approval import drawn_signed
from promotion.seal.bundle_folder import SealedFolder
from promotion.seal.check_record import record_problems
from promotion.seal.check_seal import seal_problems
from promotion.seal.check_sign_off import sign_off_problems
from promotion.seal.policy import SealPolicy
from promotion.seal.seal import same_page
from promotion.signing.errors import Rejected
from promotion.unknown import Unknown


def bundle_problems(found: SealedFolder, expected: SealPolicy, now: datetime) -> Iterator[str]:
    """Give every reason why this seal does not let the image go on; none at all if it does."""
    try:
        record = found.tree()
        if record_text(record).encode() != found.record:
            yield "record.json is not in canonical form: it was edited"
        yield from record_problems(record, expected)
    except Unknown as unknown:
        yield unknown.message
        return
    except (KeyError, TypeError, ValueError) as trouble:
        yield f"record.json is not a complete record ({type(trouble).__name__})"
        return
    try:
        if not same_page(found.page, report.fragment(record)):
            yield "checklist.html does not match record.json"
    except (KeyError, TypeError, ValueError):
        yield "record.json cannot be rendered as a page"
    yield from seal_problems(found, record, expected, now)
    yield from _signed_page(found)
    if expected.sign_off:
        yield from sign_off_problems(found, record, expected, now)


def _signed_page(found: SealedFolder) -> Iterator[str]:
    """Hold what people read after a sign-off against the record and the sign-off; it is made anew with every sign-off."""
    if found.signed_page is None:
        return
    try:
        fits = found.signed_page == drawn_signed(found)
    except (Rejected, KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        yield "signed.html does not show the record and its sign-off: delete it, or run `promotion sign-off` again"
