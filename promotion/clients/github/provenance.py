"""Which build made an image, as SLSA provenance, an attestation that GitHub keeps, or the image's labels say. Pure.

Provenance v1 as GitHub writes it (https://actions.github.io/buildtypes/workflow/v1) and as BuildKit does, v0.2 as
BuildKit and slsa-github-generator do:
https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md
https://github.com/slsa-framework/slsa-github-generator/blob/main/PROVENANCE_FORMAT.md

Every function raises BuiltElsewhere if another repository is named, and Unknown: malformed, no-data, not-supported.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from promotion.clients.github.claims import BuildClaim, Source
from promotion.clients.github.fields import GitHubFields
from promotion.clients.github.models import StoredAttestation
from promotion.clients.github.origins import Home, ref_of, whole_commit
from promotion.signing.errors import Rejected, shown
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.signing.statement import Statement

V1 = "https://slsa.dev/provenance/v1"
V02 = "https://slsa.dev/provenance/v0.2"
TYPES = (V1, V02)
"""Predicate types that are read."""

REVISION = "org.opencontainers.image.revision"
SOURCE = "org.opencontainers.image.source"

_BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"
_WORKFLOWS = ".github/workflows/"


def provenance_claim(
    predicate_type: str, predicate: object, home: Home, source: Source = Source.PROVENANCE
) -> BuildClaim:
    """Read a SLSA provenance predicate. Whoever calls this has verified who signed it, or says so by `source`."""
    what = f"the {source}"
    if predicate_type not in TYPES:
        raise Unknown(Reason.NOT_SUPPORTED, f"{what} is of type {shown(predicate_type)}, expected {' or '.join(TYPES)}")
    fields = GitHubFields(predicate, what)
    read = _v1 if predicate_type == V1 else _v02
    return read(fields, home, source)


def attestation_claim(attestation: StoredAttestation, digest: str, home: Home) -> BuildClaim:
    """Read the provenance of `digest` out of the bundle that GitHub keeps. Its signature is not verified here."""
    try:
        statement = _statement(attestation)
        statement.about(digest)
    except Rejected as why:
        message = f"an attestation that GitHub lists for {digest} cannot be parsed: {why.message}"
        raise Unknown(Reason.MALFORMED, message) from None
    return provenance_claim(statement.predicate_type, statement.predicate, home, Source.ATTESTATION)


def label_claim(labels: Mapping[str, str], home: Home) -> BuildClaim | None:
    """Read the labels of an image's configuration; None if they name no commit."""
    what = f"the label {REVISION}"
    if not labels.get(REVISION):
        return None
    if labels.get(SOURCE):
        # An image has the labels of its base image where its own build sets none.
        home.require_same_origin(labels[SOURCE], f"the label {SOURCE} (its own, or of its base image)")
    return BuildClaim(Source.LABEL, home.repository, whole_commit(labels[REVISION], what))


def option_claim(run_id: int, home: Home) -> BuildClaim:
    """Give the claim of who names a run on the command line. ValueError for a number that is not an id."""
    if run_id < 1:
        raise ValueError(f"{run_id} is not a run id")
    return BuildClaim(Source.OPTION, home.repository, run_id=run_id)


def _statement(attestation: StoredAttestation) -> "Statement":
    from promotion.signing.bundle import Bundle
    from promotion.signing.dsse import IN_TOTO
    from promotion.signing.statement import Statement

    envelope = Bundle.parse(attestation.bundle.encode()).envelope
    if envelope is None:
        raise Rejected("it signs a bare blob, not a statement")
    envelope.of_type(IN_TOTO)
    return Statement.parse(envelope.payload)


def _v1(predicate: GitHubFields, home: Home, source: Source) -> BuildClaim:
    what = f"the {source}"
    definition, details = predicate.part("buildDefinition"), predicate.part("runDetails")
    external, metadata = definition.part("externalParameters"), details.part("metadata")
    workflow, context = external.part("workflow"), external.part("configSource")
    repository = workflow.text_if_any("repository")
    if repository:
        home.require_same_origin(repository, what)
    run = _first_run(
        home,
        what,
        metadata.text_if_any("invocationId"),
        metadata.text_if_any("invocationID"),
        details.part("builder").text_if_any("id"),
    )
    commits = {
        *_commits(definition.parts("resolvedDependencies"), home, what),
        *_context_commit(context, home, what),
        *_checkout_commit(metadata.part("buildkit_metadata").part("vcs"), home, what),
    }
    ref = workflow.text_if_any("ref") or ref_of(context.text_if_any("uri") or "")
    return _claim(source, home, commits, run, workflow.text_if_any("path"), ref)


