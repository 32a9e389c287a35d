"""Read an SBOM of either format from an attestation's predicate."""

from dataclasses import replace
from typing import Any

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.cyclonedx import read_cyclonedx
from promotion.sections.artifact.sbom.document import CYCLONEDX, open_document
from promotion.sections.artifact.sbom.spdx import read_spdx
from promotion.sections.artifact.sbom.summary import Sbom


def read_sbom(predicate: Any, source: str, wanted: Application, *, validate: bool = False) -> Sbom:
    """Sum up the SBOM in an attestation's predicate (bytes, text, or JSON that was read already).

    `source` names it in sentences: `the SBOM at referrer 2`. `validate` looks at the published schema too, which needs
    the extra `sbom`.

    Raises Unknown: malformed when a field that counts is missing or of another type; not-supported for other formats
    (SPDX 3 and tag-value, XML), and for `validate` without the extra.
    """
    document = open_document(predicate, source)
    found = (read_cyclonedx if document.format == CYCLONEDX else read_spdx)(document, wanted)
    if not validate:
        return found
    from promotion.sections.artifact.sbom.schema import schema_errors

    return replace(found, schema_errors=schema_errors(document))
