"""Requests about the code: commits, files, branches and their rules, attestations, scan alerts."""

import base64
import json
from typing import Any

from promotion.sandbox.github import answers
from promotion.sandbox.github.exchange import Ask, Problem, Reply, missing
from promotion.sandbox.github.records import Alert, Commit

PREDICATES = {
    "provenance": ("https://slsa.dev/provenance/",),
    "sbom": ("https://spdx.dev/Document", "https://cyclonedx.org/bom"),
}
"""The short names that `predicate_type` takes, and how the types they stand for begin."""
RULESET = {"ruleset_source_type": "Repository", "ruleset_id": 42}


def commit(ask: Ask, ref: str) -> Reply:
    """Look at the commit of a hash or a branch."""
    found = ask.repository.resolve(ref)
    if found is None:
        raise Problem(422, f"No commit found for SHA: {ref}")
    return Reply(answers.commit(ask, found))


def commits(ask: Ask) -> Reply:
    """List the commits up to `sha` (the default branch if none is given), newest first; with `path`, those changing it."""
    ref, path = ask.query("sha") or ask.repository.default_branch, ask.query("path")
    newest = ask.repository.resolve(ref)
    if newest is None:
        raise missing()
    found = [one for one in _history(ask, newest) if path is None or _changes(ask, one, path.strip("/"))]
    return ask.page(found, _listed_commit)


def contents(ask: Ask, path: str) -> Reply:
    """Read a file, or list a folder, at `ref` (the default branch if none is given)."""
    ref = ask.query("ref") or ask.repository.default_branch
    found = ask.repository.resolve(ref)
    if found is None:
        raise Problem(404, f"No commit found for the ref {ref}")
    path = path.strip("/")
    if path in found.files:
        if "raw" in ask.request.headers.get("Accept", ""):
            return Reply(found.files[path], content_type="application/vnd.github.raw+json; charset=utf-8")
        return Reply(answers.file(ask, ref, path, found.files[path]))
    inside = f"{path}/" if path else ""
    names = sorted({name.removeprefix(inside).partition("/")[0] for name in found.files if name.startswith(inside)})
    if not names:
        raise missing()
    return Reply([answers.entry(ask, ref, inside + name, found.files.get(inside + name)) for name in names])


def branch(ask: Ask, name: str) -> Reply:
    """Look at a branch, and whether it is protected."""
    found = ask.repository.branches.get(name)
    head = ask.repository.commits.get(found.head) if found else None
    if found is None or head is None:
        raise missing()
    url = f"{ask.url}/branches/{name}"
    checks = {
        "enforcement_level": "non_admins" if found.protected else "off",
        "contexts": [*found.checks],
        "checks": [],
    }
    return Reply(
        {
            "name": name,
            "commit": answers.commit(ask, head),
            "_links": {"self": url, "html": f"{ask.html}/tree/{name}"},
            "protected": found.protected,
            "protection": {"enabled": found.protected, "required_status_checks": checks},
            "protection_url": f"{url}/protection",
        }
    )


def protection(ask: Ask, name: str) -> Reply:
    """Look at the protection of a branch: administrators only, which the token of a workflow never is."""
    if not ask.is_admin:
        raise Problem(403, "Resource not accessible by integration")
    found = ask.repository.branches.get(name)
    if found is None:
        raise missing()
    if not found.protected:
        raise Problem(404, "Branch not protected")
    return Reply(answers.protection(ask, found))


def rules(ask: Ask, name: str) -> Reply:
    """List the rules that hold for a branch, which anybody who may read may see."""
    found = ask.repository.branches.get(name)
    source = {**RULESET, "ruleset_source": ask.repository.full_name}
    return ask.page(found.rules if found else [], lambda _, rule: {**rule, **source})