def _v02(predicate: GitHubFields, home: Home, source: Source) -> BuildClaim:
    what = f"the {source}"
    invocation, metadata = predicate.part("invocation"), predicate.part("metadata")
    context, environment = invocation.part("configSource"), invocation.part("environment")
    run = _first_run(
        home,
        what,
        metadata.text_if_any("buildInvocationId"),
        metadata.text_if_any("buildInvocationID"),
        predicate.part("builder").text_if_any("id"),
    )
    uri, path = context.text_if_any("uri") or "", context.text_if_any("entryPoint") or ""
    commits = {
        *_commits(predicate.parts("materials"), home, what),
        *_context_commit(context, home, what),
        *_checkout_commit(metadata.part(_BUILDKIT).part("vcs"), home, what),
    }
    if run is None and uri:
        run = _run_of_environment(environment, what)
    workflow = path if path.startswith(_WORKFLOWS) else None
    return _claim(source, home, commits, run, workflow, ref_of(uri) or environment.text_if_any("github_ref"))


def _claim(
    source: Source,
    home: Home,
    commits: set[str],
    run: tuple[int, int | None] | None,
    workflow: str | None,
    ref: str | None,
) -> BuildClaim:
    if len(commits) > 1:
        listed = " and ".join(sorted(commits)[:3])
        message = (
            f"the {source} names several commits of {home.repository}, {listed}: cannot determine which one was built"
        )
        raise Unknown(Reason.MALFORMED, message)
    if not commits and run is None:
        raise Unknown(
            Reason.NO_DATA,
            f"the {source} names neither a run nor a commit of {home.repository}: build with provenance that names one",
        )
    run_id, attempt = run or (None, None)
    return BuildClaim(
        source, home.repository, next(iter(commits), None), run_id, attempt, workflow or None, ref or None
    )


def _first_run(home: Home, what: str, *addresses: str | None) -> tuple[int, int | None] | None:
    found = [run for address in addresses if address and (run := home.run(address, what)) is not None]
    if len({run_id for run_id, _ in found}) > 1:
        listed = " and ".join(str(run_id) for run_id, _ in found)
        raise Unknown(
            Reason.MALFORMED, f"{what} names several runs, {listed}: cannot determine which one built the image"
        )
    return found[0] if found else None


def _run_of_environment(environment: GitHubFields, what: str) -> tuple[int, int | None] | None:
    """Read what slsa-github-generator writes: the id and the attempt as texts of digits."""
    said = [environment.text_if_any(name) or "" for name in ("github_run_id", "github_run_attempt")]
    for text in said:
        if text and not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise Unknown(Reason.MALFORMED, f"{what} names the run {shown(text)}, which is not a number")
    run_id, attempt = said
    return (int(run_id), int(attempt) if attempt else None) if run_id else None


def _commits(dependencies: Iterator[GitHubFields], home: Home, what: str) -> Iterator[str]:
    """Find the commits of our repository among what went into a build."""
    for dependency in dependencies:
        if home.same(dependency.text_if_any("uri") or ""):
            digest = dependency.part("digest")
            commit = digest.text_if_any("gitCommit") or digest.text_if_any("sha1")
            if commit:
                yield whole_commit(commit, what)


def _context_commit(context: GitHubFields, home: Home, what: str) -> Iterator[str]:
    """Read the commit that a build was configured from, if that was an address."""
    uri, digest = context.text_if_any("uri"), context.part("digest")
    if uri:
        home.require_same_origin(uri, what)
        commit = digest.text_if_any("gitCommit") or digest.text_if_any("sha1")
        if commit:
            yield whole_commit(commit, what)


def _checkout_commit(vcs: GitHubFields, home: Home, what: str) -> Iterator[str]:
    """Read the commit that the client of BuildKit says its local directory was checked out from."""
    source, revision = vcs.text_if_any("source"), vcs.text_if_any("revision")
    if source:
        home.require_same_origin(source, what)
    if revision:
        yield whole_commit(revision, what)
