"""Whether a target logs, and whether its log lines carry a correlation id: judged alike in dev and in prod. Pure."""

from collections.abc import Callable
from datetime import timedelta

from promotion.core.findings import Findings
from promotion.core.sentences import join
from promotion.core.statistics.proof import percent
from promotion.sections.observability.logs.matching import Correlation
from promotion.sections.observability.logs.sample import LogSample, fewest
from promotion.sections.observability.logs.streams import Writers
from promotion.unknown import Reason


def judge_flow(writers: Writers, sample: LogSample, trail: Callable[[], Correlation], max_age: timedelta) -> Findings:
    """Judge whether each member has logged an event younger than `max_age`.

    A member without traffic may have nothing to log: then the request that the run itself made counts, if it was found
    in that member's log. `trail` gives what was found of it; it is asked for only then, since an endpoint that does not
    answer says nothing of a log in which there are events.
    """
    findings, minutes = Findings(), max_age.total_seconds() / 60
    late = [name for name in writers.members if not sample.is_fresh(name, minutes)]
    if late:
        late = [name for name in late if name not in trail().hits]
    silent = [sample.silence(writers, member) for member in late if sample.members[member].whole]
    if silent:
        findings.problems.append(
            f"{join(silent)} in log group {writers.group}; expected an event younger than {minutes:g} min: check the "
            "permission to write logs and, on an instance, that the log agent runs"
        )
    elif late:
        findings.doubt(
            Reason.TRUNCATED,
            f"log group {writers.group} has more events than this run reads, and none of the newest is from "
            f"{join(late)}: lower limits.log_age_minutes",
        )
    return findings


def judge_correlation(
    writers: Writers, sample: LogSample, trail: Correlation, least: float, how_to_get_more: str
) -> Findings:
    """Judge whether each member logs the id of a request just made, and whether enough log lines carry an id.

    `least` is the share (0 to 1) of the application's events that must carry one; `how_to_get_more` is what to do if
    there are too few events. Only the first finding is given: the later ones rest on those before.
    """
    findings = Findings()
    absent = [member for member in writers.members if member not in trail.hits]
    unreached = [member for member in absent if member in writers.out_of_traffic]
    lost = trail.lost(writers, [member for member in absent if member not in unreached])
    if lost and not trail.whole:
        findings.doubt(
            Reason.TRUNCATED,
            f"the search for the ids of the test requests in log group {writers.group} has more pages of results than "
            f"this run reads; no id was found for {join(lost)} in those it read: run again",
        )
    elif lost and not trail.reached:
        findings.doubt(
            Reason.NO_DATA,
            f"GET {trail.path} was answered {trail.answered()}, so the request may not have reached {join(lost)} (no id "
            "in its log): fix the endpoint, or set another `path` in `logs`",
        )
    elif lost:
        findings.problems.append(
            f"none of {trail.requests} requests GET {trail.path} was found by its id in log group {writers.group} for "
            f"{join(lost)} within {trail.waited_s:.0f} s; expected the id that was sent, or that of the gateway or the "
            "trace: check how the service logs its correlation id, and `logs` in promotion.toml"
        )
    elif sample.constant:
        findings.problems.append(
            f"{join([one.describe() for one in sample.constant])} (log group {writers.group}); expected a different id "
            "for each request: clear the logger's context when a request starts"
        )
    elif sample.lacks(least):
        findings.problems.append(
            f"{sample.lacking:,} of {sample.extent()} in log group {writers.group} have no correlation id "
            f"({sample.unstructured:,} of them are not JSON); expected at least {percent(least)} with one: log the id "
            "on every line"
        )
    elif sample.application < fewest(least):
        findings.doubt(
            Reason.TOO_FEW_SAMPLES,
            f"log group {writers.group} has {sample.extent()}; at least {fewest(least)} are needed to measure a share "
            f"of {percent(least)}: {how_to_get_more}",
        )
    elif unreached:
        findings.doubt(
            Reason.NO_DATA,
            f"the load balancer reports {join(unreached)} as unhealthy, so no test request could be traced to its log: "
            "fix the instance and run again",
        )
    return findings
