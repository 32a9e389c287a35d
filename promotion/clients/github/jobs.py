"""Whether the jobs of a run succeeded, as they stood at one of its attempts. Pure."""

from collections.abc import Iterator, Sequence

from promotion.clients.github.models import Job, WorkflowRun
from promotion.signing.errors import shown
from promotion.unknown import Reason, Unknown

_MOST = 8
"""Names that a sentence lists."""


def job_problems(
    run: WorkflowRun, newest: WorkflowRun, executed: Sequence[Job], required: Sequence[str]
) -> Iterator[str]:
    """Say which required job did not succeed, or is not there; every job of the run is required if none is named.

    A required `test` is also every `test (…)` of a matrix. While the attempt is in progress, only what has ended is judged.
    Raises Unknown, malformed, if there are several attempts and GitHub does not say which of them executed a job.
    """
    standing = as_of(run, newest, executed)
    if not required:
        wanted = {"": standing}
        if not standing and run.ended:
            yield f"{run.describe()} has no job, so it built nothing; see {run.url}"
    else:
        wanted = {name: [job for job in standing if _is(job, name)] for name in required}
    for name, jobs in wanted.items():
        if name and not jobs and run.ended:
            yield _missing(run, name, standing)
        for job in jobs:
            if job.status == "completed" and job.conclusion != "success":
                yield _failed(run, job, declared=bool(required))
            elif job.status != "completed" and run.ended:
                there = f"the job {shown(job.name)} of {run.describe()} is {shown(job.status)}"
                yield f"{there}, though the run has ended: see {run.url}"


def as_of(run: WorkflowRun, newest: WorkflowRun, executed: Sequence[Job]) -> list[Job]:
    """Give the jobs as they stood when an attempt had ended: of each name those of the last attempt that executed it.

    A re-run of failed jobs executes them alone; the others count as they were.
    """
    last: dict[str, int] = {}
    at: list[tuple[int, Job]] = []
    for job in executed:
        attempt = job.attempt
        if attempt is None and newest.attempt > 1:
            message = f"GitHub does not say which attempt of run {run.id} executed the job {shown(job.name)}: run again"
            raise Unknown(Reason.MALFORMED, message)
        number = attempt or 1
        if number <= run.attempt:
            at.append((number, job))
            last[job.name] = max(number, last.get(job.name, 0))
    return [job for number, job in at if number == last[job.name]]


def _is(job: Job, name: str) -> bool:
    return job.name == name or (job.name.startswith(f"{name} (") and job.name.endswith(")"))


def _missing(run: WorkflowRun, name: str, standing: Sequence[Job]) -> str:
    there = ", ".join(shown(job.name) for job in standing[:_MOST]) or "none"
    more = f" and {len(standing) - _MOST} more" if len(standing) > _MOST else ""
    return (
        f"{run.describe()} has no job {shown(name)}, its jobs are {there}{more}: add it to the workflow, or "
        "correct `github.required_jobs`"
    )


def _failed(run: WorkflowRun, job: Job, *, declared: bool) -> str:
    hint = "" if declared else "; name the jobs that must succeed in `github.required_jobs` if this one may fail"
    return (
        f"the job {shown(job.name)} of {run.describe()} ended with {shown(job.conclusion)}, expected success: fix "
        f"it, and promote the image built then{hint}"
    )
