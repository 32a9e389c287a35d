"""Where a promotion is announced."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict

_VARIABLE = r"^\$\{\w+\}$"
_HTTP = "^https?://"


class Slack(Strict):
    """A Slack channel. The token's app is a member of it, with `channels:history`, and `chat:write` to post."""

    kind: Literal["slack"]
    name: str = Field(min_length=1)
    """What people call it."""
    channel: str = Field(pattern="^[CG][A-Z0-9]{8,}$")
    """Its id, as its details show it."""
    token: str = Field(default="${SLACK_TOKEN}", pattern=_VARIABLE)
    api_url: str = Field(default="https://slack.com/api", pattern=_HTTP)


class Teams(Strict):
    """A Teams channel behind a workflow that posts what a webhook brings. Its messages cannot be read back."""

    kind: Literal["teams"]
    name: str = Field(min_length=1)
    webhook: str = Field(default="${TEAMS_WEBHOOK}", pattern=_VARIABLE)
    """The workflow's address, which is a secret: anyone who has it may post."""


class Sns(Strict):
    """An SNS topic in prod's account. What was published cannot be read back."""

    kind: Literal["sns"]
    name: str = Field(min_length=1)
    topic: str = Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$")


class Issues(Strict):
    """Issues of the repository of `[github]`: one for each promotion, with each message as its text or a comment."""

    kind: Literal["github-issues"]
    name: str = Field(min_length=1)
    labels: tuple[str, ...] = ("promotion",)


Channel = Annotated[Slack | Teams | Sns | Issues, Field(discriminator="kind")]


class StatusPage(Strict):
    """A page of Atlassian Statuspage, on which scheduled maintenance is announced."""

    page: str = Field(pattern="^[a-z0-9]+$")
    """Its id."""
    token: str = Field(default="${STATUSPAGE_TOKEN}", pattern=_VARIABLE)
    api_url: str = Field(default="https://api.statuspage.io/v1", pattern=_HTTP)
    components: tuple[str, ...] = ()
    """Ids of the components that the maintenance must name."""


class Channels(Strict):
    """Where people are told, and where it is looked whether they were."""

    team: tuple[Channel, ...] = ()
    """Where the window, and a rollback, are announced to the team."""
    stakeholders: tuple[Channel, ...] = ()
    """Where the window is announced to everybody else who should know."""
    max_age_days: float = Field(default=7, gt=0, le=90)
    """How far back messages are looked for, in days."""
    status_page: StatusPage | None = None
    no_status_page: str | None = Field(default=None, min_length=10)
    """Why there is no status page to update."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.status_page is not None and self.no_status_page is not None:
            raise ValueError("both `status_page` and `no_status_page` are set: remove one of them")
        names = [channel.name for channel in (*self.team, *self.stakeholders)]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two channels are named {name!r}")
        return self
