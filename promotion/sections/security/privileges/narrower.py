"""A narrower form of what a statement allows: the resources that the actions know."""

from promotion.sections.security.privileges.actions import Actions, Catalogue
from promotion.sections.security.privileges.effective import Effective

_MOST = 2


def resources_of(role: Effective, actions: Actions) -> str:
    """Write the forms of the resources that some actions can be narrowed to, with this account and region put in."""
    forms: list[str] = []
    for place, _ in zip(role.catalogue.each(actions & role.catalogue.narrowable), range(8), strict=False):
        types, _everywhere = role.catalogue.needed(place)
        # The plainest form first: `object` before `accesspointobject`.
        forms += [one.arn for one in sorted(types, key=lambda one: len(one.arn))[:1]]
    shown = list(dict.fromkeys(forms))[:_MOST]
    return " and ".join(_filled(role, arn) for arn in shown) or "the resources it works on"


def actions_of(catalogue: Catalogue, actions: Actions) -> str:
    """Name the first of some actions."""
    return catalogue.describe(actions, 3)


def _filled(role: Effective, arn: str) -> str:
    for variable, value in (("Partition", role.partition), ("Region", role.region), ("Account", role.account)):
        arn = arn.replace(f"${{{variable}}}", value)
    return arn.replace("${", "<").replace("}", ">")
