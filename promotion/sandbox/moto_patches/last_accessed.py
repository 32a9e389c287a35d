"""When services were last used by a role: every service that its policies name was, a moment ago, unless it was idle.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
"""

import json
import weakref
from datetime import UTC, datetime
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse
from moto.moto_api._internal import mock_random

from promotion.sandbox.moto_patches import operation
from promotion.sandbox.moto_patches.roles import several

_idle: "weakref.WeakKeyDictionary[Any, dict[tuple[str, str], datetime | None]]" = weakref.WeakKeyDictionary()
_jobs: "weakref.WeakKeyDictionary[Any, dict[str, str]]" = weakref.WeakKeyDictionary()


def idle(backend: Any) -> dict[tuple[str, str], datetime | None]:
    """When a role (by name) used a service (`s3`) for the last time, None for never; for what is not here: just now."""
    return _idle.setdefault(backend, {})


@operation(IamResponse)
def GenerateServiceLastAccessedDetails(backend: Any, ask: Any) -> dict[str, Any]:
    """Begin a job, which is done at once."""
    role = next((role for role in backend.get_roles() if role.arn == ask("Arn")), None)
    if role is None:
        raise NotFoundException(f"ARN {ask('Arn')} does not exist")
    job = str(mock_random.uuid4())
    _jobs.setdefault(backend, {})[job] = role.name
    return {"JobId": job}


@operation(IamResponse)
def GetServiceLastAccessedDetails(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell what the job found."""
    role = backend.get_role(_jobs.get(backend, {})[ask("JobId")])
    now = datetime.now(UTC)
    found = []
    for service in sorted(_services(role)):
        used = idle(backend).get((role.name, service), now)
        found.append(
            {
                "ServiceName": service,
                "ServiceNamespace": service,
                "TotalAuthenticatedEntities": 1 if used else 0,
                **({"LastAuthenticated": used, "LastAuthenticatedEntity": role.arn} if used else {}),
            }
        )
    return {
        "JobStatus": "COMPLETED",
        "JobCreationDate": now,
        "JobCompletionDate": now,
        "ServicesLastAccessed": found,
        "IsTruncated": False,
    }


def _services(role: Any) -> set[str]:
    attached = [
        next(version.document for version in policy.versions if version.is_default)
        for policy in role.managed_policies.values()
    ]
    return {
        action.partition(":")[0].lower()
        for document in (*role.policies.values(), *attached)
        for statement in several(json.loads(document)["Statement"])
        for action in several(statement.get("Action", []))
        if statement["Effect"] == "Allow" and not action.startswith("*")
    }
