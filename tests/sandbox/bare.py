"""The smallest world: no AWS behind its port, so that a process of it starts at once."""

import sys

from promotion.sandbox import fork_server as parent
from sandbox.stand_in import StandIn, says

if __name__ == "__main__":
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    {"one": parent.give_one, "many": parent.give_worlds}[sys.argv[1]](
        lambda: StandIn(says("aws")), sys.stdin.buffer, answers
    )
