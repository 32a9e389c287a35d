"""The CloudWatch Synthetics canary of an environment."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.moto_patches.canaries import Schedule

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment


def start(environment: "Environment") -> None:
    """Make the canary, which has been running every five minutes for a long time."""
    name = environment.canary_name
    bucket = f"shop-canary-{environment.id}"
    environment.client("synthetics").create_canary(
        Name=name,
        Code={"Handler": "heartbeat.handler", "S3Bucket": bucket, "S3Key": "heartbeat.zip"},
        ArtifactS3Location=f"s3://{bucket}/canary/{name}",
        ExecutionRoleArn=environment.role("shop-canary"),
        Schedule={"Expression": "rate(5 minutes)", "DurationInSeconds": 0},
        RunConfig={"TimeoutInSeconds": 60},
        RuntimeVersion="syn-nodejs-puppeteer-11.0",
    )
    canary = environment.backend("synthetics").canaries[name]
    canary.state = "RUNNING"
    canary.runs = Schedule(every=timedelta(minutes=5))
