"""Faults of the item no-secrets-in-logs: what was logged that should not have been, and what only looks like it."""

import base64
import json
import random
import string
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.observability.hidden_logs import FILTER, ITEM, lose_pages
from promotion.sandbox.leak_lines import (
    AWKWARD,
    DATABASE,
    PAYMENT,
    TOKENS,
    bearer,
    document,
    jwt,
    line,
    pending,
    say,
    set_secret,
    token,
    value,
)

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World


@fault("leak-plain", item=ITEM)
def _(world: "World") -> None:
    """An instance logged the password of the database as it is."""
    say(world, "ec2", "could not connect", dsn=f"host=db user=shop secret {value(world, DATABASE, 'password')}")


@fault("leak-json-in-json", item=ITEM)
def _(world: "World") -> None:
    """An instance logged a request whose body, JSON inside JSON, holds a password full of quotes and backslashes."""
    set_secret(world, DATABASE, "password", AWKWARD)
    say(world, "ec2", "request", body=json.dumps({"user": "shop", "pass phrase": AWKWARD}))


@fault("leak-base64", item=ITEM)
def _(world: "World") -> None:
    """The function logged user and password in base64, as they are sent for basic authentication."""
    both = f"shop:{value(world, DATABASE, 'password')}"
    say(world, "lambda", "proxy settings", settings=base64.b64encode(both.encode()).decode())


@fault("leak-base64-of-document", item=ITEM)
def _(world: "World") -> None:
    """The function logged the whole secret, in base64, as it got it."""
    say(world, "lambda", "config", blob=base64.b64encode(document(world, PAYMENT).encode()).decode())


@fault("leak-url", item=ITEM)
def _(world: "World") -> None:
    """An instance logged an address with the password in its query, written as addresses are."""
    set_secret(world, DATABASE, "password", AWKWARD)
    say(world, "ec2", "GET", url=f"/login?user=shop&p={quote(AWKWARD, safe='')}")


@fault("leak-hex", item=ITEM)
def _(world: "World") -> None:
    """The function dumped bytes in hexadecimal digits, the key of the payment service among them."""
    say(world, "lambda", "wire", bytes=f"00ff{value(world, PAYMENT, 'api_key').encode().hex()}0d0a")


@fault("leak-cut-off", item=ITEM)
def _(world: "World") -> None:
    """The logger cut an event off in the middle of the key of the payment service."""
    key = value(world, PAYMENT, "api_key")
    line(world, "lambda", f"[ERROR] RuntimeError: refused: {'x' * 900} key {key[: len(key) * 6 // 10]}")


@fault("leak-utf-16", item=ITEM)
def _(world: "World") -> None:
    """An instance logged bytes of a client that writes UTF-16, and so the password with zeros in between."""
    line(world, "ec2", value(world, DATABASE, "password").encode("utf-16-le").decode("latin-1"))


