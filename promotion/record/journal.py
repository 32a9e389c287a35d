"""The receipts of earlier runs, and what one had begun when it was killed: a file beside the report.

Where the other side can be asked (CodeDeploy, GitHub, Slack's history), it is asked, and the journal only helps to find
it. Where it cannot (a webhook, SNS), the journal is all there is.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from promotion.record.receipt import ActionState, Receipt
from promotion.unknown import Reason, Unknown

NAME = "receipts.json"


class Journal:
    """Receipts by key, kept on disk before and after each act. May be used from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def find(self, key: str) -> Receipt | None:
        """Give what is known of an act; None if it was never begun. Raises Unknown, malformed."""
        with self._lock:
            return self._read().get(key)

    def begin(self, receipt: Receipt) -> None:
        """Note that an act is about to be done: if nothing follows, it is unknown whether it was."""
        self.keep(Receipt(receipt.key, receipt.what, ActionState.UNCLEAR, receipt.at))

    def keep(self, receipt: Receipt) -> Receipt:
        """Write a receipt, in one step, and give it back. Raises Unknown, malformed or error."""
        with self._lock:
            self._write(self._read() | {receipt.key: receipt})
        return receipt

    def forget(self, taken_back: Callable[[str], bool]) -> None:
        """Drop the receipts whose keys fit: what follows takes back what they are of. Raises Unknown as `keep` does."""
        with self._lock:
            found = self._read()
            left = {key: one for key, one in found.items() if not taken_back(key)}
            if left != found:
                self._write(left)

    def _write(self, found: Mapping[str, Receipt]) -> None:
        text = json.dumps({key: one.as_json() for key, one in sorted(found.items())}, indent=1) + "\n"
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding="utf-8")
            part.replace(self._path)
        except OSError as trouble:
            raise Unknown(
                Reason.ERROR, f"{self._path} cannot be written ({trouble.strerror}), so no action is taken"
            ) from None

    def _read(self) -> dict[str, Receipt]:
        try:
            tree = json.loads(self._path.read_text(encoding="utf-8"))
            return {key: Receipt.of(one) for key, one in tree.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as trouble:
            raise Unknown(
                Reason.MALFORMED,
                f"{self._path.name}, which says what has been done already, cannot be read "
                f"({type(trouble).__name__}): repair it, or move it away if you know that none of its actions was "
                "taken",
            ) from None
