"""What kind of document an attestation's predicate is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotion.sections.artifact.sbom.fields import SbomFields, malformed, read_fields, said
from promotion.unknown import Reason, Unknown

CYCLONEDX, SPDX = "CycloneDX", "SPDX"
CYCLONEDX_VERSIONS = ("1.4", "1.5", "1.6", "1.7")
SPDX_VERSIONS = ("2.2", "2.3")
PREDICATE_TYPES = ("https://cyclonedx.org/bom", "https://spdx.dev/Document", "https://spdx.dev/Document/v2.3")
"""Predicate types of SBOM attestations: cosign's, and in-toto's for SPDX 2.3, which GitHub's action writes too."""

_ADVICE = "attest CycloneDX JSON 1.4 to 1.7 (`--type cyclonedx`) or SPDX JSON 2.3 (`--type spdxjson`)"


@dataclass(frozen=True)
class Document:
    """An SBOM of a kind that is read here: its format, the version of that, and its fields."""

    format: str
    version: str
    content: Mapping[str, Any]
    what: str
    """For sentences: `the SBOM at referrer 2`."""

    @property
    def fields(self) -> SbomFields:
        """The document, to be read field by field."""
        return SbomFields(self.content, self.what)


def open_document(predicate: Any, what: str) -> Document:
    """Find out what an attestation's predicate is.

    `predicate` is bytes or text, or JSON that was read already. cosign puts a document into text with `--type spdx`,
    and cosign 1 put it under `Data`: both are opened.

    Raises Unknown: malformed; not-supported for other formats and versions (SPDX 3 and tag-value, XML).
    """
    if isinstance(predicate, Mapping) and "Data" in predicate and set(predicate) <= {"Data", "Timestamp"}:
        predicate = predicate["Data"]
    if isinstance(predicate, bytes | str):
        predicate = read_fields(_json_text(predicate, what), what)
    if not isinstance(predicate, Mapping):
        raise malformed(what, "the predicate is not a JSON object")
    fields = SbomFields(predicate, what)
    if "bomFormat" in fields:
        if fields.text("bomFormat") != CYCLONEDX:
            raise malformed(what, f"bomFormat is {said(fields.text('bomFormat'))}, expected {CYCLONEDX}")
        version = fields.text("specVersion")
        _supported(version in CYCLONEDX_VERSIONS, f"{what} is {CYCLONEDX} {said(version)}")
        return Document(CYCLONEDX, version, predicate, what)
    if "spdxVersion" in fields:
        version = fields.text("spdxVersion").removeprefix("SPDX-")
        _supported(version in SPDX_VERSIONS, f"{what} is {SPDX} {said(version)}")
        return Document(SPDX, version, predicate, what)
    _supported("@graph" not in fields, f"{what} is {SPDX} 3 (JSON-LD)")
    raise malformed(what, "it has neither bomFormat nor spdxVersion, so it is neither CycloneDX nor SPDX")


def _json_text(text: bytes | str, what: str) -> bytes | str:
    start = text[:200] if isinstance(text, str) else text[:200].decode("utf-8", "replace")
    start = start.lstrip("\ufeff \t\r\n")
    _supported(not start.startswith("SPDXVersion:"), f"{what} is {SPDX} in tag-value form")
    _supported(not start.startswith("<"), f"{what} is XML")
    return text


def _supported(is_supported: bool, what: str) -> None:
    if not is_supported:
        raise Unknown(Reason.NOT_SUPPORTED, f"{what}, which is not supported: {_ADVICE}")
