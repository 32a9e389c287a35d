"""Faults of section 2: what the endpoints of dev answer, and what tests of them find."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.dev.steps import fix_answer
from promotion.sandbox.patience import ANSWER_MS, STRICT_MS, TOO_LATE
from promotion.sandbox.settings_edits import edit_settings
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World


@fault("endpoint-wrong-body", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 200 with a body that belongs to somebody else."""
    fix_answer(world, "dev-lambda", "/customers/c-1002", 200, {"id": "c-1001", "tier": "standard"})


@fault("endpoint-not-json", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 200 with JSON that is cut off."""
    fix_answer(world, "dev-ec2", "/version", 200, b'{"version": "1.8')


@fault("endpoint-empty-body", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 200 with nothing."""
    fix_answer(world, "dev-lambda", "/version", 200, None)


@fault("endpoint-other-digest", item="smoke-tests")
def _(world: "World") -> None:
    """The service itself says that it runs another digest."""
    fix_answer(world, "dev-lambda", "/version", 200, {"version": "1.7.0", "digest": world.previous_digest})


@fault("endpoint-fails", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 500."""
    fix_answer(world, "dev-lambda", "/customers/c-1002", 500, {"title": "Internal Server Error"})


@fault("endpoint-slow", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers as declared, but later than it may."""
    as_declared = 'x-correlation-id = "?*" }, max_ms = '
    edit_settings(world, f"{as_declared}{ANSWER_MS}", f"{as_declared}{STRICT_MS}")
    world.edges["dev-ec2"].hang("GET /customers/*", TOO_LATE)


@fault("endpoint-without-correlation-id", item="smoke-tests")
def _(world: "World") -> None:
    """Answers lack the correlation id header that is declared."""
    for member in world.fronts["dev-lambda"].members:
        member.without_headers.add("X-Correlation-ID")


@fault("endpoint-body-cut-off", item="smoke-tests", kind="blind")
def _(world: "World") -> None:
    """An answer is shorter than its Content-Length says."""
    world.edges["dev-lambda"].cut("GET /customers/*")


@fault("endpoint-connection-closed", item="smoke-tests", kind="blind")
def _(world: "World") -> None:
    """The connection is closed without an answer."""
    world.edges["dev-lambda"].drop("GET /version")


@fault("orders-cannot-be-cancelled", item="synthetic-tests")
def _(world: "World") -> None:
    """Cancelling an order answers 500, which no smoke test tries."""
    world.edges["dev-lambda"].fail("DELETE /orders/*")


@fault("canary-failed", item="synthetic-tests")
def _(world: "World") -> None:
    """The last run of the Synthetics canary failed."""
    world.dev.canary.state, world.dev.canary.reason = "FAILED", "TimeoutError: waiting for selector `#order` failed"


@fault("canary-failed-in-one-browser", item="synthetic-tests")
def _(world: "World") -> None:
    """The canary runs in two browsers, and its last run failed in the second."""
    world.dev.canary.browsers = {"CHROME": "", "FIREFOX": "FAILED"}
    world.dev.canary.reason = "no basket"


@fault("canary-in-two-browsers", item="synthetic-tests", kind="clean")
def _(world: "World") -> None:
    """The canary runs in two browsers, and passes in both."""
    world.dev.canary.browsers = {"FIREFOX": "", "CHROME": ""}


@fault("canary-runs-right-now", item="synthetic-tests", kind="clean")
def _(world: "World") -> None:
    """A run of the canary is always in progress; the one before it passed."""
    world.dev.canary.running = True


@fault("canary-failed-before-this-run", item="synthetic-tests")
def _(world: "World") -> None:
    """A run of the canary is in progress, and the last finished one failed."""
    world.dev.canary.running = True
    world.dev.canary.state, world.dev.canary.reason = "FAILED", "no basket"


@fault("canary-runs-denied", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """A run of the canary is in progress, and the role may not read earlier runs."""
    world.dev.canary.running = True
    world.wire.deny("synthetics:GetCanaryRuns", account=world.dev.id)


@fault("command-fails", item="synthetic-tests")
def _(world: "World") -> None:
    """The other tool's functional check exits with 3."""
    written = world.promotion_toml
    vars(world)["promotion_toml"] = lambda places: written(places).replace("SystemExit(0)", "SystemExit(3)")


@fault("command-tests-nothing", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """The other tool finds no test, and exits with 0."""
    _tool(world, "print('no tests ran in 0.01s')")


@fault("command-skips-everything", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """The other tool skips every test, and exits with 0."""
    _tool(world, "print('4 skipped in 0.10s')")


@fault("command-skips-some", item="synthetic-tests", kind="clean")
def _(world: "World") -> None:
    """The other tool skips one of its tests."""
    _tool(world, "print('3 passed, 1 skipped in 0.10s')")


@fault("command-missing", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """The other tool is not installed where the gate runs."""
    written = world.promotion_toml

    def without_tool(places: Any) -> str:
        lines = written(places).splitlines()
        return "\n".join('command = ["no-such-tool-here"]' if line.startswith("command =") else line for line in lines)

    vars(world)["promotion_toml"] = without_tool


@fault("canary-stale", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """The Synthetics canary last ran two hours ago."""
    from promotion.sandbox.world.model import ago

    world.dev.canary.until = ago(hours=2)


wire_fault(
    "canaries-denied",
    "DescribeCanariesLastRun is denied.",
    "deny",
    "synthetics:DescribeCanariesLastRun",
    item="synthetic-tests",
    on="dev",
)


def _tool(world: "World", code: str) -> None:
    """Have the other tool do this and exit with 0."""
    written = world.promotion_toml
    vars(world)["promotion_toml"] = lambda places: written(places).replace("raise SystemExit(0)", code)
