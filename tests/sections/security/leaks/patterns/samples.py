"""Values of every kind, made at run time from samples.toml: no secret, real or made up, stands in the repository."""

import base64
import json
import random
import re
import string
import tomllib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

SHAPES = Path(__file__).with_name("samples.toml")
BASE64 = string.ascii_letters + string.digits + "+/"
SETS = {
    "a": string.ascii_letters + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "h": "0123456789abcdef",
    "x": "0123456789ABCDEF",
    "d": string.digits,
    "w": string.ascii_letters + string.digits + "-_",
    "b": BASE64,
    "L": string.ascii_letters,
    "t": string.ascii_lowercase + "234567",
    "T": string.ascii_uppercase + "234567",
    "k": string.ascii_uppercase + "234567",
    "A": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "K": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
}
FIELD = re.compile(r"\{(?:(\w)\*(\d+)|([a-z_]\w+))\}")


@dataclass(frozen=True)
class Sample:
    """One made-up secret, as a program would write it."""

    kind: str
    name: str
    """What the value is called; empty for a text that stands by itself."""
    value: str


def shapes() -> dict[str, list[str | list[str]]]:
    """Give the shapes of every kind."""
    return {kind: list(forms) for area in tomllib.loads(SHAPES.read_text()).values() for kind, forms in area.items()}


def samples(each: int = 1, seed: int = 5) -> Iterator[Sample]:
    """Make so many values of every shape of every kind, the same ones for the same seed."""
    for kind, forms in shapes().items():
        for number, form in enumerate(forms):
            chance = random.Random(f"{seed} {kind} {number}")
            for _ in range(each):
                name, shape = form if isinstance(form, list) else ("", form)
                yield Sample(kind, name, filled(shape, chance))


def _made(field: re.Match[str], chance: random.Random) -> str:
    if field[1]:
        return _some(SETS[field[1]], int(field[2]), chance)
    return MADE[field[3]](chance) if field[3] in MADE else field[0]


def filled(shape: str, chance: random.Random) -> str:
    """Give a text with a shape's fields filled in."""
    return FIELD.sub(lambda field: _made(field, chance), shape)


def _some(chars: str, length: int, chance: random.Random) -> str:
    return "".join(chance.choices(chars, k=length))


def _url64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _password(chance: random.Random) -> str:
    parts = (
        ("ABCDEFGHJKLMNPQRSTUVWXYZ", 4),
        ("abcdefghjkmnpqrstuvwxyz", 6),
        ("23456789", 4),
        ("_.!~-", 2),
        ("abcxyz", 1),
    )
    return "".join(_some(chars, length, chance) for chars, length in parts)


def _jwt(chance: random.Random) -> str:
    head = {"alg": "HS256", "typ": "JWT"}
    claims = {"sub": _some(SETS["a"], 12, chance), "exp": chance.randrange(10**9, 2 * 10**9)}
    return f"{_url64(json.dumps(head))}.{_url64(json.dumps(claims))}.{_some(SETS['w'], 43, chance)}"


def _key_id_in_base64(chance: random.Random) -> str:
    before = _some(string.ascii_lowercase, chance.randrange(3), chance)
    return _base64(f"{before}AKIA{_some(SETS['k'], 16, chance)}:x")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _second_line(chance: random.Random, *, openssh: bool) -> str:
    return chance.choice([key for key in _keys() if ("OPENSSH" in key) is openssh]).splitlines()[1]


