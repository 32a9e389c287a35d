"""1. Build and artifact quality: the digest names an image that was built, signed, listed and scanned as it must be."""

from promotion.clients.github import build
from promotion.core.sentences import join
from promotion.items import item
from promotion.sections.artifact import sboms as bills
from promotion.sections.artifact import scans
from promotion.sections.artifact.content import megabytes_told, sizes_told
from promotion.settings.subjects import RECORD, REGISTRY
from promotion.unknown import Reason, Unknown


@item("build-workflow")
def test_build_workflow(image_provenance, image_label, image_origin, build_run, build_branch, settings, measured):
    """The run that built this digest succeeded, with every required job, on the protected branch."""
    elsewhere = (*image_provenance.elsewhere, *image_label.elsewhere)
    assert not elsewhere, join(elsewhere)
    judgement = build.judge_build(image_origin, build_run, build_branch, settings.github)
    measured(judgement.summary)
    assert not judgement.problems, join(judgement.problems)


@item("image-signed")
def test_image_signed(image_signatures, measured):
    """This digest is signed by a trusted key or identity."""
    assert not image_signatures.altered, image_signatures.altered
    measured(image_signatures.label)
    findings = image_signatures.judged
    assert findings.is_signed(), f"{findings.summary} Sign this digest with cosign, or promote one that is signed."


@item("sbom-attached")
def test_sbom_attached(image_sboms, previous_sboms, image_content, settings, digest, clock, measured):
    """An SBOM of this digest is attested; it lists the base system and the application, and not far fewer components than prod's."""
    expected, now = settings.image.sbom, clock.now()
    assert not image_sboms.altered, image_sboms.altered
    assert not image_sboms.missing, image_sboms.missing
    previous, not_compared = bills.before(previous_sboms)
    judgement = bills.judge_sboms(image_sboms, image_content, expected, digest, now, previous)
    measured(" · ".join(part for part in (judgement.measured, not_compared) if part))
    assert not judgement.problems, join(judgement.messages)
    assert not (old := bills.too_old(image_sboms, expected.max_age_days, now)), old
    judgement.raise_if_doubtful()


@item("digest-immutable", per="digest_place")
def test_digest_immutable(
    digest_place,
    image_content,
    image_identity,
    ecr_repository,
    dev_function_digests,
    dev_revision_digests,
    dev_tag_digests,
    dev_version_digests,
    recorded_digest,
    settings,
    digest,
    measured,
):
    """Its tags are immutable, its content hashes to the digest, the record has the same digest, and dev runs it."""
    if digest_place == REGISTRY:
        assert not image_content.altered, image_content.altered
        assert not image_content.missing, image_content.missing
        immutable(ecr_repository, settings.image, measured)
        return
    if digest_place == RECORD:
        measured(recorded_digest[RECORD].label)
        contradictions = [*recorded_digest[RECORD].contradictions()]
        assert not contradictions, join(contradictions)
        recorded_digest[RECORD].require_build()
        return
    target = settings.dev.targets[digest_place]
    if target.kind == "lambda":
        running = dev_function_digests[digest_place]
    else:
        if target.tells_digest is None:
            raise Unknown(
                Reason.NOT_DECLARED,
                f"promotion.toml does not say how to find out which image an instance of {digest_place} runs: add "
                f"`revision_key` or `running_digest` to [dev.targets.{digest_place}]",
            )
        by_kind = {"revision": dev_revision_digests, "tag": dev_tag_digests, "version": dev_version_digests}
        running = by_kind[target.tells_digest.kind][digest_place]
    running.require_traffic(digest_place)
    others = list(running.others(image_identity))
    measured(f"{len(running.digests) - len(others)} of {len(running.digests)} run it, by {running.told_by}")
    assert not others, (
        f"{join(others)}; expected {digest}: deploy this digest to dev, or promote the one that runs there"
    )


@item("no-critical-vulnerabilities")
def test_no_critical_vulnerabilities(image_scans, image_content, settings, digest, clock, measured):
    """A recent scan of this digest finds no CRITICAL vulnerability, and suppresses none."""
    assert not (altered := scans.altered(image_scans)), altered
    judgement = scans.judge_scans(image_scans, image_content, settings.image.vulnerabilities, digest, clock.now())
    measured(judgement.measured)
    assert not judgement.problems, join(judgement.messages)
    judgement.raise_if_doubtful()


@item("image-size")
def test_image_size(image_content, settings, measured):
    """The image is within the size limit, for each platform."""
    images, limit = image_content.images, settings.image.max_megabytes
    measured(sizes_told(images, limit))
    large = [f"{one.platform} has {megabytes_told(one.bytes)}" for one in images if one.megabytes > limit]
    assert not large, (
        f"{join(large)} (compressed layers and configuration, 1 MB = 1 000 000 bytes); expected at most {limit:g} "
        "MB: make the image smaller, or raise `image.max_megabytes`"
    )


def immutable(repository, image, measured):
    """The registry makes the tags of this image immutable; where it cannot be asked, the team declares what does."""
    if repository is not None:
        measured(f"{repository.name} is {repository.mutability}")
        assert not repository.problem, repository.problem
        return
    if image.immutable_by is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            "this registry has no API that says whether tags are immutable: declare in `image.immutable_by` what "
            "makes them so, or name the repository in Amazon ECR with `image.ecr_repository`",
        )
    measured(f"declared: {image.immutable_by}")
