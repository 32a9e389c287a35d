"""The jobs of a build: required ones one by one, as they stood at the attempt that built the image."""

import pytest

from promotion.clients.github.jobs import job_problems
from promotion.clients.github.models import Job
from promotion.unknown import Reason

from .shop import JOBS, a_run, only_jobs, some_jobs, unknown


@pytest.mark.parametrize("end", ["failure", "cancelled", "skipped", "timed_out", "neutral", "action_required"])
def test_a_required_job_that_did_not_succeed(end: str) -> None:
    """Though the whole run is a success: a skipped job does not fail a run, nor does one that may fail."""
    (problem,) = job_problems(a_run(), a_run(), some_jobs(test=end), JOBS)
    assert f"the job 'test' of attempt 1 of run 5 ended with '{end}', expected success" in problem
    assert "required_jobs" not in problem


def test_a_required_job_that_is_not_there() -> None:
    """It says which jobs there are."""
    (problem,) = job_problems(a_run(), a_run(), only_jobs(1, build="success", test="success"), ["test", "scan"])
    assert "has no job 'scan', its jobs are 'build', 'test': add it to the workflow" in problem
    many = only_jobs(1, **{f"job {n}": "success" for n in range(40)})
    (problem,) = job_problems(a_run(), a_run(), many, ["scan"])
    assert "and 32 more" in problem
    assert len(problem) < 400


def test_jobs_that_are_not_required_may_fail() -> None:
    """Only what is named is judged."""
    jobs = only_jobs(1, build="success", lint="failure", notify="skipped")
    assert [*job_problems(a_run(), a_run(), jobs, ["build"])] == []


def test_every_job_counts_where_none_is_named() -> None:
    """A skipped one too; the sentence says how to except it."""
    jobs = only_jobs(1, build="success", notify="skipped")
    (problem,) = job_problems(a_run(), a_run(), jobs, [])
    assert "'notify'" in problem
    assert "github.required_jobs" in problem
    assert [*job_problems(a_run(), a_run(), some_jobs(), [])] == []
    (problem,) = job_problems(a_run(), a_run(), (), [])
    assert "has no job" in problem


def test_every_job_of_a_matrix_counts() -> None:
    """`test` stands for each `test (…)`; what is called otherwise does not stand in for it."""
    jobs = only_jobs(1, **{"test (3.11)": "success", "test (3.12)": "failure"})
    (problem,) = job_problems(a_run(), a_run(), jobs, ["test"])
    assert "'test (3.12)'" in problem
    for other in ("testing", "test 2", "tests (3.11)", "unit test", "TEST"):
        (problem,) = job_problems(a_run(), a_run(), only_jobs(1, **{other: "success"}), ["test"])
        assert "has no job 'test'" in problem


def test_two_jobs_of_one_name() -> None:
    """Names need not be unique: each of them counts."""
    twins = (Job(1, "test", 1, "completed", "success"), Job(2, "test", 1, "completed", "failure"))
    assert len([*job_problems(a_run(), a_run(), twins, ["test"])]) == 1


def test_a_job_without_an_end() -> None:
    """Of a run that has ended, a job that has not is not a success."""
    (problem,) = job_problems(a_run(), a_run(), some_jobs(test=None), JOBS)
    assert "is 'in_progress', though the run has ended" in problem
    ended = (Job(1, "test", 1, "completed", None),)
    (problem,) = job_problems(a_run(), a_run(), ended, ["test"])
    assert "ended with 'None'" in problem


def test_a_re_run_of_the_failed_jobs() -> None:
    """Attempt 2 executes the failed jobs alone, and lists them alone: the others stand as they were."""
    second = a_run(run_attempt=2)
    jobs = (*some_jobs(1, test="failure", sign="skipped"), *some_jobs(2, test="success", sign="success")[1::2])
    assert {job.attempt for job in jobs} == {1, 2}
    assert [*job_problems(second, second, jobs, JOBS)] == []
    first = a_run(conclusion="failure")
    assert len([*job_problems(first, second, jobs, JOBS)]) == 2


def test_a_later_attempt_does_not_make_good() -> None:
    """Nor does it spoil: at attempt 1 only what had been executed by then counts."""
    first, second = a_run(), a_run(run_attempt=2, conclusion="failure")
    assert [*job_problems(first, second, (*some_jobs(1), *some_jobs(2, test="failure")), JOBS)] == []
    assert len([*job_problems(second, second, (*some_jobs(1), *some_jobs(2, test="failure")), JOBS)]) == 1


def test_jobs_that_do_not_say_which_attempt() -> None:
    """Of a single attempt it is clear; of several it is not."""
    assert [*job_problems(a_run(), a_run(), some_jobs(None), JOBS)] == []
    second = a_run(run_attempt=2)
    unknown(lambda: [*job_problems(second, second, some_jobs(None), JOBS)], Reason.MALFORMED)
