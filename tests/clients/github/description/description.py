"""Judges requests to GitHub and its answers by GitHub's own description of the REST API.

    check_request("GET", "/repos/example/shop/actions/runs", {"head_sha": commit}, None)
    check_answer("GET", "/repos/example/shop/actions/runs", 200, body)

Both raise AssertionError with a sentence for each thing that is wrong. Stricter than the description in two places, for
a wrong name is the mistake that goes unnoticed: a query parameter or a property that GitHub does not know is refused.
Laxer where GitHub's own examples contradict it: `CONTRADICTED`.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

SUBSET = Path(__file__).with_name("api.github.com.subset.json")

CONTRADICTED = {
    "diff-entry": {"contents_url", "sha"},
    "job": {"created_at"},
    "protected-branch-required-status-check": {"checks"},
    "team": {"type"},
}
"""Component to properties that it declares as required and that GitHub's own examples leave out.

The example of an accepted cancellation is moreover `null` where an empty object is declared: both are taken.
"""

RANGES = {"created"}
"""Query parameters that are declared as an instant and take a range of GitHub's search syntax: `>=2026-03-01`."""

_ANYTHING_BELOW = {"/repos/{owner}/{repo}/contents/{path}", "/repos/{owner}/{repo}/commits/{ref}"}
"""Paths whose last part may contain slashes."""


def check_request(method: str, path: str, query: Mapping[str, str], body: Any) -> None:
    """Assert that GitHub takes such a request. `path` is without the query; `body` is None where there is none."""
    template, operation = _operation(method, path)
    wrong = [*_wrong_parameters(template, operation, path, query)]
    declared = operation.get("requestBody")
    if declared is None:
        wrong += [] if body is None else ["the request has a body, and GitHub knows none"]
    elif body is None:
        wrong += ["the request has no body"] if declared.get("required") else []
    else:
        wrong += _wrong(declared["content"]["application/json"]["schema"], body)
    assert not wrong, f"{method} {path}: {'; '.join(wrong)}"


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Assert that GitHub gives such an answer. `body` is None where it is empty.

    Of 401 and 429, which the description has nowhere, and of any other error only the general form is asked.
    """
    _, operation = _operation(method, path)
    declared = _resolved(operation["responses"].get(str(status)))
    if declared is None:
        assert status >= 400, f"{method} {path}: GitHub does not answer with {status}"
        general = "validation-error" if status == 422 else "basic-error"
        declared = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{general}"}}}}
    content = declared.get("content", {}).get("application/json")
    if content is None:
        wrong = [] if body is None else [f"an answer {status} has no body"]
    else:
        wrong = [*_wrong(content["schema"], body)]
    assert not wrong, f"{method} {path} {status}: {'; '.join(wrong)}"


def _wrong(schema: Mapping[str, Any], body: Any) -> Iterator[str]:
    whole = {**_converted(schema), "components": _components()}
    for error in Draft202012Validator(whole, format_checker=_FORMATS).iter_errors(body):
        yield f"{error.json_path}: {error.message[:300]}"


def _wrong_parameters(
    template: str, operation: Mapping[str, Any], path: str, query: Mapping[str, str]
) -> Iterator[str]:
    declared = [_resolved(parameter) for parameter in operation.get("parameters", ())]
    in_query = {parameter["name"]: parameter for parameter in declared if parameter["in"] == "query"}
    values = {**(_path_values(template, path) or {}), **query}
    yield from (f"there is no query parameter {name!r}" for name in query if name not in in_query)
    for parameter in declared:
        name = parameter["name"]
        if name in RANGES:
            continue
        if name in values:
            yield from (
                f"{name}: {problem}" for problem in _wrong(parameter["schema"], _typed(parameter, values[name]))
            )
        elif parameter.get("required"):
            yield f"the parameter {name!r} is missing"


def _typed(parameter: Mapping[str, Any], text: str) -> Any:
    """Read a parameter as its type; a text that is no number stays a text and is refused as one."""
    kind = parameter["schema"].get("type")
    try:
        return json.loads(text) if kind in {"integer", "boolean"} else text
    except ValueError:
        return text


def _operation(method: str, path: str) -> tuple[str, Mapping[str, Any]]:
    found = [template for template in _subset()["paths"] if _path_values(template, path) is not None]
    assert found, f"GitHub has nothing at {path}, or it is not in the subset"
    template = min(found, key=lambda template: template.count("{"))
    operations = _subset()["paths"][template]
    assert method.lower() in operations, f"GitHub does not take {method} at {template}, or it is not in the subset"
    return template, operations[method.lower()]


def _path_values(template: str, path: str) -> dict[str, str] | None:
    """Read the parts of a path that stand for names; None if it is not a path of that form."""
    names, parts = template.strip("/").split("/"), path.strip("/").split("/")
    if template in _ANYTHING_BELOW and len(parts) > len(names):
        parts = [*parts[: len(names) - 1], "/".join(parts[len(names) - 1 :])]
    if len(names) != len(parts):
        return None
    pairs = [*zip(names, parts, strict=True)]
    if any(not name.startswith("{") and name != part for name, part in pairs):
        return None
    return {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}


@cache
def _subset() -> Any:
    return json.loads(SUBSET.read_text(encoding="utf-8"))


@cache
def _components() -> Any:
    schemas = _subset()["components"]["schemas"]
    parts = {part["$ref"].rpartition("/")[2] for schema in schemas.values() for part in _parts(schema)}
    return {"schemas": {name: _converted(schema, name, closed=name not in parts) for name, schema in schemas.items()}}


def _parts(node: Any) -> Iterator[Any]:
    """Find the references in `allOf`."""
    if isinstance(node, dict):
        yield from (part for part in node.get("allOf", ()) if "$ref" in part)
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _parts(inner)


def _resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = _subset()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _converted(node: Any, name: str = "", *, closed: bool = True) -> Any:
    """Make JSON Schema of a schema of OpenAPI 3.0: `nullable`, and no unknown properties (`closed`).

    The parts of a combination are not closed, because none of them knows the properties of the others.
    """
    if isinstance(node, list):
        return [_converted(entry, closed=closed) for entry in node]
    if not isinstance(node, dict):
        return node
    schema: dict[str, Any] = {}
    for key, value in node.items():
        if key in {"properties", "patternProperties"}:
            schema[key] = {name: _converted(inner) for name, inner in value.items()}
        elif key in {"allOf", "anyOf", "oneOf"}:
            schema[key] = _converted(value, closed=closed and key != "allOf")
        elif key not in {"nullable", "discriminator"}:
            schema[key] = _converted(value) if key in {"items", "not"} else value
    if "required" in schema and name in CONTRADICTED:
        schema["required"] = [wanted for wanted in schema["required"] if wanted not in CONTRADICTED[name]]
    if closed and "properties" in schema and "additionalProperties" not in schema:
        schema["additionalProperties"] = False
    if not node.get("nullable") and name != "empty-object":
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _is_uri(value: object) -> bool:
    """GitHub says the empty text where nobody gave a URL: it is the default in its description."""
    return not isinstance(value, str) or not value or bool(urlsplit(value).scheme)


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("date-time", raises=ValueError)(_is_date_time)
_FORMATS.checks("uri")(_is_uri)
