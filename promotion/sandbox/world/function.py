"""The Lambda function of an environment: versions of container images, and the alias that callers use."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.world.names import ALIAS, FUNCTION, REPOSITORY_URI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promotion.sandbox.world.model import Environment

MEMORY_MB = 512
TIMEOUT_SECONDS = 10


def publish(environment: "Environment", digests: "Sequence[str]", published: datetime) -> None:
    """Publish a version for each digest, the first as version 1, and let the alias name the last one.

    `published` is when the last version came; the others came two days apart.
    """
    functions, backend = environment.client("lambda"), environment.backend("lambda")
    functions.create_function(
        FunctionName=FUNCTION,
        PackageType="Image",
        Code={"ImageUri": f"{REPOSITORY_URI}@{digests[0]}"},
        Role=environment.role("shop-lambda"),
        MemorySize=MEMORY_MB,
        Timeout=TIMEOUT_SECONDS,
        Architectures=["x86_64"],
        TracingConfig={"Mode": "Active"},
        VpcConfig={
            "SubnetIds": environment.private_subnets,
            "SecurityGroupIds": [environment.groups["function"]],
        },
        Environment={
            "Variables": {
                "LOG_LEVEL": "INFO",
                "DATABASE_SECRET": f"shop/{environment.name}/database",
                "PAYMENT_API_SECRET": f"shop/{environment.name}/payment-api",
            }
        },
    )
    for number, digest in enumerate(digests, start=1):
        if number > 1:
            backend.get_function(FUNCTION).update_function_code({"ImageUri": f"{REPOSITORY_URI}@{digest}"})
        version = backend.publish_version(FUNCTION, description=digest.removeprefix("sha256:")[:12])
        environment.versions[number] = digest
        when = published - timedelta(days=2 * (len(digests) - number))
        version.last_modified = f"{when:%Y-%m-%dT%H:%M:%S}.000+0000"
    backend.get_function(FUNCTION).last_modified = version.last_modified
    functions.create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=str(len(digests)))
