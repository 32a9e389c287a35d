"""What served before the image came, and whether it is well: one goes back only to that. This module does I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.account import Account
from promotion.clients.aws.deployments import Deployment
from promotion.clients.aws.ec2 import instances
from promotion.clients.aws.enums import Health
from promotion.clients.aws.functions import version
from promotion.clients.aws.hosts import health
from promotion.clients.aws.load_balancers import hosts, target_groups
from promotion.clients.aws.revisions import missing_object
from promotion.clients.oci.identity import PromotedImage
from promotion.sections.after_rollback.find_deployments import newest_good
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.artifact.running_digests import digest_in_revision
from promotion.settings.environment import Ec2Target, LambdaTarget, Target


@dataclass(frozen=True)
class Previous:
    """What is deployed once more, where the deployment of the image is over."""

    label: str
    """In a few words: `version 5`, or the place of a revision."""
    version: str | None = None
    """Of the function."""
    deployment: Deployment | None = None
    """The one whose revision is deployed to instances."""


def previous(
    account: Account, target: Target, brought: Brought, image: PromotedImage, now: datetime
) -> Previous | None:
    """Find what is to be deployed once more: what served before, or the last that was good, and is not this image.

    None if there is none in 90 days. Raises Unknown where it is unknown, and what boto3 raises.
    """
    assert brought.deployment is not None
    if isinstance(target, LambdaTarget):
        number = brought.previous_version
        other = number is not None and number != brought.brought_version
        if other and not image.includes(version(account, target.function, str(number)).digest):
            return Previous(f"version {number}", number)
    good = newest_good(account, target, image, brought.deployment.created, now)
    if good is None:
        return None
    deployment, parts = good
    if isinstance(target, Ec2Target):
        return Previous(deployment.source.describe(), deployment=deployment)
    number = next((part.target_version for part in parts if part.function == target.function), None)
    return None if number is None else Previous(f"version {number}", number)


def stop_troubles(account: Account, target: Target, brought: Brought) -> list[str]:
    """Give every reason not to have a deployment stopped with rollback, a sentence without its end.

    Raises what boto3 raises: what could not be looked at is not well.
    """
    if isinstance(target, LambdaTarget):
        return list(_of_function(account, target, brought))
    return list(_of_fleet(account, target, brought))


def redeploy_troubles(
    account: Account, target: Target, brought: Brought, before: Previous | None, image: PromotedImage
) -> list[str]:
    """Give every reason not to deploy once more what served before, a sentence without its end.

    Raises what boto3 raises, and Unknown: what could not be looked at is not well.
    """
    if before is None:
        return ["no deployment of another image has succeeded there in 90 days"]
    if isinstance(target, LambdaTarget):
        assert before.version is not None
        return list(_of_version(account, target, before.version))
    assert before.deployment is not None
    return list(_of_revision(account, target, brought, before.deployment, image))


def _of_function(account: Account, target: LambdaTarget, brought: Brought) -> Iterator[str]:
    if brought.previous_version is None:
        yield f"{_id(brought)} does not say which version of {target.function} served before"
    elif brought.previous_version == brought.brought_version:
        yield (
            f"{_id(brought)} names version {brought.previous_version} as the previous one, but deploys that same version"
        )
    else:
        yield from _of_version(account, target, brought.previous_version)


def _of_version(account: Account, target: LambdaTarget, number: str) -> Iterator[str]:
    found = version(account, target.function, number)
    if found.unfit:
        yield f"{found.unfit}, and it is what served before"


def _of_fleet(account: Account, target: Ec2Target, brought: Brought) -> Iterator[str]:
    registered = hosts(account, target_groups(account, list(target.target_groups)))
    new = set(brought.new)
    original = brought.original or tuple(sorted({host.id for host in registered} - new))
    states = {one.id: one.state for one in instances(account, list(original))}
    gone = [f"{name} is {state}" for name, state in sorted(states.items()) if state != "running"]
    if gone:
        yield f"of the previous instances, {', '.join(gone)}; expected all to be running"
    # One that gets no traffic any more is registered nowhere, or waits unused: only that it is ill speaks against it.
    ill = [host.describe() for host in registered if host.id in states and health(host) in (Health.ILL, Health.UNTOLD)]
    if ill:
        yield f"of the previous instances, {'; '.join(ill)}; expected all to be healthy"
    if len(states) < target.instances:
        yield f"{len(states)} of the {target.instances} previous instances are known"


def _of_revision(
    account: Account, target: Ec2Target, brought: Brought, good: Deployment, image: PromotedImage
) -> Iterator[str]:
    if brought.fleet == "DISCOVER_EXISTING":
        yield (
            f"{brought.group} takes its new instances from those that are there already, and which these are to be has to be "
            "said for each deployment"
        )
    if good.source.kind == "S3" and (gone := missing_object(account, good.source)):
        yield f"{gone}, which {good.id} deployed"
    digest = digest_in_revision(good.revision, target.revision_key) if target.revision_key else ""
    if digest.startswith("sha256:") and (gone := image.missing(digest)):
        yield f"{gone}, which {good.id} deployed"


def _id(brought: Brought) -> str:
    return brought.deployment.id if brought.deployment is not None else "no deployment"
