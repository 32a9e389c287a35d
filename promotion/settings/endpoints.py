"""Live requests a team declares: smoke tests, and journeys of several steps."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from promotion.settings.strict import Strict

Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


class Expect(Strict):
    """What an answer must be. Everything declared must hold."""

    status: int = Field(default=200, ge=100, le=599)
    """The HTTP status, exactly. Redirects are not followed."""
    headers: dict[str, str] = {}
    """Header name to a shell-style pattern its value must match: `content-type = "application/json*"`."""
    json_: dict[str, Any] = Field(default={}, alias="json")
    """JMESPath expression over the JSON body to the exact value it must give."""
    body_contains: tuple[str, ...] = ()
    """Texts that the body must contain."""
    max_ms: int = Field(default=2000, gt=0)
    """The longest the answer may take, in milliseconds, from sending the request to the last byte."""


class EndpointCall(Strict):
    """One HTTP request. `${NAME}` in headers and body is taken from the environment and never recorded."""

    method: Method = "GET"
    path: str = Field(pattern="^/")
    headers: dict[str, str] = {}
    json_: Any = Field(default=None, alias="json")
    """Sent as a JSON body."""
    body: str | None = None
    """Sent as it is."""
    expect: Expect = Expect()
    unsafe: bool = False
    """Declares that this call may change prod. Without it only GET, HEAD and OPTIONS are allowed there."""

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.json_ is not None and self.body is not None:
            raise ValueError("give either `json` or `body`, not both")
        return self

    @property
    def is_safe(self) -> bool:
        """Whether the call may be made anywhere."""
        return self.method in SAFE_METHODS or self.unsafe


class SmokeTest(EndpointCall):
    """One endpoint that must respond as declared."""

    name: str = Field(min_length=1)
    target: str
    """The name of the target whose `url` the path is added to."""


class Step(EndpointCall):
    """One request of a journey. `{name}` in path, headers, body and expectations is a value captured before."""

    name: str = ""
    capture: dict[str, str] = {}
    """Variable name to the JMESPath expression over this step's JSON body that gives its value."""


class StepsJourney(Strict):
    """A functional check of several requests, run live, in order; `cleanup` runs whatever happened before."""

    name: str = Field(min_length=1)
    kind: Literal["steps"] = "steps"
    target: str
    steps: tuple[Step, ...] = Field(min_length=1)
    cleanup: tuple[Step, ...] = ()


class CommandJourney(Strict):
    """A functional check by any other tool (hurl, k6, Playwright): passes with exit status 0."""

    name: str = Field(min_length=1)
    kind: Literal["command"]
    command: tuple[str, ...] = Field(min_length=1)
    """Program and arguments; no shell. `${NAME}` is taken from the environment."""
    timeout: float = Field(default=60, gt=0)
    """Seconds until it is stopped."""
    env: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")], ...] = ()
    """Names of variables that it gets beside PATH, HOME, the locale and how the network is reached."""
    junit: str | None = Field(default=None, min_length=1)
    """A JUnit report that it writes, relative to where the gate runs: how many tests ran is counted there."""
    at_least: int = Field(default=1, ge=1)
    """How many tests of that report must have run."""


class CanaryJourney(Strict):
    """The last runs of a CloudWatch Synthetics canary."""

    name: str = Field(min_length=1)
    kind: Literal["canary"]
    canary: str
    """The canary's name in CloudWatch Synthetics."""
    max_age_minutes: float = Field(default=30, gt=0)
    """The newest run must be younger than this."""


def _kind_of(journey: Any) -> Any:
    return journey.get("kind", "steps") if isinstance(journey, dict) else getattr(journey, "kind", None)


Journey = Annotated[
    Annotated[StepsJourney, Tag("steps")]
    | Annotated[CommandJourney, Tag("command")]
    | Annotated[CanaryJourney, Tag("canary")],
    Discriminator(
        _kind_of,
        custom_error_type="journey_kind",
        custom_error_message="`kind` is one of steps (the default), command, canary",
    ),
]
