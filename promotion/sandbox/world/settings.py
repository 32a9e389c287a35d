"""The settings that describe a world to the gate: promotion.toml, and the environment variables beside it."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.sandbox.patience import ANSWER_MS, CONNECT_SECONDS, DEADLINE_SECONDS, READ_SECONDS
from promotion.sandbox.world.api_metrics import REST_STAGE
from promotion.sandbox.world.declared import (
    baseline,
    channels,
    earlier,
    leaks,
    network,
    plan,
    postdeploy,
    privileges,
    rollback,
    secrets,
)
from promotion.sandbox.world.names import (
    ALIAS,
    BRANCH,
    EC2_APPLICATION,
    EC2_LOGS,
    FUNCTION,
    GITHUB_REPOSITORY,
    LAMBDA_APPLICATION,
    LAMBDA_LOGS,
    REGION,
    REPOSITORY_URI,
    SERVICE,
)
from promotion.sandbox.world.names import CHECKER as CHECKER_ROLE
from promotion.sandbox.world.neighbour import SHORT as NEIGHBOUR
from promotion.sandbox.world.notices import SLACK_TOKEN, STATUSPAGE_TOKEN, TEAMS_SIGNATURE
from promotion.sandbox.world.pipeline import BUILD_JOBS, TOKEN
from promotion.sandbox.world.supply_chain import ATTESTATION_KEY, IMAGE_KEY, new_key

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World
    from promotion.sandbox.world.model import Environment

ATTEMPTS = 2
"""Tries of a throttled call: faults of that kind last for ever, and waiting for them is waiting for nothing."""

LOG_LAG = 3
"""Seconds in which a request must show in its log: here a line is there at once, so a lost one need not be waited for."""


def promotion_toml(world: "World", places: "Places") -> str:
    """Write the settings by which the gate finds the world; the public keys that they name go beside them."""
    parts = [
        f"service = {text(SERVICE)}" + earlier.line(world, places),
        _image(world, places),
        _github(places),
        f"[limits]\nlog_lag_seconds = {LOG_LAG}",
        _looking(),
        "[acting]\nec2 = true",
    ]
    for environment in (world.dev, world.prod):
        parts += [_environment(environment, places), _targets(environment, places), _reads(environment)]
    parts += [_writes(), _journeys(world.dev)]
    areas = (secrets, leaks, privileges, network, rollback, plan, channels, postdeploy, baseline)
    parts += [area.toml(world, places) for area in areas]
    return "\n\n".join(part for part in parts if part) + "\n"


def environment(world: "World", places: "Places") -> dict[str, str]:
    """Give the environment variables of a pipeline in the tools account."""
    key, secret = world.access_key
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_RETRY_MODE": "standard",
        "AWS_MAX_ATTEMPTS": str(ATTEMPTS),
        "GITHUB_TOKEN": TOKEN,
        "SLACK_TOKEN": SLACK_TOKEN,
        "STATUSPAGE_TOKEN": STATUSPAGE_TOKEN,
        "TEAMS_WEBHOOK": f"{places.channels}/teams/workflows/releases?sig={TEAMS_SIGNATURE}",
        # A proxy of the machine must not be asked for what is served on the machine itself.
        "NO_PROXY": "127.0.0.1,localhost",
    }


def text(value: str) -> str:
    """Write a string as TOML does; a JSON string without escapes beyond ASCII is one."""
    return json.dumps(value, ensure_ascii=False)


def _looking() -> str:
    return f"""[looking]
attempts = {ATTEMPTS}
connect_timeout = {CONNECT_SECONDS}
read_timeout = {READ_SECONDS}
deadline = {DEADLINE_SECONDS}"""


def _image(world: "World", places: "Places") -> str:
    keys = {name: str(Path(places.ca_file).with_name(name)) for name in (IMAGE_KEY, ATTESTATION_KEY)}
    for name, path in keys.items():
        Path(path).write_text(new_key(name).public.pem, encoding="ascii")
    attested = f"{{ key = {text(keys[ATTESTATION_KEY])} }}"
    return f"""[image]
repository = {text(REPOSITORY_URI)}
endpoint_url = {text(places.registry)}
signer = {{ key = {text(keys[IMAGE_KEY])} }}

[image.aws]
account = {text(world.tools.id)}
region = {text(REGION)}
role = {text(world.tools.role(CHECKER_ROLE))}
endpoint_url = {text(places.aws)}

[image.sbom]
signer = {attested}
validate_schema = {str(find_spec("cyclonedx") is not None).lower()}

[image.vulnerabilities]
signer = {attested}"""


def _github(places: "Places") -> str:
    return f"""[github]
repository = {text(GITHUB_REPOSITORY)}
api_url = {text(places.github)}
build_workflow = "build.yml"
protected_branch = {text(BRANCH)}
required_jobs = {json.dumps(BUILD_JOBS)}
provenance_signer = {{ key = {text(str(Path(places.ca_file).with_name(ATTESTATION_KEY)))} }}"""


def _environment(environment: "Environment", places: "Places") -> str:
    return f"""[{environment.name}]
