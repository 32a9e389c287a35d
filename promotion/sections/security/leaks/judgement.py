"""What is wrong with a log group in which secrets were looked for, in sentences. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from promotion.core.sentences import join
from promotion.sections.security.leaks.findings import Leak, LeakSearch, Unsearched
from promotion.settings.environment import Target
from promotion.settings.secrets import Allowed
from promotion.unknown import Reason

_FORMS = 3


def problem(search: LeakSearch, allowed: Iterable[Allowed] = (), today: date | None = None) -> str:
    """Say what was found, where, and what to do; empty if nothing was. `today` tells which allowances have ended."""
    if not search.leaks:
        return ""
    said = join([_said(leak) for leak in search.leaks])
    return (
        f"log group {search.group} contains {said}; expected none: {'; '.join(_advice(search.leaks, allowed, today))}"
    )


def search_doubts(search: LeakSearch, targets: Mapping[str, Target]) -> list[Unsearched]:
    """Say what kept the search from being whole, and which targets do not say where they log."""
    silent = [name for name, target in targets.items() if target.logs is None]
    undeclared = [
        Unsearched(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say where {join(silent)} logs: add `logs = {{ group = … }}` to its target",
        )
    ]
    return [*search.doubts, *(undeclared if silent else [])]


def _said(leak: Leak) -> str:
    what = f"the value of {leak.rule}" if leak.kind == "known" else f"text that looks like a secret ({leak.rule})"
    times = "once" if leak.times == 1 else f"{leak.times:,} times"
    different = f" ({leak.texts} different)" if leak.kind == "pattern" and leak.texts > 1 else ""
    forms = f" as {', '.join(leak.forms[:_FORMS])}" if leak.kind == "known" and leak.forms else ""
    streams = "" if leak.streams == 1 else f" in {leak.streams:,} streams"
    more = f", the first {len(leak.findings)} are in the record" if leak.times > len(leak.findings) else ""
    return f"{what} {times}{different}{forms}{streams}, {_span(leak.first, leak.last)} ({_first(leak)}{more})"


def _first(leak: Leak) -> str:
    first = min(leak.findings, key=lambda finding: finding.at)
    return f"stream {first.stream}, event {first.event}, byte {first.offset}"


def _span(first: datetime, last: datetime) -> str:
    began, ended = f"{first:%Y-%m-%d %H:%M:%S}", f"{last:%H:%M:%S}" if last.date() == first.date() else f"{last:%F %T}"
    return f"at {began}Z" if (last - first).total_seconds() < 1 else f"from {began} to {ended}Z"


def _advice(leaks: Sequence[Leak], allowed: Iterable[Allowed], today: date | None) -> Iterator[str]:
    patterns = {leak.rule for leak in leaks if leak.kind == "pattern"}
    secrets = sum(leak.texts if leak.kind == "pattern" else 1 for leak in leaks)
    yield (f"rotate {'it' if secrets == 1 else 'each of them'}, fix the code that logs it, and delete the log streams")
    if len(patterns) < len(leaks):
        yield "the value of a secret can be neither allowed nor waived"
    if patterns:
        yield "if a pattern matched something that is not a secret, allow it in [[leaks.allow]] with a reason"
    for entry in allowed:
        if today is not None and entry.until < today and entry.rule in patterns:
            yield f"{entry.rule} was allowed until {entry.until}"
