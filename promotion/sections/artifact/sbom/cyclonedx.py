"""Read CycloneDX 1.4 to 1.7 (ECMA-424) in JSON; https://cyclonedx.org/docs/1.7/json/."""

from collections.abc import Iterator

from packageurl import PackageURL

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.document import Document
from promotion.sections.artifact.sbom.fields import SbomFields, digests_in, said
from promotion.sections.artifact.sbom.purl import IMAGE_TYPES, parse_purl
from promotion.sections.artifact.sbom.summary import ComponentCounter, Sbom

# Trivy says what it looked at in properties, whose names have no standard.
_DIGEST_PROPERTIES = ("RepoDigest", "ImageID", "Reference")
_DEEPEST = 100
_DIGEST_LENGTH = 64


def read_cyclonedx(document: Document, wanted: Application) -> Sbom:
    """Sum up a document. Unknown("malformed") when something in it is of another type than the format has it."""
    bom = document.fields
    metadata = bom.sub("metadata")
    tally = ComponentCounter(wanted)
    digests: tuple[str, ...] = ()
    if "component" in metadata:
        about = metadata.sub("component")
        name, version, purl, group = _identity(about)
        if _is_image(about.text("type"), version, purl):
            digests = digests_in(*_names_of_image(about))
        else:
            tally.look_for_application(name, version, purl, group)
        _count(about, tally)
    _count(bom, tally)
    return tally.summed_up(document, metadata.moment("timestamp"), _tool(metadata), digests)


def _count(parent: SbomFields, tally: ComponentCounter) -> None:
    """Count the components below, however deep they are nested."""
    waiting = [parent.objects("components")]
    while waiting:
        component = next(waiting[-1], None)
        if component is None:
            waiting.pop()
            continue
        kind, (name, version, purl, group) = component.text("type"), _identity(component)
        if kind == "operating-system":
            tally.add_system(name, version)
        elif kind != "file" and not _is_image(kind, version, purl):
            tally.add(name, version, purl, group)
        if "components" in component:
            if len(waiting) == _DEEPEST:
                raise component.malformed(f"components are nested more than {_DEEPEST} deep")
            waiting.append(component.objects("components"))


def _identity(component: SbomFields) -> tuple[str, str, PackageURL | None, str]:
    read = component.text
    purl = read("purl", "")
    return read("name"), read("version", ""), parse_purl(purl) if purl else None, read("group", "")


def _is_image(kind: str, version: str, purl: PackageURL | None) -> bool:
    named = purl is not None and purl.type in IMAGE_TYPES
    return named or kind == "container" or (len(version) > _DIGEST_LENGTH and bool(digests_in(version)))


def _names_of_image(image: SbomFields) -> Iterator[str]:
    yield from (image.text(key, "") for key in ("name", "version", "purl", "bom-ref"))
    for digest in image.objects("hashes"):
        if digest.text("alg") == "SHA-256":
            yield f"sha256:{digest.text('content')}"
    for pair in image.objects("properties"):
        if pair.text("name", "").rpartition(":")[2] in _DIGEST_PROPERTIES:
            yield pair.text("value", "")


def _tool(metadata: SbomFields) -> str:
    """Name the first tool: a list of them up to 1.4, and an object with components from 1.5 on."""
    up_to_1_4 = metadata.holds_list("tools")
    listed = metadata.objects("tools") if up_to_1_4 else metadata.sub("tools").objects("components")
    first = next(listed, None)
    return "" if first is None else said(f"{first.text('name', '')} {first.text('version', '')}".strip())
