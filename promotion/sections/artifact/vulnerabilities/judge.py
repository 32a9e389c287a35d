"""Weigh the reports of several sources against each other. Pure.

The source that is configured first, of those that have a report of this image, decides. The others are compared: a
CRITICAL finding in any of them fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.core.plausible import SKEW
from promotion.core.sentences import first_of
from promotion.sections.artifact.sbom.judgement import ArtifactDoubt, ArtifactFindings, Kind, Problem, Unread
from promotion.sections.artifact.vulnerabilities.binding import Tie, names_of, platforms_of, tie, unbound
from promotion.sections.artifact.vulnerabilities.image import ImageDigests
from promotion.sections.artifact.vulnerabilities.report import CRITICAL, ScanReport, told_counts
from promotion.unknown import Reason

MAX_AGE = timedelta(days=7)


def judge_reports(
    looks: Sequence[ScanReport | Unread], image: ImageDigests, now: datetime, max_age: timedelta = MAX_AGE
) -> ArtifactFindings:
    """Judge what was found, in the configured order of its sources.

    Of several reports of one source the newest counts, for each platform of the image. A source that comes before the
    one that decides and could not be read leaves it unknown: it would have decided. So does what could not be read of
    the source that decides, unless it is a report of a scanner that is not known here: it may be the newest.
    """
    ties = [(look, tie(look, image)) for look in looks if isinstance(look, ScanReport)]
    bound = [report for report, how in ties if how is Tie.OURS]
    sources = list(dict.fromkeys(report.source for report in bound))
    weighed = [_Weighed.of([each for each in bound if each.source == source], image) for source in sources]
    loose = [unbound(report, image, how) for report, how in ties if how in (Tie.UNBOUND, Tie.CONTRADICTORY)]
    before, after = _unread(looks, sources)
    problems = [*_of_other_images(ties, image), *_findings(weighed)]
    if not weighed:
        doubts = [*before, *loose] or [_none(image)]
        return ArtifactFindings(tuple(problems), tuple(doubts), measured="no report of this image")
    decides, *others = weighed
    doubts = [*before, *decides.doubts(image, now, max_age)]
    notes = [
        *(note for report in decides.reports for note in report.notes),
        *decides.superseded(),
        *(note for other in others for note in _compared(decides, other)),
        *(f"In addition: {doubt.message}." for doubt in (*after, *loose)),
    ]
    return ArtifactFindings(tuple(problems), tuple(doubts), tuple(notes), decides.measured(now))


@dataclass(frozen=True)
class _Weighed:
    """The reports of one source that count, and those of the same source that newer ones replace."""

    reports: tuple[ScanReport, ...]
    older: tuple[ScanReport, ...]
    covered: frozenset[str]

    @classmethod
    def of(cls, reports: Sequence[ScanReport], image: ImageDigests) -> "_Weighed":
        newest: dict[str, ScanReport] = {}
        for report in sorted(reports, key=lambda each: each.created.timestamp() if each.created else 0.0):
            for platform in platforms_of(report, image):
                newest[platform.platform] = report
        # One whose platform is not known replaces nothing, and nothing replaces it.
        vague = [report for report in reports if not platforms_of(report, image)]
        counted = (*newest.values(), *vague)
        older = tuple(each for each in reports if all(each is not other for other in counted))
        return cls(counted, older, frozenset(newest))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset().union(*(report.ids for report in self.reports))

    def doubts(self, image: ImageDigests, now: datetime, max_age: timedelta) -> Iterator[ArtifactDoubt]:
        for report in self.reports:
            yield from report.doubts
            yield from _too_old(report, now, max_age)
        missing = [each.platform for each in image.platforms if each.platform not in self.covered]
        if missing:
            yield ArtifactDoubt(
                Reason.NO_DATA,
                f"{first_of((each.place for each in self.reports), len(self.reports))} covers "
                f"{', '.join(sorted(self.covered)) or 'no platform that it names'} of {image.digest}, but not "
                f"{', '.join(missing)}: scan each platform",
            )

    def superseded(self) -> Iterator[str]:
        for report in self.older:
            gone = sorted(report.ids - self.ids)
            if gone:
                yield f"{report.label} was replaced by a newer one, which does not list {first_of(gone, len(gone))}."

    def measured(self, now: datetime) -> str:
        told = [f"{told_counts(report.counts)} · {report.scanner} · {_age(report, now)}" for report in self.reports]
        return "; ".join(told)


def _findings(weighed: Sequence[_Weighed]) -> Iterator[Problem]:
    for number, each in enumerate(weighed):
        for report in each.reports:
            found, hidden = report.counts.get(CRITICAL, 0), report.suppressed_counts.get(CRITICAL, 0)
            unlike = _disagreement(report, weighed[0]) if number else ""
            if found:
                yield Problem(
                    Kind.CRITICAL,
                    f"{report.label} finds {found} {CRITICAL}: {first_of((one.label for one in report.critical), found)}; "
                    f"expected none{unlike}: update the packages and build again",
                )
            if hidden:
                yield Problem(
                    Kind.SUPPRESSED,
                    f"{report.label} suppresses {hidden} {CRITICAL}: "
                    f"{first_of((one.label for one in report.suppressed), hidden)}; expected none{unlike}: fix "
                    "them, or accept them with a waiver",
                )


def _disagreement(report: ScanReport, decides: _Weighed) -> str:
    unlisted = sorted(report.ids - decides.ids)
    if not unlisted:
        return ""
    return f" (the scanners disagree: {decides.reports[0].place} does not list {first_of(unlisted, len(unlisted))})"


def _compared(decides: _Weighed, other: _Weighed) -> Iterator[str]:
    unlisted = sorted(decides.ids - other.ids)
    if unlisted:
        yield (
            f"The scanners disagree: {other.reports[0].label} does not list {first_of(unlisted, len(unlisted))}, which "
            f"{decides.reports[0].place} does."
        )
    for report in other.reports:
        yield f"Compared with {report.label}: {told_counts(report.counts)}."
        yield from (f"In addition: {doubt.message}." for doubt in report.doubts)


def _of_other_images(ties: Sequence[tuple[ScanReport, Tie]], image: ImageDigests) -> Iterator[Problem]:
    for report, how in ties:
        if how is Tie.ANOTHER:
            yield Problem(
                Kind.ANOTHER_IMAGE,
                f"{report.label} is of {names_of(report)}, expected {image.digest}: give a report of the image "
                "that is promoted",
            )


def _unread(
    looks: Sequence[ScanReport | Unread], sources: Sequence[str]
) -> tuple[list[ArtifactDoubt], list[ArtifactDoubt]]:
    """Split what could not be read into what comes before the source that decides or is of it, and the rest."""
    order = list(dict.fromkeys(look.source for look in looks))
    place = order.index(sources[0]) if sources else len(order)
    before: list[ArtifactDoubt] = []
    after: list[ArtifactDoubt] = []
    for look in looks:
        if isinstance(look, Unread):
            # A report of a scanner that is not known here is no newer one of those that are.
            newest = order.index(look.source) == place and look.reason is not Reason.NOT_SUPPORTED
            decides = order.index(look.source) < place or newest
            (before if decides else after).append(ArtifactDoubt(look.reason, look.message))
    return before, after


def _too_old(report: ScanReport, now: datetime, max_age: timedelta) -> Iterator[ArtifactDoubt]:
    if report.created is None:
        yield ArtifactDoubt(
            Reason.NO_DATA,
            f"{report.label} does not say when the image was scanned, expected at most {_days(max_age)} ago: scan again",
        )
        return
    if report.created - now > SKEW:
        yield ArtifactDoubt(
            Reason.MALFORMED,
            f"{report.label} is dated in the future: check the clock of the machine that created it, and scan again",
        )
    elif now - report.created > max_age:
        age = _days(now - report.created)
        yield ArtifactDoubt(Reason.STALE, f"{report.label} is {age} old, expected at most {_days(max_age)}: scan again")
    if report.data_from is not None and now - report.data_from > max_age:
        yield ArtifactDoubt(
            Reason.STALE,
            f"{report.label} was made with vulnerability data of {report.data_from:%Y-%m-%d}, expected data of the "
            f"last {_days(max_age)}: update the scanner's database and scan again",
        )


def _none(image: ImageDigests) -> ArtifactDoubt:
    return ArtifactDoubt(
        Reason.NO_DATA,
        f"there is no vulnerability scan of {image.digest}: attest one with `cosign attest --type vuln`, give a report "
        "with --trivy-report, or have the registry scan the image",
    )


def _age(report: ScanReport, now: datetime) -> str:
    return f"{_days(now - report.created)} old" if report.created else "not dated"


def _days(span: timedelta) -> str:
    days, hours = span.days, span.seconds // 3600
    return f"{days} days" if days > 1 else f"{max(0, days * 24 + hours)} h"
