"""Versions of a secret: when each was made.

moto says of every version that it was made now. https://docs.aws.amazon.com/secretsmanager/latest/apireference/
API_SecretVersionsListEntry.html: CreatedDate is when the version was created.
"""

import json
from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend

from promotion.sandbox.moto_patches import amends


@amends(SecretsManagerBackend, "list_secret_version_ids")
def each_of_its_own_age(original: Any, self: Any, secret_id: str) -> str:
    """Tell of each version when it was made."""
    told = json.loads(original(self, secret_id))
    versions = self.secrets[secret_id].versions
    for version in told["Versions"]:
        version["CreatedDate"] = versions[version["VersionId"]]["createdate"]
    return json.dumps(told)
