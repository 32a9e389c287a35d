"""A world small enough to be built in no time: moto with one function, and a front-end. `one|many` serves it."""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from promotion.sandbox import fork_server as parent
from promotion.sandbox import preload as warm
from promotion.sandbox import transport
from promotion.sandbox.catalogue import fault
from promotion.sandbox.endpoints import Places

ACCOUNT = "111122223333"
FUNCTION = "shop-api"


def says(text: str) -> Any:
    """Make an application that says one thing, in which process, and the time as it sees it."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{text} {os.getpid()} {time.time()}".encode()]

    return app


@dataclass
class StandIn:
    """As much of a world as `live` needs."""

    aws: Any
    registry: Any = field(default_factory=lambda: says("registry"))
    github: Any = field(default_factory=lambda: says("github"))
    fronts: Mapping[str, Any] = field(default_factory=lambda: {"dev-ec2": says("dev"), "prod-ec2": says("prod")})
    digest: str = "sha256:" + "0" * 64

    def promotion_toml(self, places: Places) -> str:
        """Say where AWS is."""
        return f'aws = "{places.aws}"\nca = "{places.ca_file}"\n'

    def environment(self, places: Places) -> dict[str, str]:
        """Say where AWS is, and a secret."""
        return {"AWS_ENDPOINT_URL": places.aws, "AWS_SECRET_ACCESS_KEY": "it's secret"}

    def lambda_client(self) -> Any:
        """Give a client without a socket."""
        return transport.client(self.aws, ACCOUNT, "lambda")


def build() -> StandIn:
    """Build moto with one Lambda function."""
    warm.prepare()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    world = StandIn(DomainDispatcherApplication(create_backend_app))
    role = transport.client(world.aws, ACCOUNT, "iam").create_role(RoleName="shop", AssumeRolePolicyDocument="{}")
    image = {"ImageUri": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:{'0' * 64}"}
    world.lambda_client().create_function(
        FunctionName=FUNCTION, Role=role["Role"]["Arn"], PackageType="Image", Code=image
    )
    return world


def declare_faults() -> None:
    """Faults of the stand-in, declared only in a process that serves it."""

    @fault("function-gone", item="lambda-deployed")
    def function_gone(world):
        """Delete the function."""
        world.lambda_client().delete_function(FunctionName=FUNCTION)

    @fault("function-denied", item="lambda-deployed", kind="blind")
    def function_denied(world):
        """Let nobody look at the function."""
        world.wire.deny("lambda:GetFunction")

    @fault("stand-in-certificate-expired", item="https-alb")
    def certificate_expired(world):
        """Let the certificate of prod have expired."""
        world.tls.show("prod-ec2", "expired")

    @fault("breaks", item="https-alb")
    def breaks(world):
        """Break while it is seeded."""
        raise KeyError("nothing there")

    @fault("exits", item="https-alb")
    def exits(world):
        """End the process."""
        sys.exit(3)


if __name__ == "__main__":
    declare_faults()
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    {"one": parent.give_one, "many": parent.give_worlds}[sys.argv[1]](build, sys.stdin.buffer, answers)
