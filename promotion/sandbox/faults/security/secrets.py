"""Faults of the item secrets-manager: secrets that cannot be used, or by too many."""

import json
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.model import Environment

ITEM = "secrets-manager"
STRANGER = "123456789012"
READ = "secretsmanager:GetSecretValue"


@fault("secret-to-be-deleted", item=ITEM)
def _(world: "World") -> None:
    """A secret of prod is scheduled to be deleted in a week."""
    _manager(world).delete_secret(SecretId="shop/prod/database", RecoveryWindowInDays=7)


@fault("secret-missing", item=ITEM)
def _(world: "World") -> None:
    """There is no secret of the name that prod needs."""
    _manager(world).delete_secret(SecretId="shop/prod/database", ForceDeleteWithoutRecovery=True)


@fault("secret-without-current-version", item=ITEM)
def _(world: "World") -> None:
    """No version of a secret of prod is labelled AWSCURRENT."""
    for version in world.prod.secret["database"].versions.values():
        version["version_stages"] = [stage for stage in version["version_stages"] if stage != "AWSCURRENT"]


@fault("secret-key-disabled", item=ITEM)
def _(world: "World") -> None:
    """The key of the secrets of prod is disabled."""
    world.prod.client("kms").disable_key(KeyId=_key(world))


@fault("secret-key-to-be-deleted", item=ITEM)
def _(world: "World") -> None:
    """The key of the secrets of prod is scheduled to be deleted."""
    world.prod.client("kms").schedule_key_deletion(KeyId=_key(world), PendingWindowInDays=7)


@fault("secret-under-aws-managed-key", item=ITEM)
def _(world: "World") -> None:
    """A secret of prod is encrypted with the key that AWS manages, where the settings require a customer managed key."""
    _under_aws_managed_key(world)


@fault("secret-key-policy-without-account", item=ITEM)
def _(world: "World") -> None:
    """The policy of the key names administrators alone, so that what the roles' own policies allow does not count."""
    _key_policy(world, {"AWS": f"arn:aws:iam::{world.prod.id}:role/key-administrator"}, "kms:*")


@fault("role-may-not-read-secret", item=ITEM)
def _(world: "World") -> None:
    """The role of the prod function may decrypt, but not read the secrets."""
    _amend(world.prod, "shop-lambda", lambda statements: [one for one in statements if one["Action"] != READ])


@fault("role-may-not-decrypt-secret", item=ITEM)
def _(world: "World") -> None:
    """The role of the prod instances may read the secrets, but not decrypt them."""
    _amend(world.prod, "shop-instance", _without_decrypt)


@fault("role-may-decrypt-elsewhere", item=ITEM)
def _(world: "World") -> None:
    """The role of the prod function may decrypt what comes through S3 alone."""

    def elsewhere(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for one in statements:
            if one["Action"] == "kms:Decrypt":
                one["Condition"] = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
        return statements

    _amend(world.prod, "shop-lambda", elsewhere)


@fault("role-denied-secret", item=ITEM)
def _(world: "World") -> None:
    """The role of the prod function is allowed and denied to read a secret."""
    deny = {"Effect": "Deny", "Action": "secretsmanager:*", "Resource": world.prod.secrets["database"]}
    _amend(world.prod, "shop-lambda", lambda statements: [*statements, deny])


@fault("role-boundary-without-secrets", item=ITEM)
def _(world: "World") -> None:
    """The permissions boundary of the prod instances' role leaves out Secrets Manager."""
    iam = world.prod.client("iam")
    document = _document({"Effect": "Allow", "Action": ["logs:*", "s3:*", "cloudwatch:*", "kms:*"], "Resource": "*"})
    arn = iam.create_policy(PolicyName="shop-boundary-without-secrets", PolicyDocument=document)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="shop-instance", PermissionsBoundary=arn)


@fault("role-may-read-every-secret", item=ITEM, falls_with=("least-privilege[prod shop-lambda]",))
def _(world: "World") -> None:
    """The role of the prod function may read every secret of the account."""
    _reads(world.prod, "shop-lambda", "*")


