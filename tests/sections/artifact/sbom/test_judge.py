"""What is wrong with an SBOM, what nobody can tell, and what is only noted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.judge import Described, SbomLimits, judge_all, judge_sbom
from promotion.sections.artifact.sbom.judgement import Kind, Unread
from promotion.sections.artifact.sbom.read import read_sbom
from promotion.unknown import Reason, Unknown

from .documents import BUILT, CONFIG, DIGEST, IMAGE, NOW, OTHER, SHOP, cyclonedx, image_package, package, spdx

GOOD = read_sbom(cyclonedx(), "the SBOM at referrer 1", SHOP)


LIMITS = SbomLimits()


def judged(sbom=GOOD, image=IMAGE, limits=LIMITS, previous=None):
    """Judge one document at the usual time."""
    return judge_sbom(sbom, image, NOW, limits, previous)


def kinds(judgement):
    """Give the kinds of its problems."""
    return [problem.kind for problem in judgement.problems]


@pytest.mark.parametrize("document", [cyclonedx(), spdx()], ids=["CycloneDX", "SPDX"])
def test_a_good_document_has_no_problem(document):
    """It names base system, application and our image, and is as old as it."""
    found = judged(read_sbom(document, "the SBOM", SHOP))
    assert (found.problems, found.doubts, found.notes) == ((), (), ())
    found.raise_if_doubtful()
    assert found.measured.endswith(": 5 components, 4 of them of debian 12")


@pytest.mark.parametrize("document", [cyclonedx(components=[]), spdx(packages=[image_package()])], ids=["CDX", "SPDX"])
def test_an_empty_document_is_wrong_and_only_that(document):
    """What is missing from nothing is not said again."""
    found = judged(read_sbom(document, "the SBOM", SHOP))
    assert kinds(found) == [Kind.EMPTY]
    assert "lists no component" in found.messages[0]


def test_a_document_without_a_base_system_is_wrong():
    """That is what a scan of the source tree gives."""
    shop = [{"type": "library", "name": "shop", "version": "1.8.0"}]
    found = judged(read_sbom(cyclonedx(components=shop), "the SBOM", SHOP))
    assert kinds(found) == [Kind.NO_BASE_SYSTEM]
    assert "not from the source tree" in found.messages[0]


@pytest.mark.parametrize("name", ["none", "None"])
def test_a_base_system_called_none_is_none(name):
    """Trivy writes so where it finds no operating system."""
    shop = [{"type": "library", "name": "shop", "version": "1.8.0"}, {"type": "operating-system", "name": name}]
    assert kinds(judged(read_sbom(cyclonedx(components=shop), "the SBOM", SHOP))) == [Kind.NO_BASE_SYSTEM]


def test_an_image_without_a_base_system_can_be_declared():
    """An image from scratch has none."""
    shop = [{"type": "library", "name": "shop", "version": "1.8.0"}]
    sbom = read_sbom(cyclonedx(components=shop), "the SBOM", SHOP)
    assert judged(sbom, limits=SbomLimits(base_system=False)).problems == ()


def test_a_document_without_the_application_is_wrong():
    """A scan of the base image gives it."""
    system = [each for each in cyclonedx()["components"] if each["name"] != "shop"]
    found = judged(read_sbom(cyclonedx(components=system), "the SBOM", SHOP))
    assert kinds(found) == [Kind.NO_APPLICATION]
    assert "but not the application, which the label org.opencontainers.image.source names shop" in found.messages[0]


def test_without_a_name_for_the_application_nobody_can_tell():
    """It is neither right nor wrong, unless something else is wrong."""
    found = judged(read_sbom(cyclonedx(), "the SBOM", Application()))
    assert found.problems == ()
    with pytest.raises(Unknown, match="declare its name") as told:
        found.raise_if_doubtful()
    assert told.value.reason is Reason.NOT_DECLARED
    judged(read_sbom(cyclonedx(components=[]), "the SBOM", Application())).raise_if_doubtful()


def test_a_document_of_another_image_is_wrong():
    """The attestation says it is of ours, and the document inside says otherwise."""
    about = {"component": {"type": "container", "name": "shop", "version": OTHER}}
    found = judged(read_sbom(cyclonedx(metadata=about), "the SBOM", SHOP))
    assert kinds(found) == [Kind.ANOTHER_IMAGE]
    assert f"says it is of {OTHER}, expected {DIGEST}" in found.messages[0]


@pytest.mark.parametrize("named", [DIGEST, CONFIG, DIGEST.upper().replace("SHA256", "sha256")])
def test_any_digest_of_our_image_will_do(named):
    """Of the index, of a platform's manifest, of the configuration; in any case."""
    about = {"component": {"type": "container", "name": "shop", "version": named}}
    assert judged(read_sbom(cyclonedx(metadata=about), "the SBOM", SHOP)).problems == ()


def test_other_digests_beside_ours_are_noted():
    """A repository of another registry gives the same image another digest."""
    sbom = replace(GOOD, digests=(DIGEST, OTHER))
    assert judged(sbom).problems == ()
    assert any(OTHER in note for note in judged(sbom).notes)


def test_a_document_that_names_no_image_is_noted():
    """Then the signed statement alone ties it to ours."""
    assert judged(replace(GOOD, digests=())).problems == ()
    assert "does not say which image" in judged(replace(GOOD, digests=())).notes[0]


