"""What each value of AWS's enumerations means here, and that a value that is not in the table means nothing.

APIs get new values without notice, and a value that is compared by hand is misspelt without notice. So whatever is
decided by such a value is decided by one of these tables; a test holds each of them against botocore's model of the
service (its shapes are named below), and every literal in the code besides.

Sources: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html, API_InstanceTarget,
API_LambdaTarget, API_LifecycleEvent; https://docs.aws.amazon.com/codedeploy/latest/userguide/
integrations-aws-auto-scaling.html; https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
API_TargetHealth.html; https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html;
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from promotion.unknown import Reason, Unknown

M_co = TypeVar("M_co", bound=StrEnum, covariant=True)


@dataclass(frozen=True)
class Vocabulary(Generic[M_co]):
    """The values of one enumeration."""

    service: str
    """As boto3 calls it."""
    shape: str
    """In botocore's model of the service."""
    meanings: Mapping[str, M_co]
    undocumented: frozenset[str] = frozenset()
    """Values of the model of which AWS does not say what they mean: as good as not known."""

    def of(self, value: str, whose: str) -> M_co:
        """Give the meaning of a value. Raises Unknown, not-supported, for one that is not in the table.

        `whose` says in words what has the value: "the status of deployment d-ABC".
        """
        meaning = self.meanings.get(value)
        if meaning is not None:
            return meaning
        why = (
            "which AWS does not document"
            if value in self.undocumented
            else "which this release of promotion-checklist does not know"
        )
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{whose} is {value!r}, {why} ({self.shape} of {self.service}): check it in the console",
        )


class Origin(StrEnum):
    """Why there is a deployment."""

    RELEASE = "brings a revision"
    ROLLBACK = "redeploys an earlier revision, to roll back another deployment"
    SCALING = "gives new instances the revision of the others"
    TERMINATION = "runs scripts on instances that Auto Scaling is about to terminate: it deploys nothing"


class Outcome(StrEnum):
    """What became of a deployment."""

    UNFINISHED = "goes on"
    SUCCEEDED = "ended well"
    FAILED = "failed, or was stopped"


class Step(StrEnum):
    """What became of a deployment on one target, or of one lifecycle event there."""

    UNFINISHED = "pending, or in progress"
    SUCCEEDED = "ended well"
    FAILED = "ended badly"
    SKIPPED = "left out"
    UNTOLD = "CodeDeploy itself does not know"


class Health(StrEnum):
    """What a load balancer says of a registered target."""

    WELL = "receives traffic and passes its health checks"
    ILL = "fails its health checks"
    STARTING = "was registered just now, and has not passed its health checks yet"
    LEAVING = "receives no new requests: it is deregistered, or not in use"
    UNTOLD = "the load balancer does not know"


class Fitness(StrEnum):
    """Whether a version of a function can serve."""

    READY = "ready"
    PENDING = "being prepared"
    UNFIT = "not able to serve requests"


class Power(StrEnum):
    """Whether there is an instance."""

    RUNNING = "running"
    UP = "present, but not serving requests"
    GONE = "terminated, or about to be"


CREATOR = Vocabulary(
    "codedeploy",
    "DeploymentCreator",
    {
        "user": Origin.RELEASE,
        "CloudFormation": Origin.RELEASE,
        "codeDeployRollback": Origin.ROLLBACK,
        "CloudFormationRollback": Origin.ROLLBACK,
        "autoscaling": Origin.SCALING,
        "CodeDeployAutoUpdate": Origin.SCALING,
        "autoscalingTermination": Origin.TERMINATION,
    },
    undocumented=frozenset({"CodeDeploy"}),
)
DEPLOYMENT_STATUS = Vocabulary(
    "codedeploy",
    "DeploymentStatus",
    {
        "Created": Outcome.UNFINISHED,
        "Queued": Outcome.UNFINISHED,
        "InProgress": Outcome.UNFINISHED,
        "Baking": Outcome.UNFINISHED,
        "Ready": Outcome.UNFINISHED,
        "Succeeded": Outcome.SUCCEEDED,
        "Failed": Outcome.FAILED,
        "Stopped": Outcome.FAILED,
    },
)
_STEPS = {
    "Pending": Step.UNFINISHED,
    "InProgress": Step.UNFINISHED,
    "Succeeded": Step.SUCCEEDED,
    "Failed": Step.FAILED,
    "Skipped": Step.SKIPPED,
    "Unknown": Step.UNTOLD,
}
TARGET_STATUS = Vocabulary("codedeploy", "TargetStatus", {**_STEPS, "Ready": Step.UNFINISHED})
EVENT_STATUS = Vocabulary("codedeploy", "LifecycleEventStatus", _STEPS)
TARGET_HEALTH = Vocabulary(
    "elbv2",
    "TargetHealthStateEnum",
    {
        "healthy": Health.WELL,
        "unhealthy": Health.ILL,
        "initial": Health.STARTING,
        "draining": Health.LEAVING,
        "unhealthy.draining": Health.LEAVING,
        "unused": Health.LEAVING,
        "unavailable": Health.UNTOLD,
    },
)
VERSION_STATE = Vocabulary(
    "lambda",
    "State",
    {
        "Active": Fitness.READY,
        "Pending": Fitness.PENDING,
        # The first call of an inactive version fails.
        "Inactive": Fitness.UNFIT,
        "Failed": Fitness.UNFIT,
        "Deactivating": Fitness.UNFIT,
        "Deactivated": Fitness.UNFIT,
        "ActiveNonInvocable": Fitness.UNFIT,
        "Deleting": Fitness.UNFIT,
    },
)
LAST_UPDATE = Vocabulary(
    "lambda",
    "LastUpdateStatus",
    {"Successful": Fitness.READY, "InProgress": Fitness.PENDING, "Failed": Fitness.UNFIT},
)
INSTANCE_STATE = Vocabulary(
    "ec2",
    "InstanceStateName",
    {
        "running": Power.RUNNING,
        "pending": Power.UP,
        "stopping": Power.UP,
        "stopped": Power.UP,
        "shutting-down": Power.GONE,
        "terminated": Power.GONE,
    },
)
VOCABULARIES: tuple[Vocabulary[StrEnum], ...] = (
    CREATOR,
    DEPLOYMENT_STATUS,
    TARGET_STATUS,
    EVENT_STATUS,
    TARGET_HEALTH,
    VERSION_STATE,
    LAST_UPDATE,
    INSTANCE_STATE,
)
"""All of them."""
