"""CodeDeploy application revisions: what a deployment installed, with the content that GetDeployment never gives.

Source: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_GetApplicationRevision.html
"""

from typing import Any

from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException

from promotion.sandbox.moto_patches import operation
from promotion.sandbox.moto_patches.deployments import without_content
from promotion.sandbox.moto_patches.paging import page

PAGE = 100


class RevisionDoesNotExist(ServiceException):
    """The application never had that revision."""

    code = "RevisionDoesNotExistException"


def identity(revision: dict[str, Any]) -> tuple[Any, ...]:
    """Give what makes a revision the same one: the hash of an AppSpec, or the place in S3."""
    kind = revision["revisionType"]
    if kind == "S3":
        place = revision["s3Location"]
        return kind, place["bucket"], place["key"]
    if kind == "GitHub":
        return kind, revision["gitHubLocation"]["repository"], revision["gitHubLocation"]["commitId"]
    return kind, (revision.get("appSpecContent") or revision["string"])["sha256"]


def _uses(backend: Any, application: str) -> dict[tuple[Any, ...], list[Any]]:
    backend.get_application(application)
    uses: dict[tuple[Any, ...], list[Any]] = {}
    for deployment in sorted(backend.deployments.values(), key=lambda deployment: deployment.create_time):
        if deployment.application_name == application:
            uses.setdefault(identity(deployment.revision), []).append(deployment)
    return uses


@operation(CodeDeployResponse)
def GetApplicationRevision(backend: Any, ask: Any) -> dict[str, Any]:
    """Give one revision in full, and who used it when."""
    application = ask("applicationName")
    try:
        used = _uses(backend, application)[identity(ask("revision"))]
    except KeyError:
        raise RevisionDoesNotExist("The specified revision does not exist.") from None
    return {
        "applicationName": application,
        "revision": used[0].revision,
        "revisionInfo": {
            "description": "Application revision registered by Deployment ID: " + used[0].deployment_id,
            "deploymentGroups": sorted({deployment.deployment_group_name for deployment in used}),
            "firstUsedTime": used[0].create_time,
            "lastUsedTime": used[-1].create_time,
            "registerTime": used[0].create_time,
        },
    }


@operation(CodeDeployResponse)
def ListApplicationRevisions(backend: Any, ask: Any) -> dict[str, Any]:
    """Name the revisions of an application by first use, newest last unless asked otherwise."""
    found = [without_content(used[0].revision) for used in _uses(backend, ask("applicationName")).values()]
    if ask("sortOrder") == "descending":
        found.reverse()
    revisions, token = page(found, ask("nextToken"), PAGE)
    return {"revisions": revisions, "nextToken": token}
