"""The secrets of an environment, rotated on schedule, and the keys they are encrypted with."""

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.world.model import ago
from promotion.sandbox.world.names import REGION

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

ROTATED_DAYS_AGO = 9
EVERY_DAYS = 30
ROTATION = "shop-rotation"


def name_of(environment: "Environment", secret: str) -> str:
    """Give the name of `database` or `payment-api`."""
    return f"shop/{environment.name}/{secret}"


def values(environment: "Environment", generation: str) -> dict[str, dict[str, Any]]:
    """Give what is in the secrets, `current` or `previous`: the same in every world, and in no other place."""

    def made(what: str) -> str:
        return hashlib.sha256(f"{environment.id} {what} {generation}".encode()).hexdigest()

    return {
        "database": {
            "engine": "postgres",
            "host": f"shop.{environment.name}.internal.example",
            "port": 5432,
            "dbname": "shop",
            "username": "shop",
            "password": f"{made('password')[:20]}Aa1!",
        },
        "payment-api": {"api_key": f"pk_{made('api key')[:32]}", "endpoint": "https://payments.example"},
    }


def store(environment: "Environment") -> None:
    """Make the key, the rotation function and both secrets."""
    kms, manager = environment.client("kms"), environment.client("secretsmanager")
    key = kms.create_key(Description=f"secrets of shop in {environment.name}", Policy=_key_policy(environment))
    environment.secrets_key = key["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=f"alias/shop-{environment.name}-secrets", TargetKeyId=environment.secrets_key)
    kms.enable_key_rotation(KeyId=environment.secrets_key)
    _rotation_function(environment)
    backend = environment.backend("secretsmanager")
    rotation = f"arn:aws:lambda:{REGION}:{environment.id}:function:{ROTATION}"
    for secret, content in values(environment, "previous").items():
        name = name_of(environment, secret)
        environment.secrets[secret] = manager.create_secret(
            Name=name, SecretString=json.dumps(content), KmsKeyId=environment.secrets_key
        )["ARN"]
        manager.put_secret_value(SecretId=name, SecretString=json.dumps(values(environment, "current")[secret]))
        kept = backend.secrets[name]
        rotated = ago(days=ROTATED_DAYS_AGO)
        kept.rotation_enabled, kept.rotation_requested = True, True
        kept.rotation_lambda_arn, kept.auto_rotate_after_days = rotation, EVERY_DAYS
        kept.created_date = ago(days=200).timestamp()
        kept.last_changed_date = kept.last_rotation_date = rotated.timestamp()
        kept.next_rotation_date = (rotated + timedelta(days=EVERY_DAYS)).timestamp()


def _key_policy(environment: "Environment") -> str:
    owner = {"AWS": f"arn:aws:iam::{environment.id}:root"}
    statement = {"Sid": "account", "Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _rotation_function(environment: "Environment") -> None:
    environment.client("lambda").create_function(
        FunctionName=ROTATION,
        PackageType="Zip",
        Runtime="python3.13",
        Handler="rotation.handler",
        Code={"ZipFile": b"rotation"},
        Role=environment.role("shop-rotation"),
        Timeout=30,
    )
