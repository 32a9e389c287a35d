"""Have the service log what it should not: values of its secrets, and tokens that nobody has."""

import base64
import json
import random
import string
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

DATABASE, PAYMENT = "shop/dev/database", "shop/dev/payment-api"
AWKWARD = 'x"7\\q/Zk+4&<w %é=9Lr?'
"""A password that every encoding writes otherwise."""
TOKENS = {
    "github": ("ghp_", string.ascii_letters + string.digits, 36),
    "aws": ("AKIA", string.ascii_uppercase + "234567", 16),
    "stripe": ("sk_live_", string.ascii_letters + string.digits, 24),
    "slack": ("xoxb-", string.digits, 12),
}
"""How vendors' tokens begin, what follows, and how much of it."""


def token(vendor: str) -> str:
    """Make a token of a vendor's form that nobody has."""
    begin, alphabet, size = TOKENS[vendor]
    return begin + "".join(random.Random(vendor).choices(alphabet, k=size))


def jwt() -> str:
    """Make a JSON Web Token that nobody has signed."""
    parts = [
        json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "c-1001", "iat": 1790000000})
    ]
    parts.append(random.Random("jwt").randbytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def bearer() -> str:
    """Make a token that nobody gave."""
    return "".join(random.Random("bearer").choices(string.ascii_letters + string.digits, k=40))


def pending_value() -> str:
    """Make what a rotation prepares."""
    return "".join(random.Random("pending").choices(string.ascii_letters + string.digits, k=24))


def line(world: "World", target: str, text: str, *, minutes: float = 10, member: str | None = None) -> None:
    """Have a line logged this many minutes ago."""
    from promotion.sandbox.world.model import ago

    world.dev.logbook.say(target, text, at=ago(minutes=minutes), member=member)


def say(
    world: "World", target: str, message: str, *, minutes: float = 10, member: str | None = None, **fields: Any
) -> None:
    """Have the service log a line of JSON this many minutes ago."""
    known = {
        "level": "INFO",
        "service": "shop",
        "correlation_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
    }
    line(world, target, json.dumps({**known, "message": message, **fields}), minutes=minutes, member=member)


def document(world: "World", name: str, stage: str = "AWSCURRENT") -> str:
    """Give what is in a secret of dev."""
    kept = _versions(world, name)
    return str(next(one["secret_string"] for one in kept.values() if stage in one["version_stages"]))


def value(world: "World", name: str, key: str, stage: str = "AWSCURRENT") -> str:
    """Give one value that is in a secret of dev."""
    return str(json.loads(document(world, name, stage))[key])


def set_secret(world: "World", name: str, key: str, text: str) -> None:
    """Have a secret of dev had another value all the time."""
    for one in _versions(world, name).values():
        if "AWSCURRENT" in one["version_stages"]:
            one["secret_string"] = json.dumps({**json.loads(one["secret_string"]), key: text})


def pending(world: "World", name: str, key: str) -> str:
    """Have a rotation begun, and give the value it prepared."""
    text = pending_value()
    current = next(one for one in _versions(world, name).values() if "AWSCURRENT" in one["version_stages"])
    made = {**current, "version_id": "6f0a4a5e-9d5b-4f7c-8a80-3c9f0d1b2e34", "version_stages": ["AWSPENDING"]}
    made["secret_string"] = json.dumps({**json.loads(current["secret_string"]), key: text})
    _versions(world, name)[made["version_id"]] = made
    return text


def _versions(world: "World", name: str) -> dict[str, Any]:
    versions: dict[str, Any] = world.dev.backend("secretsmanager").secrets[name].versions
    return versions