@fault("leak-over-two-events", item=ITEM)
def _(world: "World") -> None:
    """The key of the payment service was broken in two by the width of a console: half of it in each of two events."""
    key = value(world, PAYMENT, "api_key")
    line(world, "ec2", f"header {key[: len(key) // 2]}")
    line(world, "ec2", key[len(key) // 2 :])


@fault("leak-previous-value", item=ITEM)
def _(world: "World") -> None:
    """The function logged the password that the database had before its rotation."""
    say(world, "lambda", "old credentials", tried=value(world, DATABASE, "password", "AWSPREVIOUS"))


@fault("leak-pending-value", item=ITEM)
def _(world: "World") -> None:
    """The password that a rotation has prepared, and that is not in use yet, is in the log of an instance."""
    say(world, "ec2", "next credentials", next=pending(world, DATABASE, "password"))


@fault("leak-in-platform-line", item=ITEM)
def _(world: "World") -> None:
    """The runtime of the function printed an exception with the key of the payment service in its text."""
    key = value(world, PAYMENT, "api_key")
    line(
        world,
        "lambda",
        f"[ERROR] HTTPError: 401 for https://payments.example?k={key}\nTraceback (most recent call last):",
    )


@fault("leak-of-old-version", item=ITEM)
def _(world: "World") -> None:
    """The previous version, which took most of the traffic during the deployment, logged the password."""
    line(world, "lambda", f"debug {value(world, DATABASE, 'password')}", minutes=38, member="7")


@fault("leak-often", item=ITEM)
def _(world: "World") -> None:
    """Each of sixty lines of an instance carries the key of the payment service."""
    for minute in range(30):
        for instance in world.dev.green:
            say(world, "ec2", f"calling with {value(world, PAYMENT, 'api_key')}", minutes=minute, member=instance)


@fault("leak-after-empty-page", item=ITEM)
def _(world: "World") -> None:
    """The password is in the log, of which the first page is empty."""
    say(world, "ec2", "connected", to=value(world, DATABASE, "password"))
    world.wire.empty_page(FILTER)


@fault("leak-with-clock-ahead", item=ITEM)
def _(world: "World") -> None:
    """An instance whose clock runs an hour ahead logged the password: its event seems to be in the future."""
    line(world, "ec2", f"connected {value(world, DATABASE, 'password')}", minutes=-60)


@fault("leak-before-lost-page", item=ITEM)
def _(world: "World") -> None:
    """The password is on the first page of a log whose next page is never given."""
    line(world, "ec2", f"connected {value(world, DATABASE, 'password')}", minutes=39)
    lose_pages(world)


@fault("leak-github-token", item=ITEM)
def _(world: "World") -> None:
    """An instance logged how it cloned a repository, with somebody's token of GitHub."""
    say(world, "ec2", "git clone", argv=["git", "-c", f"credential.helper=!echo {token('github')}", "clone", "shop"])


@fault("leak-aws-key", item=ITEM)
def _(world: "World") -> None:
    """The function logged its environment, an access key of AWS in it."""
    say(world, "lambda", "environment", env=json.dumps({"AWS_ACCESS_KEY_ID": token("aws")}))


@fault("leak-stripe-key", item=ITEM)
def _(world: "World") -> None:
    """The function logged a live key of Stripe, JSON in JSON in JSON."""
    say(world, "lambda", "charge", request=json.dumps({"headers": json.dumps({"key": token("stripe")})}))


@fault("leak-slack-token", item=ITEM)
def _(world: "World") -> None:
    """An instance logged the token of a bot of Slack."""
    tail = random.Random("slack").choices(TOKENS["github"][1], k=24)
    say(world, "ec2", "notify", token=f"{token('slack')}-{token('slack')[5:]}-{''.join(tail)}")


@fault("leak-jwt", item=ITEM)
def _(world: "World") -> None:
    """The function logged the session of a customer, a JSON Web Token, inside a line of headers."""
    say(world, "lambda", "headers", headers=json.dumps({"cookie": f"session={jwt()}; path=/"}))


@fault("leak-bearer", item=ITEM)
def _(world: "World") -> None:
    """An instance logged the authorization header of a request."""
    say(world, "ec2", "headers", headers=json.dumps({"Authorization": f"Bearer {bearer()}"}))


@fault("leak-connection-string", item=ITEM)
def _(world: "World") -> None:
    """An instance logged the address of a database with somebody's password in it."""
    say(world, "ec2", "pool", url="postgresql://report:" + "Vk7zQ2mT9xLw" + "@db.internal.example:5432/shop")


@fault("leak-private-key", item=ITEM)
def _(world: "World") -> None:
    """An instance logged a private key, each of its lines an event."""
    dice = random.Random("key")
    body = ["".join(dice.choices(string.ascii_letters + string.digits + "+/", k=64)) for _ in range(24)]
    for one in ("-----BEGIN RSA " + "PRIVATE KEY-----", *body, "-----END RSA " + "PRIVATE KEY-----"):
        line(world, "ec2", one)


@fault("leak-look-alikes", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The logs contain digests, ids, tags and traces, which look as random as secrets do."""
    dice = random.Random("look-alikes")

    def digits(size: int) -> str:
        return f"{dice.getrandbits(4 * size):0{size}x}"

    say(world, "ec2", "image", digest=f"sha256:{digits(64)}", commit=digits(40), etag=f'"{digits(32)}"')
    trace = f"1-{digits(8)}-{digits(24)}"
    say(world, "lambda", "trace", header=f"Root={trace};Parent={digits(16)};Sampled=1", id=f"{digits(8)}-{digits(4)}")
    blob = base64.b64encode(dice.randbytes(48)).decode()
    say(world, "lambda", "page", next_token=blob, role_id="AROA" + token("aws")[4:] + ":shop", max_tokens=4096)


@fault("leak-example-key", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The function logged the access key that is in AWS's documentation."""
    say(world, "lambda", "help", text="set AWS_ACCESS_KEY_ID=" + "AKIAIOSFODNN7" + "EXAMPLE")


@fault("leak-of-name", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The function logged which secret it reads, by name and ARN, and not what is in it."""
    say(world, "lambda", "reading", secret=DATABASE, arn=world.dev.secrets["database"])


@fault("leak-of-user-name", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """An instance logged the parts of the database secret that are not secret: user, host and port."""
    kept = json.loads(document(world, DATABASE))
    say(world, "ec2", "connected", user=kept["username"], host=kept["host"], port=kept["port"], engine=kept["engine"])


@fault("leak-masked", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The logger replaced secret values by asterisks."""
    say(world, "lambda", "login", body=json.dumps({"password": "********", "api_key": "[REDACTED]", "token": "***"}))
    line(world, "ec2", "dsn=postgresql://shop:********@db.internal.example/shop Authorization: Bearer ***")


@fault("leak-before-deployment", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """What ran before the deployment logged the password."""
    line(world, "ec2", f"connected {value(world, DATABASE, 'password')}", minutes=50, member=world.dev.blue[0])


@fault("leak-few-events", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Only one request in forty is logged."""
    logbook, number = world.dev.logbook, count()
    request = logbook._request

    def seldom(*args: Any, **more: Any) -> None:
        if next(number) % 40 == 0:
            request(*args, **more)

    vars(logbook)["_request"] = seldom
