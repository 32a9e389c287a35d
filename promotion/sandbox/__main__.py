"""The sandbox's own process: `python -m promotion.sandbox one|many`, spoken to over its standard streams.

`one` serves a single world from this process; `many` forks one for each order. Meant for `promotion.sandbox.client`.
"""

import os
import sys

from promotion.sandbox import preload as warm


def main(manner: str) -> None:
    """Prepare the process before anything of boto or moto is imported, then serve until the input ends."""
    warm.prepare()
    from promotion.sandbox import fork_server as parent
    from promotion.sandbox import world

    give = {"one": parent.give_one, "many": parent.give_worlds}[manner]
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not speak between the answers
    give(world.build, sys.stdin.buffer, answers)
    os._exit(0)  # all is put away; taking moto apart, object by object, would cost most of a second


main(sys.argv[1])