def attestations(ask: Ask, digest: str) -> Reply:
    """List the attestations of a digest, newest first, by `predicate_type` if one is given; 404 if there is none."""
    wanted = ask.query("predicate_type")
    begins = PREDICATES.get(wanted, (wanted,)) if wanted else ("",)
    bundles = [
        bundle
        for bundle in reversed(ask.repository.attestations.get(digest, []))
        if predicate_type(bundle).startswith(begins)
    ]
    if not bundles:
        raise missing()
    number = answers.number_of(ask.repository.full_name)
    return ask.cursor_page(bundles, lambda _, bundle: {"bundle": bundle, "repository_id": number}, "attestations")


def predicate_type(bundle: dict[str, Any]) -> str:
    """Read the predicate type of the statement in a bundle; empty if there is no statement to be read."""
    try:
        statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    except (KeyError, TypeError, ValueError):
        return ""
    return str(statement.get("predicateType", "")) if isinstance(statement, dict) else ""


def alerts(ask: Ask) -> Reply:
    """List the findings of code scanners, newest first, as `tool_name`, `state` and `ref` want it."""
    tool, state, ref = ask.query("tool_name"), ask.query("state"), ask.query("ref")
    ref = f"refs/heads/{ref}" if ref and not ref.startswith("refs/") else ref
    found = [
        alert
        for alert in ask.repository.alerts
        if tool in {None, alert.tool} and state in {None, alert.state} and ref in {None, alert.ref}
    ]
    return ask.page(found[::-1], _alert)


def _history(ask: Ask, newest: Commit) -> list[Commit]:
    """Give a commit and everything before it, newest first."""
    found: dict[str, Commit] = {}
    waiting = [newest]
    while waiting:
        one = waiting.pop()
        if one.sha not in found:
            found[one.sha] = one
            waiting += [ask.repository.commits[sha] for sha in one.parents if sha in ask.repository.commits]
    return sorted(found.values(), key=lambda one: one.at, reverse=True)


def _changes(ask: Ask, found: Commit, path: str) -> bool:
    """Tell whether a file, or one in a folder, is other than in the commit before."""
    before = next((ask.repository.commits[sha].files for sha in found.parents if sha in ask.repository.commits), {})

    def below(files: dict[str, bytes]) -> dict[str, bytes]:
        return {name: content for name, content in files.items() if name == path or name.startswith(f"{path}/")}

    return below(found.files) != below(before)


def _listed_commit(ask: Ask, found: Commit) -> dict[str, Any]:
    """Describe a commit as a list does: without the files it changed."""
    return {key: value for key, value in answers.commit(ask, found).items() if key not in ("files", "stats")}


def _alert(ask: Ask, found: Alert) -> dict[str, Any]:
    url = f"{ask.url}/code-scanning/alerts/{found.number}"
    dismissed = found.state == "dismissed"
    return {
        "number": found.number,
        "created_at": answers.seconds(found.at),
        "updated_at": answers.seconds(found.at),
        "url": url,
        "html_url": f"{ask.html}/security/code-scanning/{found.number}",
        "instances_url": f"{url}/instances",
        "state": found.state,
        "fixed_at": answers.seconds(found.at) if found.state == "fixed" else None,
        "dismissed_by": answers.user(ask, "release-lead") if dismissed else None,
        "dismissed_at": answers.seconds(found.at) if dismissed else None,
        "dismissed_reason": "won't fix" if dismissed else None,
        "dismissed_comment": None,
        "rule": {
            "id": found.rule,
            "name": "OsPackageVulnerability",
            "severity": "error" if found.severity in {"high", "critical"} else "warning",
            "security_severity_level": found.severity,
            "description": found.rule,
            "tags": ["security", "vulnerability"],
        },
        "tool": {"name": found.tool, "guid": None, "version": "0.76.0"},
        "most_recent_instance": {
            "ref": found.ref,
            "analysis_key": ".github/workflows/build.yml:scan",
            "category": "image",
            "environment": "{}",
            "state": found.state,
            "commit_sha": found.sha,
            "message": {"text": found.rule},
            "location": {"path": found.path, "start_line": 1, "end_line": 1, "start_column": 1, "end_column": 1},
            "classifications": [],
        },
    }