MADE: dict[str, Callable[[random.Random], str]] = {
    "uuid": lambda chance: str(uuid.UUID(int=chance.getrandbits(128), version=4)),
    "password": _password,
    "basic": lambda chance: _base64(f"deploy:{_some(SETS['a'], 19, chance)}"),
    "json": lambda chance: _url64(
        json.dumps({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": _some(SETS["a"], 9, chance)})
    ),
    "jwt": _jwt,
    "snowflake": lambda chance: _base64(str(chance.randrange(10**17, 10**18))).rstrip("="),
    "b64key": _key_id_in_base64,
    "pem": lambda chance: chance.choice(_keys()),
    "pembody": lambda chance: _second_line(chance, openssh=False),
    "sshbody": lambda chance: _second_line(chance, openssh=True),
    "harmless": lambda chance: _base64(json.dumps({"id": chance.randrange(10**9), "items": [1, 2, 3], "name": "lamp"})),
    "zeros": lambda _: "A" * 64,
    # Of AWS's documentation; in two parts, as a file that holds it whole is reported by those who look for keys.
    "aws_example_id": lambda _: "AKIA" + "IOSFODNN7EXAMPLE",
    "aws_example_key": lambda _: "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
}
"""Fields that are more than characters out of a set."""


@cache
def _keys() -> tuple[str, ...]:
    """Give private keys of several kinds, made by a library that knows their forms."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    plain, pem, form = serialization.NoEncryption(), serialization.Encoding.PEM, serialization.PrivateFormat
    large, curve = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    made = [
        large.private_bytes(pem, form.PKCS8, plain),
        large.private_bytes(pem, form.TraditionalOpenSSL, plain),
        curve.private_bytes(pem, form.PKCS8, plain),
        curve.private_bytes(pem, form.TraditionalOpenSSL, plain),
        ec.generate_private_key(ec.SECP384R1()).private_bytes(pem, form.PKCS8, plain),
        ed25519.Ed25519PrivateKey.generate().private_bytes(pem, form.PKCS8, plain),
        ed25519.Ed25519PrivateKey.generate().private_bytes(pem, form.OpenSSH, plain),
    ]
    return tuple(key.decode() for key in made)


def _assigned(sample: Sample) -> str:
    return f"{sample.name}={sample.value}" if sample.name else sample.value


def _object(sample: Sample) -> dict[str, object]:
    return {"level": "info", sample.name or "detail": sample.value, "n": 7}


def _for_html(text: str) -> str:
    """Escape as Go's and Gson's writers of JSON do."""
    return "".join(f"\\u{ord(char):04x}" if char in "<>&='" else char for char in text)


def _php(text: str) -> str:
    return text.replace("/", "\\/")


NESTINGS = {
    "plain": lambda one: f"2026-11-23T22:15:00Z INFO starting with {_assigned(one)}",
    "colon": lambda one: f"  {one.name}: {one.value}" if one.name else f"using {one.value}.",
    "quoted": lambda one: repr({one.name or "detail": one.value}),
    "logfmt": lambda one: f"ts=1 level=info {one.name or 'detail'}={json.dumps(one.value)} n=7",
    "json": lambda one: json.dumps(_object(one)),
    "json tight": lambda one: json.dumps(_object(one), separators=(",", ":")),
    "json of PHP": lambda one: _php(json.dumps(_object(one))),
    "json for HTML": lambda one: _for_html(json.dumps(_object(one))),
    "json in json": lambda one: json.dumps({"message": json.dumps(_object(one))}),
    "json in json in json": lambda one: json.dumps({"a": json.dumps({"b": json.dumps(_object(one))})}),
    "pretty json in json": lambda one: json.dumps({"message": json.dumps(_object(one), indent=2)}),
    "lines in json": lambda one: json.dumps({"message": f"env:\n{_assigned(one)}\nend"}),
    "lines in json in json": lambda one: json.dumps({"m": json.dumps({"message": f"env:\n{_assigned(one)}\nend"})}),
    "url": lambda one: f"GET /in?{quote(one.name) or 'q'}={quote(one.value, safe='')}&x=1 HTTP/1.1",
    "url in json": lambda one: json.dumps({"path": f"/in?{quote(one.name) or 'q'}={quote(one.value, safe='')}"}),
    "json in url": lambda one: f"GET /in?body={quote(json.dumps(_object(one)), safe='')} HTTP/1.1",
    "environment of ECS": lambda one: json.dumps({"environment": [{"name": one.name or "X", "value": one.value}]}),
    "colours": lambda one: f"\x1b[32mINFO\x1b[0m \x1b[36m{_assigned(one)}\x1b[0m",
}
"""Ways in which a log holds a text."""


def nested(sample: Sample) -> dict[str, bytes]:
    """Give the sample in a line of a log of every kind."""
    return {nesting: (write(sample) + "\n").encode() for nesting, write in NESTINGS.items()}
