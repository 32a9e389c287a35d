"""Who gets the traffic of a target, and whether that is the image. This module does I/O."""

from datetime import datetime

from promotion.clients.aws.account import Account
from promotion.clients.aws.codedeploy import deployment_group, deployment_history, deployment_targets
from promotion.clients.aws.ec2 import instances
from promotion.clients.aws.functions import alias, version
from promotion.clients.aws.load_balancers import load_balancer, target_groups, traffic
from promotion.clients.oci.identity import PromotedImage
from promotion.core.attempt import tried
from promotion.sections.after_rollback.find_deployments import image_of
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.after_rollback.rollback_plan import Serves
from promotion.settings.environment import DigestFromTag, Ec2Target, LambdaTarget, Target
from promotion.unknown import Unknown


def who_serves(account: Account, target: Target, brought: Brought, image: PromotedImage, now: datetime) -> Serves:
    """Look who serves at a target. What keeps it from being told is part of the answer."""

    def look() -> Serves:
        if isinstance(target, LambdaTarget):
            return _versions(account, target, image)
        return _instances(account, target, brought, image, now)

    found = tried(f"what is in service at {brought.target}", look)
    return Serves(unknown=found.message) if isinstance(found, Unknown) else found


def _versions(account: Account, target: LambdaTarget, image: PromotedImage) -> Serves:
    found = alias(account, target)
    ours = {number: image.includes(version(account, target.function, number).digest) for number in found.versions}
    return Serves(
        tuple(f"version {number}" for number, is_ours in ours.items() if is_ours),
        tuple(f"version {number} of {target.function}" for number, is_ours in ours.items() if not is_ours),
        current=found.version,
    )


def _instances(account: Account, target: Ec2Target, brought: Brought, image: PromotedImage, now: datetime) -> Serves:
    groups = target_groups(account, list(target.target_groups))
    found = traffic(account, load_balancer(account, target.load_balancer), groups)
    serving = found.serving_instances
    how = target.tells_digest
    if isinstance(how, DigestFromTag):
        seen = {one.id: one.image for one in instances(account, list(serving), how.tag)}
        ours = [name for name in serving if image.includes(seen[name])]
    elif brought.deployment is not None and any(part.label for part in brought.parts):
        ours = [name for name in serving if name in set(brought.new)]
    else:
        ours = list(serving) if _deployed_last(account, target, image, now) else []
    others = [name for name in serving if name not in ours]
    told = f"{len(others)} instances in {', '.join(found.serving_groups)}"
    return Serves(tuple(ours), (told,) if others else ())


def _deployed_last(account: Account, target: Ec2Target, image: PromotedImage, now: datetime) -> bool:
    """Tell whether the newest deployment that succeeded brought the image: in place, every instance has that."""
    group = deployment_group(account, target.codedeploy)
    good = deployment_history(account, group, now, until_good=True).last_good
    if good is None:
        return False
    parts = deployment_targets(account, good.id) if target.revision_key is None else ()
    return image.includes(image_of(account, target, good, parts))
