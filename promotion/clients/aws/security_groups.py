"""EC2: security groups, who is in them, and prefix lists. This module does I/O."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.pages import entries

_PAGE = 1000
"""The most entries that EC2 gives in one answer."""
_LISTS = 100
"""How many prefix lists are asked for at once, and how many entries of one come at once."""


def security_groups(account: Account) -> Iterator[Mapping[str, Any]]:
    """Give every security group of the account and region as DescribeSecurityGroups describes it."""
    return entries(account, "ec2", "describe_security_groups", "SecurityGroups", page=_PAGE)


def network_interfaces(account: Account) -> Iterator[Mapping[str, Any]]:
    """Give every network interface of the account and region as DescribeNetworkInterfaces describes it."""
    return entries(account, "ec2", "describe_network_interfaces", "NetworkInterfaces", page=_PAGE)


def prefix_lists(account: Account, ids: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """Give id and name of prefix lists, by their ids and names. One that EC2 does not tell of is left out."""
    found: dict[str, str] = {}
    for key, wanted in (("prefix-list-id", sorted(ids)), ("prefix-list-name", list(names))):
        for first in range(0, len(wanted), _LISTS):
            # By filter and not by id: asked for an id that is not shared with it, EC2 refuses the whole question.
            asked = [{"Name": key, "Values": wanted[first : first + _LISTS]}]
            for one in entries(
                account, "ec2", "describe_managed_prefix_lists", "PrefixLists", page=_LISTS, Filters=asked
            ):
                found[one["PrefixListId"]] = one["PrefixListName"]
    return found


def prefix_list_blocks(account: Account, prefix_list: str) -> tuple[str, ...]:
    """Give the address blocks in a prefix list."""
    return tuple(
        entry["Cidr"]
        for entry in entries(
            account, "ec2", "get_managed_prefix_list_entries", "Entries", page=_LISTS, PrefixListId=prefix_list
        )
    )
