"""What promotion.toml says of the validation after a deployment; the objective goes beside it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World

SLO = "slo.json"


def toml(world: "World", places: "Places") -> str:
    """Write the tables of promotion.toml."""
    said, folder = world.validation, Path(places.ca_file).parent
    (folder / SLO).write_text(said.slo_text or json.dumps([said.slo, *said.beside]), encoding="utf-8")
    targets = "".join(
        f"\n\n[postdeploy.budget.targets.{name}]\n"
        + "\n".join(f"{key} = {json.dumps(what)}" for key, what in own.items())
        for name, own in said.targets.items()
    )
    exempt = "\n".join(f"{json.dumps(name)} = {json.dumps(why)}" for name, why in said.exempt.items())
    return f"""[postdeploy]
customer_issues = {{ labels = {json.dumps(said.labels)} }}

[postdeploy.budget]
days = {said.days}
open_slo = {json.dumps([str(folder / SLO)] if said.slo else [])}{targets}

[postdeploy.rotation.exempt]
{exempt}"""
