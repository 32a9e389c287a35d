"""What promotion.toml says of where people are told."""

from typing import TYPE_CHECKING

from promotion.sandbox.world.names import REGION
from promotion.sandbox.world.notices import COMPONENTS, LABEL, PAGE, TEAM, follow

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World

TOPIC = f"arn:aws:sns:{REGION}:%s:releases"


def toml(world: "World", places: "Places") -> str:
    """Write the tables of promotion.toml. Who announced the image announced the one that is promoted after all."""
    follow(world.channels, world.github.repository, world.digest)
    return f"""[[channels.team]]
kind = "slack"
name = "releases"
channel = "{TEAM}"
api_url = "{places.channels}/slack"

[[channels.team]]
kind = "github-issues"
name = "promotions"
labels = ["{LABEL}"]

[channels.status_page]
page = "{PAGE}"
api_url = "{places.channels}/statuspage"
components = ["{COMPONENTS[0]}"]"""
