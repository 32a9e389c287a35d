"""The healthy world: what the checklist is filled in from when nothing is wrong.

`build` makes it from nothing; faults then change it, through its handles or through boto3.
"""

from promotion.sandbox.world.building import World, build

__all__ = ["World", "build"]