@pytest.mark.parametrize(("minutes", "wrong"), [(-59, False), (-61, True), (0, False), (60 * 24 * 30, False)])
def test_a_document_older_than_its_image_is_wrong(minutes, wrong):
    """It lists something else. An image that is older than its document is ordinary."""
    sbom = replace(GOOD, created=BUILT + timedelta(minutes=minutes))
    found = judge_sbom(sbom, IMAGE, BUILT + timedelta(days=60), LIMITS)
    assert kinds(found) == [Kind.OLDER_THAN_IMAGE] * wrong


def test_an_image_that_does_not_say_when_it_was_built_has_no_older_document():
    """A reproducible build writes no date, or one long past."""
    assert judged(replace(GOOD, created=BUILT - timedelta(days=9)), Described(DIGEST, {DIGEST})).problems == ()


def test_a_document_without_a_date_is_noted():
    """CycloneDX does not demand one."""
    found = judged(replace(GOOD, created=None))
    assert (found.problems, found.doubts) == ((), ())
    assert "does not say when" in found.notes[0]


@pytest.mark.parametrize(("minutes", "doubted"), [(4, False), (6, True)])
def test_a_document_from_the_future_leaves_it_unknown(minutes, doubted):
    """Clocks may differ a little."""
    found = judged(replace(GOOD, created=NOW + timedelta(minutes=minutes)))
    assert [doubt.reason for doubt in found.doubts] == [Reason.MALFORMED] * doubted


@pytest.mark.parametrize(("before", "now", "wrong"), [(10, 7, False), (100, 69, True), (10, 12, False), (3, 2, True)])
def test_a_sharp_fall_in_components_is_wrong(before, now, wrong):
    """More than three in ten are gone: a scan that did not see everything."""
    found = judged(replace(GOOD, components=now), previous=replace(GOOD, components=before))
    assert kinds(found) == [Kind.FEWER_COMPONENTS] * wrong


def test_the_fall_is_told_in_numbers_and_can_be_allowed():
    """A slimmer base image is a reason."""
    now, before = replace(GOOD, components=40), replace(GOOD, components=100)
    (told,) = judged(now, previous=before).messages
    assert (
        "lists 40 components, and the SBOM of the image in production 100: 60.0% are missing, expected at most 30%"
    ) in told
    assert judged(now, limits=SbomLimits(fewer_components=0.6), previous=before).problems == ()


@pytest.mark.parametrize(
    ("tool", "compared"), [("syft 1.4.1", True), ("syft", True), ("trivy 0.76.0", False), ("", False)]
)
def test_documents_of_different_tools_are_not_compared(tool, compared):
    """They do not agree on what a component is; versions of one mostly do."""
    found = judged(replace(GOOD, components=2), previous=replace(GOOD, components=100, tool=tool))
    assert kinds(found) == [Kind.FEWER_COMPONENTS] * compared
    assert any("were not compared" in note for note in found.notes) is not compared


def test_an_empty_previous_document_proves_nothing():
    """Nothing can have gone from it."""
    assert judged(previous=replace(GOOD, components=0)).problems == ()


def test_schema_errors_are_problems():
    """Each with its place."""
    found = judged(replace(GOOD, schema_errors=("$.components[0].type: bogus", "$.x: y")))
    assert kinds(found) == [Kind.SCHEMA, Kind.SCHEMA]
    assert judged(replace(GOOD, schema_errors=())).problems == ()


# Several documents


def test_one_right_document_is_enough():
    """CycloneDX and SPDX may both be attached; what is wrong with the other one is said."""
    poor = replace(GOOD, source="the SBOM at referrer 2", application=())
    for found in ([GOOD, poor], [poor, GOOD]):
        all_ = judge_all(found, IMAGE, NOW)
        assert (all_.problems, all_.doubts) == ((), ())
        assert any(note.startswith("In addition: the SBOM at referrer 2") for note in all_.notes)


def test_a_document_of_another_image_is_wrong_whatever_is_beside_it():
    """A build that attests two images' documents of one image mixes something up."""
    mixed = replace(GOOD, digests=(OTHER,))
    assert kinds(judge_all([GOOD, mixed], IMAGE, NOW)) == [Kind.ANOTHER_IMAGE]


def test_when_all_are_wrong_the_first_is_told():
    """And the others' problems are notes."""
    empty, poor = replace(GOOD, components=0), replace(GOOD, application=())
    found = judge_all([empty, poor], IMAGE, NOW)
    assert kinds(found) == [Kind.EMPTY]
    assert len([note for note in found.notes if note.startswith("In addition")]) == 1


def test_documents_that_cannot_be_read_leave_it_unknown_only_when_alone():
    """Beside a right one they are noted."""
    unread = Unread.because("sbom", Unknown(Reason.MALFORMED, "the SBOM at referrer 3 cannot be read"))
    assert "In addition: the SBOM at referrer 3 cannot be read" in judge_all([unread, GOOD], IMAGE, NOW).notes
    with pytest.raises(Unknown, match="referrer 3") as told:
        judge_all([unread], IMAGE, NOW).raise_if_doubtful()
    assert told.value.reason is Reason.MALFORMED


def test_no_document_is_never_right():
    """Whoever asks with nothing gets no answer."""
    with pytest.raises(Unknown) as told:
        judge_all([], IMAGE, NOW).raise_if_doubtful()
    assert told.value.reason is Reason.NO_DATA


def test_a_document_of_the_wrong_package_is_no_twin():
    """A package whose name only begins like the application does not count as it."""
    near = spdx(packages=[image_package(), package("shop-common", "pkg:deb/debian/shop-common@1")])
    assert kinds(judged(read_sbom(near, "the SBOM", SHOP))) == [Kind.NO_APPLICATION]
