"""Faults of the rollback plan, and of a person's word for it: the document, attestations, signatures, links."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

PLAN = "rollback-plan"
DOCUMENT = "docs/rollback.md"
FILE = "GET /repos/*/contents/*"
HISTORY = "GET /repos/*/commits"


@fault("rollback-plan-missing", item=PLAN)
def _(world: "World") -> None:
    """The document is on the branch today, but not at the commit that is promoted."""
    _commit(world).files.pop(DOCUMENT)


@fault("rollback-plan-without-a-target", item=PLAN)
def _(world: "World") -> None:
    """The document says how the function is rolled back, but not the instances."""
    _write(world, _text(world).partition("## EC2")[0])


@fault("rollback-plan-of-another-service", item=PLAN)
def _(world: "World") -> None:
    """The document is that of another service."""
    _write(world, _text(world).replace("plan of shop", "plan of workshop"))


@fault("rollback-plan-without-owner", item=PLAN)
def _(world: "World") -> None:
    """Nobody owns the document."""
    _write(world, _text(world).replace("Owner: release-lead\n", ""))


@fault("rollback-plan-owner-to-be-told", item=PLAN)
def _(world: "World") -> None:
    """The document names TBD as its owner."""
    _write(world, _text(world).replace("Owner: release-lead", "Owner: TBD"))


@fault("rollback-plan-forgotten", item=PLAN)
def _(world: "World") -> None:
    """Nobody has changed the document for longer than allowed, or attested a review."""
    world.agreed.max_age_days = 10


@fault("rollback-plan-owner-in-a-table", item=PLAN, kind="clean")
def _(world: "World") -> None:
    """The owner is named in a row of a table, in bold."""
    _write(world, _text(world).replace("Owner: release-lead", "| **Owner** | release-lead |"))


@fault("rollback-plan-reviewed", item=PLAN, kind="clean")
def _(world: "World") -> None:
    """The document is old, and the approver has attested a review, with a signature."""
    _review(world)


@fault("rollback-plan-reviewed-again", item=PLAN, kind="clean")
def _(world: "World") -> None:
    """A review has expired, and there is a new one, by somebody who is named by the e-mail address."""
    now = world.agreed.now
    _review(world, at=now - timedelta(days=20), expires=now - timedelta(days=13))
    _review(world, by="approver@example.com", signature="")


@fault("rollback-review-of-another-image", item=PLAN)
def _(world: "World") -> None:
    """The document is old, and the review was attested for another image."""
    _review(world, digest=world.previous_digest)


@fault("rollback-review-of-another-item", item=PLAN)
def _(world: "World") -> None:
    """The document is old, and what was attested is another item."""
    _review(world, item="status-page")


@fault("rollback-review-by-somebody-else", item=PLAN)
def _(world: "World") -> None:
    """The document is old, and the review was attested by somebody who is not allowed to."""
    _review(world, by="developer", signature="")


@fault("rollback-review-expired", item=PLAN)
def _(world: "World") -> None:
    """The document is old, and the review was attested eight days ago."""
    _review(world, at=world.agreed.now - timedelta(days=8))


@fault("rollback-review-that-never-expires", item=PLAN)
def _(world: "World") -> None:
    """The review was attested eight days ago and claims to be valid until 2099."""
    _review(world, at=world.agreed.now - timedelta(days=8), expires=datetime(2099, 1, 1, tzinfo=UTC))


@fault("rollback-review-of-tomorrow", item=PLAN)
def _(world: "World") -> None:
    """The document is old, and the review is dated tomorrow."""
    _review(world, at=world.agreed.now + timedelta(days=1))


@fault("rollback-review-changed-after-signing", item=PLAN)
def _(world: "World") -> None:
    """The words of a review were changed after it was signed."""
    world.agreed.words[-1] = _review(world).model_copy(update={"statement": "Reviewed, and tried out in dev."})


@fault("rollback-review-prolonged-after-signing", item=PLAN)
def _(world: "World") -> None:
    """A review that had expired was given a new date after it was signed."""
    now = world.agreed.now.replace(microsecond=0)
    word = _review(world, at=now - timedelta(days=8))
    world.agreed.words[-1] = word.model_copy(update={"at": now, "expires": now + timedelta(days=7)})


@fault("rollback-review-unsigned", item=PLAN)
def _(world: "World") -> None:
    """The review must be signed and is not."""
    world.agreed.signed.append(PLAN)
    _review(world, signature="")


@fault("rollback-review-by-another-key", item=PLAN)
def _(world: "World") -> None:
    """The review is signed with the key of somebody else."""
    _sign(world, _review(world, signature=""), "developer")


@fault("rollback-review-signed-for-git", item=PLAN)
def _(world: "World") -> None:
    """The signature of the review was made as one of a git commit."""
    _sign(world, _review(world, signature=""), "release-approver", namespace="git")


@fault("rollback-review-by-an-expired-key", item=PLAN)
def _(world: "World") -> None:
    """The key that signed the review was allowed until yesterday."""
    _allow(world, f'valid-before="{world.agreed.now - timedelta(days=1):%Y%m%d%H%M%S}"')
    _review(world)


@fault("rollback-review-by-a-valid-key", item=PLAN, kind="clean")
def _(world: "World") -> None:
    """The key that signed the review is allowed from yesterday until tomorrow."""
    now = world.agreed.now
    valid = (now - timedelta(days=1), now + timedelta(days=1))
    _allow(world, 'valid-after="{:%Y%m%d%H%M%S}",valid-before="{:%Y%m%d%H%M%S}"'.format(*valid))
    _review(world)


@fault("rollback-review-link-dead", item=PLAN)
def _(world: "World") -> None:
    """The review points to an issue that does not exist."""
    _review(world, link="https://github.com/example/shop/issues/404")


@fault("rollback-review-link-unreachable", item=PLAN, kind="blind", falls_with=("stakeholders-notified",))
def _(world: "World") -> None:
    """The issue that the review points to cannot be read, as GitHub does not answer."""
    _review(world, link=world.agreed.record["links"]["announcement"])
    world.edges["github"].fail("GET /repos/*/issues/*", 503)


@fault("rollback-review-without-signers", item=PLAN, kind="blind", falls_with=("stakeholders-notified",))
def _(world: "World") -> None:
    """The file of allowed signers has no keys, so it is unknown whose signature it is."""
    _review(world)
    world.agreed.allowed_signers = ""


@fault("rollback-plan-denied", item=PLAN, kind="blind")
def _(world: "World") -> None:
    """The file may not be read."""
    _too_old(world)
    world.edges["github"].deny(FILE)


@fault("rollback-plan-cut", item=PLAN, kind="blind")
def _(world: "World") -> None:
    """What GitHub answers about the file is cut off."""
    world.edges["github"].truncate(FILE)


@fault("rollback-plan-history-denied", item=PLAN, kind="blind")
def _(world: "World") -> None:
    """The role may not ask when the file was changed."""
    world.edges["github"].deny(HISTORY)


@fault("rollback-plan-history-throttled", item=PLAN, kind="blind")
def _(world: "World") -> None:
    """GitHub throttles the question when the file was changed."""
    world.edges["github"].throttle(HISTORY)


@fault("rollback-plan-of-an-unknown-commit", item=PLAN, kind="blind", falls_with=("build-workflow",))
def _(world: "World") -> None:
    """The commit that the image was built from is not in the repository any more."""
    repository = world.github.repository
    repository.commits.pop(world.releases[-1].commit)


def _commit(world: "World") -> Any:
    return world.github.repository.commits[world.releases[-1].commit]


def _text(world: "World") -> str:
    return str(_commit(world).files[DOCUMENT].decode())


def _write(world: "World", text: str) -> None:
    _commit(world).files[DOCUMENT] = text.encode()


def _too_old(world: "World") -> None:
    world.agreed.max_age_days = 10


def _review(world: "World", **changes: Any) -> Any:
    """Have the approver attest a review of a document that is too old."""
    _too_old(world)
    said = {"item": PLAN, "by": "release-approver", "statement": "Reviewed.", **changes}
    return world.agreed.attest(**said)


def _sign(world: "World", word: Any, person: str, namespace: str = "promotion-checklist") -> None:
    from promotion.people.signing import message
    from promotion.sandbox.world import ssh

    signature = ssh.sign(message(word), ssh.key_of(person), namespace)
    world.agreed.words[-1] = word.model_copy(update={"signature": signature})


def _allow(world: "World", options: str) -> None:
    from promotion.sandbox.world import ssh

    lines = [line for line in world.agreed.allowed_signers.splitlines(keepends=True) if "approver" not in line]
    world.agreed.allowed_signers = "".join(
        [*lines, ssh.allowed_signer("release-approver", ssh.key_of("release-approver"), options)]
    )
