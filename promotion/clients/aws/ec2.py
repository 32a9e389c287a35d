"""EC2: instances, and what they run with. The readers do I/O."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.enums import INSTANCE_STATE, Power
from promotion.clients.aws.pages import entries
from promotion.core.image_reference import digest_in
from promotion.unknown import Reason, Unknown

FILTERED = 200
"""How many values are asked for at once: EC2 refuses a filter of more (FilterLimitExceeded), which was met at 200 values and is
in no page of the API (https://github.com/apache/druid/pull/1954)."""
GONE = "gone"
"""Stands for the state of an instance that EC2 no longer knows."""


@dataclass(frozen=True)
class Instance:
    """An instance as EC2 describes it."""

    id: str
    state: str
    """`running`, `terminated` and so on; `gone` if EC2 no longer knows it."""
    detailed_monitoring: bool = False
    """Whether its metrics come every minute and not every five."""
    image: str = ""
    """The image it runs, if one of its tags is declared to say so."""


def is_there(name: str, state: str) -> bool:
    """Tell whether an instance in a state has not been terminated. Raises Unknown, not-supported, for another state."""
    return state != GONE and INSTANCE_STATE.of(state, f"the state of {name}") is not Power.GONE


def instances(
    account: Account, wanted: list[str], tag: str | None = None, there: Collection[str] = ()
) -> tuple[Instance, ...]:
    """Describe instances, also those that are gone. `tag` says which image one runs.

    `there` are those that another service has just told of, as registered or deployed to: one may be gone meanwhile, but
    where EC2 knows none of them its answer is not to be believed. Raises Unknown, malformed.
    """
    found = {name: Instance(name, GONE) for name in (*wanted, *there)}
    for one in described_instances(account, list(found)):
        found[one["InstanceId"]] = Instance(
            id=one["InstanceId"],
            state=one["State"]["Name"],
            detailed_monitoring=one.get("Monitoring", {}).get("State") == "enabled",
            image=digest_in(tags_of(one).get(tag, "")) if tag else "",
        )
    if there and all(found[name].state == GONE for name in there):
        raise Unknown(
            Reason.MALFORMED,
            f"ec2:DescribeInstances knows none of {', '.join(sorted(there)[:4])}, which are deployed to or registered now: "
            "check the role's account and region, and run again",
        )
    return tuple(found[name] for name in wanted)


def instance_profiles(account: Account, wanted: Collection[str]) -> set[str | None]:
    """Read the ARNs of the instance profiles of instances; None among them for an instance without one."""
    return {one.get("IamInstanceProfile", {}).get("Arn") for one in described_instances(account, wanted)}


def described_instances(account: Account, wanted: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Give instances as DescribeInstances describes them; those that EC2 no longer knows are left out."""
    names = sorted(set(wanted))
    for first in range(0, len(names), FILTERED):
        # By filter and not by id: asked for an id that is gone, EC2 refuses the whole question.
        asked = [{"Name": "instance-id", "Values": names[first : first + FILTERED]}]
        for reservation in entries(account, "ec2", "describe_instances", "Reservations", Filters=asked):
            yield from reservation["Instances"]


def tags_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags of something that EC2 describes."""
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