account = {text(environment.id)}
region = {text(REGION)}
role = {text(environment.role(CHECKER_ROLE))}
endpoint_url = {text(places.aws)}
ca_bundle = {text(places.ca_file)}
health_max_ms = {environment.health_max_ms}
dashboard = "shop-{environment.name}\""""


def _targets(environment: "Environment", places: "Places") -> str:
    e = environment.name
    return f"""[{e}.targets.lambda]
kind = "lambda"
url = {text(places.fronts[f"{e}-lambda"])}
function = {text(FUNCTION)}
alias = {text(ALIAS)}
codedeploy = {{ application = {text(LAMBDA_APPLICATION)}, group = "shop-lambda-{e}" }}
api = {{ {_api(environment)} }}
logs = {{ group = {text(LAMBDA_LOGS)} }}

[{e}.targets.ec2]
kind = "ec2"
url = {text(places.fronts[f"{e}-ec2"])}
load_balancer = "shop-{e}"
target_groups = {json.dumps([f"shop-{e}-{short}" for short in environment.target_groups])}
other_target_groups = {json.dumps([f"shop-{e}-{NEIGHBOUR}"])}
instances = {len(environment.green)}
codedeploy = {{ application = {text(EC2_APPLICATION)}, group = "shop-ec2-{e}" }}
revision_key = "shop/{{digest}}.zip"
logs = {{ group = {text(EC2_LOGS)} }}"""


def _api(environment: "Environment") -> str:
    if environment.api_kind == "http":
        return f'kind = "http", id = {text(environment.api)}, stage = "$default"'
    return f'kind = "rest", name = "shop-{environment.name}", stage = {text(REST_STAGE)}'


def _reads(environment: "Environment") -> str:
    """Requests that change nothing, for both targets."""
    return "\n\n".join(
        f"""[[{environment.name}.smoke_tests]]
name = "{target} {name}"
target = "{target}"
path = "{path}"
expect = {{ {expect}, max_ms = {ANSWER_MS} }}"""
        for target in ("lambda", "ec2")
        for name, path, expect in (
            ("list orders", "/orders?customer=c-1001", 'json = { "length(orders) > `0`" = true }'),
            (
                "read a customer",
                "/customers/c-1002",
                'json = { tier = "plus" }, headers = { content-type = "application/json*", x-correlation-id = "?*" }',
            ),
            ("tell the version", "/version", f'json = {{ digest = "{environment.digest}" }}'),
            ("load the secrets", "/ready", 'json = { status = "ready" }'),
            ("refuse what is not there", "/orders/o-0", "status = 404"),
        )
    )


def _writes() -> str:
    """Requests that change something, in dev alone."""
    return "\n\n".join(
        f"""[[dev.smoke_tests]]
name = "{target} refuse an incomplete order"
method = "POST"
target = "{target}"
path = "/orders"
json = {{ customer = "nobody", items = [] }}
expect.status = 422
expect.max_ms = {ANSWER_MS}
expect.json = {{ "length(errors)" = 2 }}
expect.headers = {{ content-type = "application/problem+json*" }}

[[dev.smoke_tests]]
name = "{target} take an order"
method = "POST"
target = "{target}"
path = "/orders"
json = {{ customer = "c-1001", items = [{{ sku = "cup", quantity = 2 }}] }}
expect = {{ status = 201, json = {{ total_cents = 2580 }}, headers = {{ location = "/orders/o-*" }}, max_ms = {ANSWER_MS} }}"""
        for target in ("lambda", "ec2")
    )


def _journeys(environment: "Environment") -> str:
    steps = "\n\n".join(
        f"""[[dev.journeys]]
name = "order through {target}"
kind = "steps"
target = "{target}"

[[dev.journeys.steps]]
name = "create"
method = "POST"
path = "/orders"
json = {{ customer = "c-1002", items = [{{ sku = "tea-250", quantity = 1 }}] }}
capture = {{ order = "id" }}
expect = {{ status = 201, json = {{ status = "open" }}, max_ms = {ANSWER_MS} }}

[[dev.journeys.steps]]
name = "read"
path = "/orders/{{order}}"
expect = {{ json = {{ id = "{{order}}", total_cents = 790 }}, max_ms = {ANSWER_MS} }}

[[dev.journeys.steps]]
name = "cancel"
method = "DELETE"
path = "/orders/{{order}}"
expect = {{ status = 204, max_ms = {ANSWER_MS} }}

[[dev.journeys.steps]]
name = "gone"
path = "/orders/{{order}}"
expect = {{ status = 404, max_ms = {ANSWER_MS} }}"""
        for target in ("lambda", "ec2")
    )
    return f"""{steps}

[[dev.journeys]]
name = "heartbeat"
kind = "canary"
canary = {text(environment.canary_name)}

[[dev.journeys]]
name = "another tool"
kind = "command"
command = [{text(sys.executable)}, "-c", "raise SystemExit(0)"]"""
