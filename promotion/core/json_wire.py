"""Read JSON that somebody else wrote, for whom a document that means two things is a way in."""

import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from promotion.unknown import Reason, Unknown


def _one_value_a_key(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def read_json(raw: bytes, what: str) -> dict[str, Any]:
    """Read the JSON object (RFC 8259) in `raw`.

    `what` names the document in the message of the `Unknown("malformed")` that is raised for anything else: no UTF-8,
    a key that stands twice in one object (parsers differ on which one counts), NaN, too deep, half a surrogate pair.
    """
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_one_value_a_key, parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise malformed(what, "it is nested too deeply") from None
    except UnicodeError:
        raise malformed(what, "it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise malformed(what, f"it is not JSON at byte {error.pos}") from None
    except ValueError as error:
        raise malformed(what, str(error)) from None
    if not isinstance(found, dict):
        raise malformed(what, "it is not a JSON object")
    return found


def malformed(what: str, why: str) -> Unknown:
    """Give what to raise for a document nobody can rely on."""
    return Unknown(Reason.MALFORMED, f"{what} cannot be parsed: {why}; check what wrote it, and push it again")


class WireModel(BaseModel):
    """A JSON object of the OCI specifications: camelCase outside, unknown fields ignored, null the same as absent.

    It is read from and written to the names of the specification alone, so that it survives a record unchanged and no
    second spelling of a field gets in.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, serialize_by_alias=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, data: Any) -> Any:
        # Go's decoder, which the other readers of these documents use, does not mind case: with "Layers" beside
        # "layers" it would see another image than this one.
        if not isinstance(data, dict):
            return data
        names = {field.alias or name for name, field in cls.model_fields.items()}
        folded = {name.casefold() for name in names}
        for key in data:
            if key not in names and key.casefold() in folded:
                raise ValueError(f"it spells {key.casefold()!r} in a different case")
        return {key: value for key, value in data.items() if value is not None}

    @classmethod
    def parse(cls, document: dict[str, Any], what: str) -> Self:
        """Read the object in `document`; `Unknown("malformed")` with the first thing that is wrong with it."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise malformed(what, f"{where + ': ' if where else ''}{first['msg']}") from None
