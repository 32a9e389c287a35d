"""Which deployments bring the image to prod, and how they stand."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from promotion.clients.aws.account import Account
from promotion.clients.aws.codedeploy import (
    GroupName,
    NotStarted,
    added_instances,
    deployment_group,
    deployment_history,
    deployment_targets,
    deployments_since,
    newest_first,
    undone,
)
from promotion.clients.aws.deployments import Deployment, DeploymentHistory, DeploymentTarget, rollback_of
from promotion.clients.aws.ec2 import instances
from promotion.clients.aws.functions import version
from promotion.clients.aws.load_balancers import BalancerTraffic
from promotion.clients.http.client import HttpClient
from promotion.clients.oci.identity import PromotedImage
from promotion.core.clock import Clock
from promotion.core.image_reference import digest_in
from promotion.sections.artifact.running_digests import digest_in_revision, from_version_endpoint
from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout.collect.lambda_reports import seen
from promotion.sections.rollout.stages import released, stages
from promotion.sections.rollout.watch import Absent, ProdDeployment
from promotion.settings import Settings
from promotion.settings.environment import DigestFromRevision, DigestFromTag, DigestFromVersion, Ec2Target, LambdaTarget
from promotion.settings.model import ec2_targets
from promotion.unknown import Reason, Unknown


@dataclass
class Deployments:
    """The production deployments of an image, read again at every look."""

    settings: Settings
    image: PromotedImage
    account: Account
    http: HttpClient
    clock: Clock
    traffic: Callable[[str], BalancerTraffic]
    """Where the traffic of an EC2 target goes."""
    found: dict[str, ProdDeployment] = field(default_factory=dict)
    absent: dict[str, Absent] = field(default_factory=dict)

    def find(self, histories: Mapping[str, DeploymentHistory]) -> None:
        """Look for a deployment of the image to each target. Raises Unknown if there is none to any."""
        for name in self.settings.prod.targets:
            self._find(name, partial(histories.__getitem__, name))
        if not self.found:
            why = next(iter(self.absent.values())).why
            raise Unknown(why.reason, why.message)

    def look_again(self) -> None:
        """Read how the deployments stand now, and look again for those that were not there."""
        for name, shift in list(self.found.items()):
            self.found[name] = self._as_it_stands_now(name, shift)
        for name in list(self.absent):
            self._find(name, partial(self._history, name))

    def _as_it_stands_now(self, name: str, shift: ProdDeployment) -> ProdDeployment:
        group = self.settings.prod.targets[name].codedeploy
        since = newest_first(deployments_since(self.account, GroupName(group.application, group.group), shift.began))
        now = next((one for one in since if one.id == shift.deployment), None)
        if now is None:
            return shift
        stands = _as_it_stands(shift, now, rollback_of(now, since))
        if name not in ec2_targets(self.settings.prod):
            return stands
        if stands.alone_since(self.clock.now()) is None:
            stands = _with_instances(stands, self._targets(name, stands.deployment, stands.describe()))
        return self._with_added(stands, now, since)

    def _find(self, name: str, history: Callable[[], DeploymentHistory]) -> None:
        shift = seen(lambda: self._shift(name, history()))
        if isinstance(shift, Untellable):
            self.absent[name] = Absent(name, shift)
        else:
            self.absent.pop(name, None)
            self.found[name] = shift

    def _history(self, name: str) -> DeploymentHistory:
        group = deployment_group(self.account, self.settings.prod.targets[name].codedeploy)
        history: DeploymentHistory = deployment_history(self.account, group, self.clock.now(), until_good=True)
        return history

    def _shift(self, name: str, history: DeploymentHistory) -> ProdDeployment:
        newest, rollback = history.newest, None
        if newest.is_rollback:
            # What was rolled back is what was promoted, if it is this image at all.
            group = self.settings.prod.targets[name].codedeploy
            broken = undone(self.account, GroupName(group.application, group.group), newest, self.clock.now())
            newest, rollback = (broken, newest) if broken is not None else (newest, None)
        target = self.settings.prod.targets[name]
        targets = self._targets(name, newest.id, newest.describe())
        shift = ProdDeployment(name, newest.id, newest.status, newest.created)
        if isinstance(target, LambdaTarget):
            new = {one.target_version for one in targets if one.function == target.function and one.target_version}
            old = {one.current_version for one in targets if one.function == target.function and one.current_version}
            if len(new) != 1:
                raise Unknown(
                    Reason.NO_DATA,
                    f"deployment {newest.id} names no single version of {target.function}: check the deployment group",
                )
            brought = version(self.account, target.function, next(iter(new))).digest
            shift = replace(shift, new=tuple(sorted(new)), old=tuple(sorted(old)))
        else:
            shift = _with_instances(shift, targets)
            brought = self._brought(name, target, newest, list(shift.new))
        if not self.image.includes(brought):
            raise Unknown(
                Reason.NO_DATA,
                f"the newest deployment of {name}, {newest.id} of {newest.created:%Y-%m-%d %H:%M}Z, deploys "
                f"{brought or 'an unknown image'}, not {self.image.digest}: deploy this digest to prod, then "
                "run again",
            )
        shift = _as_it_stands(shift, newest, rollback)
        return shift if isinstance(target, LambdaTarget) else self._with_added(shift, newest, history.added_later)

    def _with_added(self, shift: ProdDeployment, made: Deployment, since: Iterable[Deployment]) -> ProdDeployment:
        """Say which instances Auto Scaling has launched meanwhile, and CodeDeploy brought the same revision."""
        later = tuple(one for one in since if one.created > made.created and one.follows_scaling)
        known = set(shift.new)
        added = [one for one in added_instances(self.account, made, later) if one not in known]
        return replace(shift, new=tuple(sorted({*known, *added})), added=tuple(sorted({*shift.added, *added})))

    def _targets(self, name: str, deployment: str, told: str) -> tuple[DeploymentTarget, ...]:
        try:
            targets: tuple[DeploymentTarget, ...] = deployment_targets(self.account, deployment)
        except NotStarted:
            raise Unknown(
                Reason.NOT_DUE, f"{told} and has not reached {name} yet: run again when it has started there"
            ) from None
        return targets

    def _brought(self, name: str, target: Ec2Target, newest: Deployment, new: list[str]) -> str:
        match target.tells_digest:
            case DigestFromRevision():
                return digest_in_revision(newest.revision, target.revision_key or "")
            case DigestFromTag() as how:
                images = {digest_in(one.image) for one in instances(self.account, new, how.tag)}
                return images.pop() if len(images) == 1 else ", ".join(sorted(images))
            case DigestFromVersion() as how:
                said = set(from_version_endpoint(target, how, self.traffic(name), self.http).digests.values())
                return next((one for one in sorted(said) if self.image.includes(one)), ", ".join(sorted(said)))
        raise Unknown(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say how to find out which image an instance of {name} runs: add "
            f"`revision_key` or `running_digest` to [prod.targets.{name}]",
        )


def _with_instances(shift: ProdDeployment, targets: Iterable[DeploymentTarget]) -> ProdDeployment:
    """Say which instances are brought and replaced: the new ones are launched some time after the deployment was made."""
    found = tuple(targets)
    return replace(
        shift,
        new=tuple(sorted({*(one.id for one in found if not one.is_original), *shift.added})),
        old=tuple(sorted(one.id for one in found if one.is_original)),
        stages=stages(found),
        released=released(found),
        # A deployment that has succeeded has taken them out, also those that were gone before it came to them.
        shared=any(one.is_original for one in found) and released(found) is None and shift.status != "Succeeded",
    )


def _as_it_stands(shift: ProdDeployment, now: Deployment, rollback: Deployment | None) -> ProdDeployment:
    by = now.rolled_back_by or (rollback.id if rollback is not None else None)
    return replace(shift, status=now.status, error=now.error, rolled_back_by=by)
