"""The sandbox's channels, served by this process, so that proofs can read what was posted and have it go wrong."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from promotion.sandbox.channels import Channels
from promotion.sandbox.channels.slack import Channel, Message, Slack
from promotion.sandbox.channels.status_page import StatusPage
from promotion.sandbox.channels.teams import Teams
from promotion.sandbox.client import Running
from promotion.sandbox.edge import Edge
from promotion.sandbox.request_log import Calls
from promotion.sandbox.serve import LOOPBACK, serve

TOKEN, SIGNATURE, ID = "xoxb-0-proof-of-telling", "signature-of-the-webhook", "C0TELLING01"
POST, CARD = "POST /slack/chat.postMessage", "POST /teams/releases"


@dataclass(frozen=True)
class Told:
    """A world whose team is told here."""

    world: Running
    edge: Edge
    slack: Slack
    teams: Teams
    calls: Calls

    @property
    def messages(self) -> list[Message]:
        """What the gate said in Slack, oldest first."""
        return [said for said in self.slack.channels[ID].messages if said.user == "B0PROMOTION"]

    def asked(self, operation: str) -> int:
        """How often something was asked for."""
        return sum(call.operation == operation for call in self.calls.so_far())


@contextmanager
def telling(
    world: Running, *kinds: str, others: tuple[str, ...] = (), variables: Mapping[str, str] | None = None
) -> Iterator[Told]:
    """Have the team of a world, and others, told here, in Slack or Teams; issues and topics stay where they are."""
    short = world.digest.removeprefix("sha256:")[:12]
    earlier = Message(datetime.now(UTC) - timedelta(hours=1), f"shop {short} goes to prod", "U1")
    slack, teams = Slack(TOKEN, [Channel(ID, [earlier])]), Teams(SIGNATURE)
    calls = Calls()
    edge = Edge("channels", Channels(slack, teams, StatusPage("p", "t", []), world.digest), calls)
    place = f"http://{LOOPBACK}:{serve(edge)}"
    tables: Mapping[str, dict[str, Any]] = {
        "slack": {"kind": "slack", "name": "releases", "channel": ID, "api_url": f"{place}/slack"},
        "teams": {"kind": "teams", "name": "releases in Teams"},
        "sns": {"kind": "sns", "name": "subscribers", "topic": "arn:aws:sns:eu-west-1:444455556666:releases"},
        "issues": {"kind": "github-issues", "name": "promotions"},
    }
    text = world.config.read_text()
    before = text[text.index("[[channels.team]]") : text.index("[channels.status_page]")]
    lines = [
        "\n".join([f"[[channels.{whose}]]", *(f'{key} = "{value}"' for key, value in tables[kind].items()), "\n"])
        for whose, each in (("team", kinds), ("stakeholders", others))
        for kind in each
    ]
    world.config.write_text(text.replace(before, "".join(lines)))
    webhook = f"{place}/teams/releases?sig={SIGNATURE}"
    environment = {**world.environment, "SLACK_TOKEN": TOKEN, "TEAMS_WEBHOOK": webhook, **(variables or {})}
    yield Told(replace(world, environment=environment), edge, slack, teams, calls)
