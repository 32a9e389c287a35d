"""Make the seal over a finished run. This module does I/O."""

from pathlib import Path

from promotion import report
from promotion.seal import bundle_folder as sealed_folder
from promotion.seal.bundle_folder import FOLDER, SIGN_OFF, SIGNED_PAGE, SSH_SIGNATURE, STATEMENT, SUMMARY, TEST_RESULT
from promotion.seal.signers import Bundle
from promotion.seal.statements import PASSED, expiry, result_of, sha256, summary, test_result
from promotion.unknown import Reason, Unknown


def seal(folder: Path, sign: Bundle, *, minutes: float, archive: bool = False) -> str:
    """Sign test result and summary, and give the result that was sealed: `PASSED` or `FAILED`.

    A sign-off of an earlier seal is removed. With `archive`, a run that does not say GO is sealed as FAILED, to be
    kept; without it that is refused. Raises Unknown: not-supported for such a run, error for a page that is not the
    record's; and what signing raises.
    """
    found = sealed_folder.load_bundle(folder)
    record = found.tree()
    if not same_page(found.page, report.fragment(record)):
        raise Unknown(Reason.ERROR, "checklist.html does not match record.json: create both again with one run")
    result = result_of(record)
    if result != PASSED and not archive:
        why = "incomplete" if not record["complete"] else record["verdict"]
        raise Unknown(
            Reason.NOT_SUPPORTED, f"the record is {why}: only a complete GO is sealed; --archive seals it as FAILED"
        )
    files, place = found.files, folder / FOLDER
    first = sign(test_result(record, files).write())
    second = sign(summary(record, files, sha256(first), expiry(record, minutes)).write())
    sealed_folder.remove(*(place / name for name in (SIGN_OFF, STATEMENT, SSH_SIGNATURE)), folder / SIGNED_PAGE)
    sealed_folder.put(place / TEST_RESULT, first)
    sealed_folder.put(place / SUMMARY, second)
    return result


def same_page(page: bytes, fragment: str) -> bool:
    """Whether a report carries just this fragment: word for word, and no other of its kind."""
    try:
        text = page.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.count(fragment) == 1 and text.count('<div class="promotion"') == 1
