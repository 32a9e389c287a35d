"""Faults of section 1: the run that built the image, and who says which it was."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.patience import HANGS, READ_SECONDS, STRICT_READ_SECONDS

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.github.records import Run

BUILD = "build-workflow"
RECORDED = ("digest-immutable[record]",)
EVERYTHING = "GET /repos/*"
_TYPE = "https://slsa.dev/provenance/v1"


@fault("build-failed", item=BUILD)
def _(world: "World") -> None:
    """The run that built the image failed."""
    _run(world).attempt.conclusion = "failure"


@fault("build-cancelled", item=BUILD)
def _(world: "World") -> None:
    """The run that built the image was cancelled."""
    _run(world).attempt.conclusion = "cancelled"


@fault("build-job-failed", item=BUILD)
def _(world: "World") -> None:
    """The run succeeded, and its job `scan` failed and was allowed to fail."""
    _job(world, "scan").conclusion = "failure"


@fault("build-job-skipped", item=BUILD)
def _(world: "World") -> None:
    """The run succeeded, and its job `test` was skipped."""
    _job(world, "test").conclusion = "skipped"


@fault("build-job-missing", item=BUILD)
def _(world: "World") -> None:
    """The run has no job `sign`."""
    _run(world).attempt.jobs.remove(_job(world, "sign"))


@fault("build-of-another-branch", item=BUILD)
def _(world: "World") -> None:
    """The run built a branch that is not the protected one."""
    _run(world).branch = "faster-checkout"


@fault("build-of-a-pull-request", item=BUILD)
def _(world: "World") -> None:
    """The run was started by a pull request."""
    _run(world).event = "pull_request"


@fault("build-by-another-workflow", item=BUILD)
def _(world: "World") -> None:
    """The run is of another workflow."""
    _run(world).workflow = "promote.yml"


@fault("build-branch-unprotected", item=BUILD)
def _(world: "World") -> None:
    """Anybody who may push can push to the branch that is built."""
    main = world.github.repository.branches["main"]
    main.protected, main.rules, main.checks = False, [], ()


@fault("build-of-another-commit", item=BUILD)
def _(world: "World") -> None:
    """The provenance names the run of the previous image."""
    run = world.github.repository.newest_run("build.yml", world.releases[-2].commit)
    _attest(world, world.releases[-1].commit, run)


@fault("provenance-and-label-disagree", item=BUILD)
def _(world: "World") -> None:
    """The provenance names another commit than the image's label."""
    _attest(world, world.releases[-2].commit, _run(world))


@fault("label-and-provenance-disagree", item=BUILD)
def _(world: "World") -> None:
    """The image's label names another commit than the provenance."""
    _relabel(world, revision=world.releases[-2].commit)


@fault("provenance-of-another-repository", item=BUILD)
def _(world: "World") -> None:
    """The provenance says that the image was built from a fork."""
    from promotion.sandbox.world import predicates

    said = json.loads(json.dumps(predicates.provenance(world.releases[-1].commit, _run(world))))
    said["buildDefinition"]["externalParameters"]["workflow"]["repository"] = "https://github.com/somebody/shop"
    _say(world, said)


@fault("label-of-another-repository", item=BUILD, falls_with=RECORDED)
def _(world: "World") -> None:
    """The image's label says that it was built from a fork, and no other source says so."""
    _relabel(world, source="https://github.com/somebody/shop")
    world.supply_chain.take_away(_TYPE)


@fault("provenance-of-another-ref", item=BUILD)
def _(world: "World") -> None:
    """The provenance says that another branch was built."""
    from promotion.sandbox.world import predicates

    said = json.loads(json.dumps(predicates.provenance(world.releases[-1].commit, _run(world))))
    said["buildDefinition"]["externalParameters"]["workflow"]["ref"] = "refs/heads/faster-checkout"
    _say(world, said)


@fault("built-by-the-attempt-that-failed", item=BUILD)
def _(world: "World") -> None:
    """The attempt that built the image failed; a second attempt, which succeeded, did not build it."""
    run, repository = _run(world), world.github.repository
    run.attempt.conclusion = _job(world, "scan").conclusion = "failure"
    repository.rerun(run, run.created + timedelta(minutes=20), "success")