@fault("role-may-read-a-neighbour", item=ITEM)
def _(world: "World") -> None:
    """The role of the prod instances may read everything below `shop/prod/`, where another secret is."""
    _manager(world).create_secret(Name="shop/prod/accounting", SecretString="{}")
    _reads(world.prod, "shop-instance", f"arn:aws:secretsmanager:eu-west-1:{world.prod.id}:secret:shop/prod/*")


@fault("secret-policy-denies-role", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret denies everybody but the rotation, the service too."""
    _policy(world, {"Effect": "Deny", "NotPrincipal": {"AWS": world.prod.role("shop-rotation")}, "Action": READ})


@fault("secret-public", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets anybody read it."""
    _policy(world, {"Effect": "Allow", "Principal": "*", "Action": READ})


@fault("secret-public-but-for-one", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets everybody but one role read it."""
    _policy(world, {"Effect": "Allow", "NotPrincipal": {"AWS": world.prod.role("shop-rotation")}, "Action": READ})


@fault("secret-public-under-a-condition", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets anybody read it, on a condition that everybody meets."""
    condition = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/shop-*"}}
    _policy(world, {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": READ, "Condition": condition})


@fault("secret-shared-with-a-stranger", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets in another account, which is not declared."""
    _policy(world, {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}, "Action": READ})


@fault("secrets-not-loaded", item=ITEM)
def _(world: "World") -> None:
    """One of the prod instances came up without its secrets."""
    world.fronts["prod-ec2"].members[world.prod.green[1]].secrets_loaded = False


@fault("one-secret-not-loaded", item=ITEM)
def _(world: "World") -> None:
    """The prod function says that it is ready, and that one of its secrets is missing."""
    from promotion.sandbox.order import Reply

    told = {"shop/prod/database": "loaded", "shop/prod/payment-api": "missing"}
    for member in world.fronts["prod-lambda"].members:
        member.fixed["/ready"] = Reply(200, {"status": "ready", "secrets": told})


@fault("secret-being-rotated", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A rotation has put a version labelled AWSPENDING beside the current one."""
    _manager(world).put_secret_value(SecretId="shop/prod/database", SecretString="{}", VersionStages=["AWSPENDING"])


@fault("other-secrets-on-second-page", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The list of secrets begins with an empty page and a token, and the answers of the policy simulator do."""
    world.wire.empty_page("iam:SimulatePrincipalPolicy")
    world.wire.empty_page("secretsmanager:ListSecrets")


@fault("secret-policy-for-the-organisation", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The resource policy of a secret names anybody, of one organisation."""
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    _policy(world, {"Effect": "Allow", "Principal": "*", "Action": READ, "Condition": condition})


@fault("secret-policy-wants-encrypted-calls", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The resource policy of a secret denies everybody who does not call over TLS."""
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    _policy(world, {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Condition": condition})


@fault("secret-shared-as-declared", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The resource policy of a secret lets in another account, which is declared."""
    _policy(world, {"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": READ})
    _declare(world, "prod/database", shared_with=f'["{STRANGER}"]')


@fault("secret-read-by-its-own-policy", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The role of the prod function may read a secret because the secret's own policy names it."""
    other = world.prod.secrets["payment-api"]
    _reads(world.prod, "shop-lambda", other)
    _policy(world, {"Effect": "Allow", "Principal": {"AWS": world.prod.role("shop-lambda")}, "Action": READ})


@fault("secret-key-names-the-roles", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The key's policy lets the roles decrypt, and their own policies do not mention it."""
    roles = [world.prod.role(name) for name in ("shop-lambda", "shop-instance")]
    _key_policy(world, {"AWS": roles}, ["kms:Decrypt", "kms:DescribeKey"])
    for name in ("shop-lambda", "shop-instance"):
        _amend(world.prod, name, _without_decrypt)


@fault("secret-under-aws-managed-key-as-declared", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A secret may have the key that AWS manages, and then nobody needs to be allowed to decrypt."""
    for name in ("database", "payment-api"):
        _under_aws_managed_key(world, name)
        _declare(world, f"prod/{name}", customer_key="false")
    for role in ("shop-lambda", "shop-instance"):
        _amend(world.prod, role, _without_decrypt)


@fault("neighbour-that-nobody-reads", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """There is another secret beside those of the service, and its roles may not read it."""
    _manager(world).create_secret(Name="accounting", SecretString="{}")


@fault("secret-used-by-one-target", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The instances may not read a secret that only the function uses."""
    _reads(world.prod, "shop-instance", world.prod.secrets["database"])
    _declare(world, "prod/payment-api", used_by='["lambda"]')


@fault("secrets-throttled-once", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Secrets Manager, KMS and IAM throttle once."""
    for action in ("secretsmanager:DescribeSecret", "kms:DescribeKey", "iam:SimulatePrincipalPolicy"):
        world.wire.throttle(action, times=1)


wire_fault(
    "secrets-denied", "DescribeSecret is denied in prod.", "deny", "secretsmanager:DescribeSecret", item=ITEM, on="prod"
)


wire_fault(
    "secret-versions-denied",
    "ListSecretVersionIds is denied in prod.",
    "deny",
    "secretsmanager:ListSecretVersionIds",
    item=ITEM,
    on="prod",
)


wire_fault(
    "secret-policy-denied",
    "GetResourcePolicy is denied in prod.",
    "deny",
    "secretsmanager:GetResourcePolicy",
    item=ITEM,
    on="prod",
)


@fault("secret-policy-unreadable", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The resource policy of a secret is cut off."""
    world.prod.secret["database"].policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "All'


wire_fault(
    "other-secrets-denied",
    "ListSecrets is denied in prod, so it is unknown what else the roles may read.",
    "deny",
    "secretsmanager:ListSecrets",
    item=ITEM,
    on="prod",
)


wire_fault("secret-key-denied", "DescribeKey is denied in prod.", "deny", "kms:DescribeKey", item=ITEM, on="prod")


wire_fault(
    "secret-key-policy-denied", "GetKeyPolicy is denied in prod.", "deny", "kms:GetKeyPolicy", item=ITEM, on="prod"
)


wire_fault(
    "policy-simulation-throttled",
    "The policy simulator of prod throttles every attempt.",
    "throttle",
    "iam:SimulatePrincipalPolicy",
    item=ITEM,
    on="prod",
)


wire_fault(
    "policy-simulation-cut-off",
    "The answer of the policy simulator of prod is cut off half-way, with status 200.",
    "truncate",
    "iam:SimulatePrincipalPolicy",
    item=ITEM,
    on="prod",
)


wire_fault(
    "instance-profile-denied",
    "GetInstanceProfile is denied in prod, so it is unknown which role the instances use.",
    "deny",
    "iam:GetInstanceProfile",
    item=ITEM,
    on="prod",
)


@fault("readiness-unreachable", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The prod function closes the connection when it is asked whether it is ready."""
    world.edges["prod-lambda"].drop("GET /ready")


@fault("readiness-not-declared", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """Nothing says how the application tells that it has loaded a secret."""
    _declare(world, "prod/database", ready="")


@fault("secret-for-any-organisation", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets in every organisation: the pattern is all of them."""
    condition = {"StringLike": {"aws:PrincipalOrgID": "o-*"}}
    _policy(world, {"Effect": "Allow", "Principal": "*", "Action": READ, "Condition": condition})


@fault("secret-for-an-undeclared-account", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets in anybody of an account that nobody declared."""
    condition = {"StringEquals": {"aws:PrincipalAccount": STRANGER}}
    _policy(world, {"Effect": "Allow", "Principal": "*", "Action": READ, "Condition": condition})


@fault("secret-for-the-roles-of-an-undeclared-account", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets in the roles of an account that nobody declared."""
    condition = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{STRANGER}:role/*"}}
    root = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
    _policy(world, {"Effect": "Allow", "Principal": root, "Action": READ, "Condition": condition})


@fault("secret-for-a-name-in-any-account", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets in roles of one name, in any account that has a number."""
    condition = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::?*:role/shop-*"}}
    _policy(world, {"Effect": "Allow", "Principal": "*", "Action": READ, "Condition": condition})


@fault("secret-public-and-denied-elsewhere", item=ITEM)
def _(world: "World") -> None:
    """The resource policy of a secret lets anybody read it, and denies everybody to delete it."""
    anybody = {"Effect": "Allow", "Principal": "*", "Action": READ, "Resource": "*"}
    delete = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}
    world.prod.secret["database"].policy = _document(anybody, delete)


@fault("secret-policy-outside-the-boundary", item=ITEM)
def _(world: "World") -> None:
    """The secret's policy names the role of the prod instances, whose permissions boundary leaves out Secrets Manager."""
    iam = world.prod.client("iam")
    limit = _document({"Effect": "Allow", "Action": ["logs:*", "s3:*", "cloudwatch:*", "kms:*"], "Resource": "*"})
    arn = iam.create_policy(PolicyName="shop-boundary-without-secrets", PolicyDocument=limit)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="shop-instance", PermissionsBoundary=arn)
    _policy(world, {"Effect": "Allow", "Principal": {"AWS": world.prod.role("shop-instance")}, "Action": READ})


@fault("secret-public-and-denied-again", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The resource policy of a secret lets anybody read it, and denies it to all but the account."""
    others = {"StringNotEquals": {"aws:PrincipalAccount": world.prod.id}}
    anybody = {"Effect": "Allow", "Principal": "*", "Action": READ, "Resource": "*"}
    denied = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": others}
    world.prod.secret["database"].policy = _document(anybody, denied)


@fault("secret-for-its-own-account-by-a-variable", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The resource policy of a secret lets in the account that the secret is in."""
    condition = {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}
    _policy(world, {"Effect": "Allow", "Principal": "*", "Action": READ, "Condition": condition})


@fault("secret-key-for-everybody-of-the-account", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The key lets everybody of the account decrypt through Secrets Manager; the roles' policies do not mention it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": world.prod.id,
                "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
            }
        },
    }
    world.prod.backend("kms").put_key_policy(_key(world), _document(statement))
    for name in ("shop-lambda", "shop-instance"):
        _amend(world.prod, name, _without_decrypt)


@fault("secret-denial-spares-a-role-alone", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A denial spares the roles by NotPrincipal and not their account, which AWS's page says it must name."""
    roles = [world.prod.role(name) for name in ("shop-lambda", "shop-instance")]
    _policy(world, {"Effect": "Deny", "NotPrincipal": {"AWS": roles}, "Action": READ})


wire_fault(
    "secrets-not-listed",
    "Secrets Manager lists no secret in prod, while it describes those that are declared.",
    "empty",
    "secretsmanager:ListSecrets",
    item="secrets-manager",
    on="prod",
)


def _key(world: "World") -> str:
    return world.prod.secrets_key.rpartition("/")[2]


def _manager(world: "World") -> Any:
    return world.prod.client("secretsmanager")


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _policy(world: "World", statement: dict[str, Any]) -> None:
    """Give the database's secret of prod a resource policy of one statement."""
    world.prod.secret["database"].policy = _document({"Resource": "*", **statement})


def _key_policy(world: "World", principal: dict[str, Any], actions: Any) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
    world.prod.backend("kms").put_key_policy(_key(world), _document(statement))


def _under_aws_managed_key(world: "World", name: str = "database") -> None:
    from moto.secretsmanager.models import SecretsManagerBackend

    world.prod.secret[name].kms_key_id = SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS


def _amend(environment: "Environment", role: str, change: Any) -> None:
    """Change the statements of a role's policy about secrets."""
    found = next(one for one in environment.backend("iam").get_roles() if one.name == role)
    found.policies["secrets"] = _document(*change(json.loads(found.policies["secrets"])["Statement"]))


def _reads(environment: "Environment", role: str, resource: str) -> None:
    """Let a role read other secrets than it does."""

    def amended(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**one, "Resource": resource} if one["Action"] == READ else one for one in statements]

    _amend(environment, role, amended)


def _without_decrypt(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in statements if one["Action"] != "kms:Decrypt"]


def _declare(world: "World", secret: str, **keys: str) -> None:
    from promotion.sandbox.world.declared.secrets import declare

    declare(world, secret, **keys)
