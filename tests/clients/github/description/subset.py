"""Cuts GitHub's description of its REST API down to the requests that matter here.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/clients/github/description/subset.py package/generated/api.github.com.json tests/github/api.github.com.subset.json

The description is GitHub's (github.com/github/rest-api-description), packed as @octokit/openapi, under the MIT licence:
see LICENSE beside this file. What `$ref`s lead to comes along; prose, examples and webhooks stay out.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

REPOSITORY = "/repos/{owner}/{repo}"
WANTED = {
    "/rate_limit": "get",
    f"{REPOSITORY}/actions/runs": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}/approvals": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}/artifacts": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}/attempts/{{attempt_number}}": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}/attempts/{{attempt_number}}/jobs": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}/cancel": "post",
    f"{REPOSITORY}/actions/runs/{{run_id}}/force-cancel": "post",
    f"{REPOSITORY}/actions/runs/{{run_id}}/jobs": "get",
    f"{REPOSITORY}/actions/runs/{{run_id}}/pending_deployments": "get post",
    f"{REPOSITORY}/actions/workflows/{{workflow_id}}/dispatches": "post",
    f"{REPOSITORY}/actions/workflows/{{workflow_id}}/runs": "get",
    f"{REPOSITORY}/attestations/{{subject_digest}}": "get",
    f"{REPOSITORY}/branches/{{branch}}": "get",
    f"{REPOSITORY}/branches/{{branch}}/protection": "get",
    f"{REPOSITORY}/code-scanning/alerts": "get",
    f"{REPOSITORY}/commits": "get",
    f"{REPOSITORY}/commits/{{ref}}": "get",
    f"{REPOSITORY}/contents/{{path}}": "get",
    f"{REPOSITORY}/deployments": "get post",
    f"{REPOSITORY}/deployments/{{deployment_id}}": "get",
    f"{REPOSITORY}/deployments/{{deployment_id}}/statuses": "get post",
    f"{REPOSITORY}/environments": "get",
    f"{REPOSITORY}/environments/{{environment_name}}": "get",
    f"{REPOSITORY}/issues": "get post",
    f"{REPOSITORY}/issues/{{issue_number}}": "get",
    f"{REPOSITORY}/issues/{{issue_number}}/comments": "get post",
    f"{REPOSITORY}/rules/branches/{{branch}}": "get",
}
_PROSE = {"description", "example", "examples", "externalDocs", "summary", "tags", "title"}
_REFERENCE = re.compile(r"#/components/(\w+)/(.+)")


def subset(description: dict[str, Any]) -> dict[str, Any]:
    """Cut a description down to WANTED."""
    paths: dict[str, Any] = {}
    for path, methods in WANTED.items():
        whole = description["paths"][path]
        paths[path] = {name: _bare(whole[name]) for name in methods.split()}
    components: dict[str, dict[str, Any]] = {}
    waiting = _references(paths)
    while waiting:
        kind, name = waiting.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = _bare(description["components"][kind][name])
            waiting |= _references(components[kind][name])
    for answer in (
        *(a for p in paths.values() for m in p.values() for a in m["responses"].values()),
        *components["responses"].values(),
    ):
        if "$ref" not in answer:
            answer["description"] = ""  # OpenAPI wants one
    info = {key: description["info"][key] for key in ("title", "version", "license")}
    return {"openapi": description["openapi"], "info": info, "paths": paths, "components": components}


def _bare(node: Any, *, names: bool = False) -> Any:
    """Take prose, examples and extensions out; `names` says that the keys are names and not words of OpenAPI."""
    if isinstance(node, list):
        return [_bare(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _bare(value, names=key in {"properties", "patternProperties"} and not names)
        for key, value in node.items()
        if names or not (key in _PROSE or key.startswith("x-"))
    }


def _references(node: Any) -> set[tuple[str, str]]:
    """Find the components that something refers to."""
    if isinstance(node, list):
        return set().union(*(_references(entry) for entry in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    found = set().union(*(_references(value) for value in node.values())) if node else set()
    match = _REFERENCE.fullmatch(node["$ref"]) if isinstance(node.get("$ref"), str) else None
    return found | ({(match[1], match[2])} if match else set())


if __name__ == "__main__":
    source, target = (Path(argument) for argument in sys.argv[1:])
    cut = subset(json.loads(source.read_text(encoding="utf-8")))
    target.write_text(json.dumps(cut, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")