@fault("built-by-the-second-attempt", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """The first attempt failed; the second one built the image and succeeded."""
    run = _run(world)
    run.attempt.conclusion = _job(world, "scan").conclusion = "failure"
    world.github.repository.rerun(run, run.created + timedelta(minutes=20), "success")
    _attest(world, world.releases[-1].commit, run)


@fault("run-again-after-the-build", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """The run that built the image is being run again."""
    run = _run(world)
    world.github.repository.rerun(run, run.created + timedelta(minutes=20), None)


@fault("build-known-by-its-label", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """There is no provenance, and the image's label names the commit."""
    world.supply_chain.take_away(_TYPE)


@fault("build-known-by-its-provenance", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """The image has no label with the commit, and the provenance names it."""
    _relabel(world, revision=None)


@fault("provenance-kept-by-github", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """The provenance is not in the registry but among the attestations of GitHub, and the image has no label."""
    _relabel(world, revision=None)
    kept = world.supply_chain.bundle(_TYPE)
    world.supply_chain.take_away(_TYPE)
    world.github.repository.attest(world.digest, kept)


@fault("provenance-by-another-key", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """Beside the right provenance there is one of another run, by a key that nobody declared."""
    from promotion.sandbox.world import predicates
    from promotion.sandbox.world.supply_chain import new_key

    run = world.github.repository.newest_run("build.yml", world.releases[-2].commit)
    world.supply_chain.attest(_TYPE, predicates.provenance(world.releases[-2].commit, run), new_key("another"))


@fault("build-job-of-a-matrix", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """The job `test` ran for two versions of Python."""
    jobs = _run(world).attempt.jobs
    job = _job(world, "test")
    second = type(job)(world.github.repository.new_id(), "test (3.12)", job.started)
    job.name = "test (3.11)"
    jobs.append(second)


@fault("many-builds", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """The workflow has run so often that its runs are listed on several pages."""
    repository, last = world.github.repository, _run(world)
    for number in range(120):
        repository.add_run("build.yml", f"{number:040x}", last.created - timedelta(hours=number), jobs=("test",))
    world.supply_chain.take_away(_TYPE)


@fault("build-not-known", item=BUILD, kind="blind", falls_with=RECORDED)
def _(world: "World") -> None:
    """The image has neither provenance nor a label with the commit."""
    _relabel(world, revision=None)
    world.supply_chain.take_away(_TYPE)


@fault("build-in-progress", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """The run that built the image is still in progress."""
    run = _run(world)
    run.attempt.status, run.attempt.conclusion = "in_progress", None
    _job(world, "sign").status, _job(world, "sign").conclusion = "in_progress", None


@fault("builds-superseded", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """There is no provenance, and of two runs of the commit the later one failed."""
    world.supply_chain.take_away(_TYPE)
    first = _run(world)
    later = first.created + timedelta(minutes=30)
    world.github.repository.add_run("build.yml", first.sha, later, jobs=("test",), conclusion="failure")


@fault("run-forgotten", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub no longer has the run that the provenance names."""
    run = _run(world)
    del world.github.repository.runs[run.id]


@fault("label-cut-short", item=BUILD, kind="blind", falls_with=RECORDED)
def _(world: "World") -> None:
    """The image's label names the first seven digits of a commit."""
    _relabel(world, revision=world.releases[-1].commit[:7])
    world.supply_chain.take_away(_TYPE)


@fault("github-token-refused", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub does not know the token."""
    world.github.tokens.clear()


@fault(
    "github-denies",
    item=BUILD,
    kind="blind",
    falls_with=("rollback-plan", "channel-notified", "stakeholders-notified"),
)
def _(world: "World") -> None:
    """GitHub answers everything with 403."""
    world.edges["github"].deny(EVERYTHING)


@fault("github-hides-the-repository", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub says that there is no such repository, which is what it says to a token that may not see it."""
    world.github.repository.full_name = "example/another"


@fault("github-throttles", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub answers everything with 429."""
    world.edges["github"].throttle(EVERYTHING)


@fault("github-allowance-used-up", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """The token has made all the requests of this hour."""
    for token in world.github.tokens.values():
        token.limit = 0


@fault("github-broken", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub answers everything with 500."""
    world.edges["github"].fail(EVERYTHING)


@fault("github-hangs", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub takes longer than the gate waits."""
    from promotion.sandbox.settings_edits import edit_settings

    edit_settings(world, f"read_timeout = {READ_SECONDS}", f"read_timeout = {STRICT_READ_SECONDS}")
    world.edges["github"].hang(EVERYTHING, HANGS)


@fault("github-cuts-off", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """Every answer of GitHub ends half-way."""
    world.edges["github"].cut(EVERYTHING)


@fault("github-halves-its-answers", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub's answer about the jobs is half of one, and says that it is all."""
    world.edges["github"].truncate("GET /repos/*/jobs")


@fault("github-answers-with-a-page", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """A login page answers in GitHub's place."""
    from promotion.sandbox.answer import Answer

    page = Answer(200, (("Content-Type", "text/html"),), b"<title>Sign in</title>")
    world.edges["github"].add(EVERYTHING, lambda _request, _proceed: page)


@fault("github-sends-elsewhere", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """The next page of the jobs is on another host."""

    def elsewhere(_request: Any, proceed: Any) -> Any:
        answer = proceed()
        headers = (*answer.headers, ("Link", '<https://elsewhere.example/jobs?page=2>; rel="next"'))
        return type(answer)(answer.status, headers, answer.body)

    world.edges["github"].add("GET /repos/*/jobs", elsewhere)


@fault("github-recovers", item=BUILD, kind="clean")
def _(world: "World") -> None:
    """GitHub's first answer is 502, its next ones are right."""
    world.edges["github"].fail(EVERYTHING, 502, times=1)


@fault("build-in-the-future", item=BUILD, kind="blind")
def _(world: "World") -> None:
    """GitHub says that the run which built the image was started weeks from now."""
    run = _run(world)
    run.created += timedelta(days=60)
    run.attempt.started += timedelta(days=60)


def _run(world: "World") -> "Run":
    return world.github.repository.newest_run("build.yml", world.releases[-1].commit)


def _job(world: "World", name: str) -> Any:
    return next(job for job in _run(world).attempt.jobs if job.name == name)


def _attest(world: "World", commit: str, run: "Run") -> None:
    from promotion.sandbox.world import predicates

    _say(world, predicates.provenance(commit, run))


def _say(world: "World", predicate: dict[str, Any]) -> None:
    """Attest this provenance in place of the right one."""
    world.supply_chain.take_away(_TYPE)
    world.supply_chain.attest(_TYPE, predicate)


def _relabel(world: "World", **labels: str | None) -> None:
    """Promote an image with other labels, and what the pipeline would have attested of it."""
    from promotion.sandbox.images import build_image
    from promotion.sandbox.world.swap import promote_instead

    was = world.releases[-1]
    named = {f"org.opencontainers.image.{name}": text for name, text in labels.items()}
    promote_instead(world, build_image(revision=was.commit, version=was.version, created=was.built, labels=named))
