"""Documents are validated against the published schemas when that is asked for."""

import builtins
import time

import pytest

from promotion.sections.artifact.sbom.document import CYCLONEDX_VERSIONS, SPDX_VERSIONS
from promotion.sections.artifact.sbom.read import read_sbom
from promotion.unknown import Reason, Unknown

from .documents import SHOP, cyclonedx, image_package, package, spdx, without
from .tools import library

COMPONENT = {"type": "library", "name": "x"}


@pytest.fixture(autouse=True)
def _extra():
    library("cyclonedx.validation.json")
    library("spdx_tools.spdx.validation.document_validator")


def errors(document):
    """Validate a document."""
    return read_sbom(document, "the SBOM", SHOP, validate=True).schema_errors


@pytest.mark.parametrize("version", CYCLONEDX_VERSIONS)
def test_valid_cyclonedx(version):
    """Every version that is read is valid by its own schema."""
    assert errors(cyclonedx(version)) == ()


@pytest.mark.parametrize("version", SPDX_VERSIONS)
def test_valid_spdx(version):
    """Every version that is read is valid by its own schema."""
    assert errors(spdx(version)) == ()


def test_without_being_asked_nothing_is_validated():
    """None is not the same as no errors."""
    assert read_sbom(cyclonedx(bogus=3), "the SBOM", SHOP).schema_errors is None


COMPONENTS = [{**COMPONENT, "version": str(n)} for n in range(80)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"components": [{"type": "bogus", "name": "x"}]}, "$.components[0].type: "),
        ({"components": [*COMPONENTS, {**COMPONENT, "scope": "bogus"}]}, "$.components[80].scope: "),
        ({"components": [COMPONENT, COMPONENT]}, "$.components has the same item twice"),
        ({"dependencies": [{"ref": "a"}, {"ref": 3}]}, "$.dependencies[1].ref: "),
        ({"metadata": {"component": {**COMPONENT, "licenses": 3}}}, "$.metadata.component.licenses: "),
        ({"version": 0}, "$.version: 0 is less than the minimum of 1"),
        ({"bogus": 3}, "$: "),
    ],
)
def test_invalid_cyclonedx_is_told_with_its_place(changes, told):
    """The place is that in the whole document, though it is validated in pieces."""
    (found,) = errors({**cyclonedx(), **changes})
    assert found.startswith(told)


SPDX_WRONG = {
    "created": spdx(creationInfo={"created": "2026-11-20T09:05:00+01:00", "creators": ["Tool: x-1"]}),
    "license": spdx(packages=[image_package(licenseConcluded="((MIT")]),
    "DESCRIBES": spdx(relationships=[]),
    "SPDXRef-nowhere": spdx(
        relationships=[
            *spdx()["relationships"],
            {"spdxElementId": "SPDXRef-nowhere", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-shop"},
        ]
    ),
    "another type": spdx(files=3),
    "dataLicense|data_license": without(spdx(), "dataLicense"),
    "purl|URL": spdx(packages=[package("x", "not a purl")]),
}


@pytest.mark.parametrize("why", SPDX_WRONG)
def test_invalid_spdx_is_told(why):
    """Whatever the parser or the validator finds, and whatever the parser stumbles over, is a sentence."""
    assert errors(SPDX_WRONG[why])


def test_at_most_five_errors_are_told():
    """A document that is wholly wrong does not fill the report."""
    many = [{"type": "bogus", "name": str(n)} for n in range(1000)]
    assert len(errors(cyclonedx(components=many))) == 5
    assert len(errors(spdx(relationships=[], packages=[package(f"x{n}", "no purl") for n in range(20)]))) <= 5


def test_validation_takes_time_in_proportion_to_the_size():
    """Each component is not compared with each: an image of ordinary size would take a minute."""
    many = [{**COMPONENT, "version": str(n)} for n in range(2000)]
    began = time.process_time()
    assert errors(cyclonedx(components=many)) == ()
    assert time.process_time() - began < 6


def test_nesting_too_deep_to_validate_is_malformed():
    """The validators walk down by recursion."""
    deep: dict = {"name": "x", "value": "y"}
    for _ in range(3000):
        deep = {"a": deep}
    with pytest.raises(Unknown, match="nested too deeply"):
        errors(cyclonedx(components=[COMPONENT], bogus=deep))


@pytest.mark.parametrize("document", [cyclonedx(), spdx()], ids=["CycloneDX", "SPDX"])
def test_without_the_extra_validation_is_unknown_and_reading_works(document, monkeypatch):
    """Who demands it is told what to install; who does not is not bothered."""
    real = builtins.__import__

    def without_extra(name, *args, **kwargs):
        if name.partition(".")[0] in ("cyclonedx", "spdx_tools"):
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_extra)
    with pytest.raises(Unknown, match=r"pip install 'promotion-checklist\[sbom\]'") as told:
        errors(document)
    assert told.value.reason is Reason.NOT_SUPPORTED
    assert read_sbom(document, "the SBOM", SHOP).components == 5


def test_half_an_extra_is_no_extra(monkeypatch):
    """cyclonedx-python-lib without its own extra for validation says so only when it is used."""
    from cyclonedx.exception import MissingOptionalDependencyException
    from cyclonedx.validation.json import JsonStrictValidator

    def missing(self, data):
        raise MissingOptionalDependencyException("jsonschema is not installed")

    monkeypatch.setattr(JsonStrictValidator, "validate_str", missing)
    with pytest.raises(Unknown, match="pip install"):
        errors(cyclonedx())
