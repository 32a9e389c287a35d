"""Which target of dev a target of prod is compared with."""

from promotion.settings import Settings
from promotion.unknown import Reason, Unknown


def counterpart(prod_target: str, settings: Settings) -> str:
    """Name the dev target that is what this one is in prod. Raises Unknown, not-declared, if there is none."""
    name = settings.rollback.groups.with_dev.get(prod_target, prod_target)
    found = settings.dev.targets.get(name)
    if found is None or found.kind != settings.prod.targets[prod_target].kind:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"dev has no target {name} of the kind of {prod_target} in prod to compare it with: declare one in "
            "`rollback.groups.with_dev`",
        )
    return name
