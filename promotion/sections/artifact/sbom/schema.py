"""Validate SBOMs against the published schemas, with cyclonedx-python-lib and spdx-tools (the extra `sbom`).

Both libraries carry the schemas, so nothing is downloaded.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from promotion.sections.artifact.sbom.document import CYCLONEDX, Document
from promotion.sections.artifact.sbom.fields import malformed, said
from promotion.sections.artifact.sbom.iri import in_place_of_the_package
from promotion.unknown import Reason, Unknown

MOST_ERRORS = 5
_CHUNK = 64


def schema_errors(document: Document) -> tuple[str, ...]:
    """Say what is wrong with a document by its schema, at most five sentences.

    Raises Unknown("not-supported") when the extra is not installed.
    """
    try:
        return tuple(islice((_cyclonedx if document.format == CYCLONEDX else _spdx)(document), MOST_ERRORS))
    except ImportError:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{document.what} must be validated against the schema of {document.format}, but the libraries for "
            "that are not installed: pip install 'promotion-checklist[sbom]', or turn validation off",
        ) from None
    except RecursionError:
        raise malformed(document.what, "it is nested too deeply to be validated") from None


def _cyclonedx(document: Document) -> Iterator[str]:
    with in_place_of_the_package():
        from cyclonedx.exception import MissingOptionalDependencyException
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.from_version(document.version))

    def wrong(part: Mapping[str, Any], shift: int) -> str | None:
        try:
            error = validator.validate_str(json.dumps(part))
        except MissingOptionalDependencyException as missing:
            raise ImportError from missing
        return None if error is None else _told(error.data, shift)

    return _wrong_parts(document.content, wrong)


def _wrong_parts(content: Mapping[str, Any], wrong: Callable[[Mapping[str, Any], int], str | None]) -> Iterator[str]:
    """Validate a document part by part.

    The schema wants the items of its long lists to be unique, which jsonschema finds out by comparing each with each:
    minutes for an image of ordinary size. A list is therefore cut into pieces, and its uniqueness seen to here.
    """
    parts = {name: content.get(name) for name in ("components", "dependencies", "services", "vulnerabilities")}
    long = {name: part for name, part in parts.items() if isinstance(part, list)}
    head = {key: value for key, value in content.items() if key not in long}
    if (error := wrong(head, 0)) is not None:
        yield error
    frame = {key: content[key] for key in ("bomFormat", "specVersion")} | {"version": 1}
    for name, items in long.items():
        if len({json.dumps(item, sort_keys=True) for item in items}) < len(items):
            yield f"$.{name} has the same item twice"
        for start in range(0, len(items), _CHUNK):
            if (error := wrong({**frame, name: _unique(items[start : start + _CHUNK])}, start)) is not None:
                yield error


def _unique(items: Sequence[Any]) -> list[Any]:
    return list({json.dumps(item, sort_keys=True): item for item in items}.values())


def _told(error: Any, shift: int) -> str:
    """Put jsonschema's error into a sentence; the first number in its path counts from the start of the piece."""
    path = list(error.absolute_path)
    if len(path) > 1 and isinstance(path[1], int):
        path[1] += shift
    place = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{said(place)}: {said(error.message)}"


def _spdx(document: Document) -> Iterator[str]:
    from spdx_tools.spdx.parser.error import SPDXParsingError
    from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    parser: Any = JsonLikeDictParser
    try:
        parsed = parser().parse(dict(document.content))
    except SPDXParsingError as error:
        untyped: Any = error
        yield from (said(message) for message in untyped.get_messages())
    except (TypeError, AttributeError, KeyError, IndexError, ValueError) as error:
        # The parser looks into values before it looks at their type.
        yield f"a value is of a type that the format does not have ({type(error).__name__}: {said(error)})"
    else:
        found = validate_full_spdx_document(parsed, f"SPDX-{document.version}")
        yield from (said(each.validation_message) for each in found)
