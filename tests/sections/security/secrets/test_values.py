"""Values are read sealed: every version with a label, sensitive fields alone, and nothing of them is logged."""

import json
import logging

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from promotion.clients.aws.account import Account
from promotion.core.redact import Redactor
from promotion.sections.security.leaks.known_values import KnownPlaintext
from promotion.sections.security.secrets.sensitive import sensitive
from promotion.sections.security.secrets.values import load_values
from promotion.settings import load
from promotion.settings.secrets import Secret
from promotion.unknown import Unknown

NAME = "shop/dev/database"
CURRENT, PREVIOUS, PENDING = (letter * 32 for letter in "abc")
PASSWORDS = {CURRENT: "Tq8vW2xR5mK9sLp4", PREVIOUS: "Hn3cZ7bY1dF6gJ0w", PENDING: "Qe5uI8oA2rT9yP4k"}
LABELS = {CURRENT: ["AWSCURRENT"], PREVIOUS: ["AWSPREVIOUS"], PENDING: ["AWSPENDING"]}


@pytest.fixture
def aws():
    client = boto3.client("secretsmanager", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber


def document(password):
    return json.dumps({"engine": "postgres", "username": "shop", "password": password, "host": "db.internal.example"})


def versions(stubber, ids, next_token=None):
    listed = [{"VersionId": one, "VersionStages": LABELS[one]} for one in ids]
    more = {"NextToken": next_token} if next_token else {}
    stubber.add_response("list_secret_version_ids", {"Versions": listed, **more})


def value(stubber, version, **content):
    stubber.add_response("get_secret_value", content, {"SecretId": NAME, "VersionId": version})


def opened(sealed):
    with sealed.open() as one:
        return bytes(one).decode()


def test_every_version_that_has_a_label(aws):
    """Current, previous and pending, over several pages; the password alone, and not the user or the host."""
    versions(aws, [PREVIOUS], "more")
    versions(aws, [PENDING, CURRENT])
    for version in (CURRENT, PREVIOUS, PENDING):
        value(aws, version, SecretString=document(PASSWORDS[version]))
    found = load_values(aws.client, Secret(name=NAME))
    assert {one.label: opened(one) for one in found} == {
        f"{NAME} password": PASSWORDS[CURRENT],
        f"{NAME} password (previous)": PASSWORDS[PREVIOUS],
        f"{NAME} password (pending)": PASSWORDS[PENDING],
    }
    aws.assert_no_pending_responses()


def test_a_pending_version_without_a_value(aws):
    """A rotation makes the label first."""
    versions(aws, [CURRENT, PENDING])
    value(aws, CURRENT, SecretString=document(PASSWORDS[CURRENT]))
    aws.add_client_error("get_secret_value", "ResourceNotFoundException", "no value for AWSPENDING")
    assert len(load_values(aws.client, Secret(name=NAME))) == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "DecryptionFailure"])
def test_the_current_value_must_be_had(aws, code):
    """What the client says comes through."""
    versions(aws, [CURRENT])
    aws.add_client_error("get_secret_value", code, "no")
    with pytest.raises(ClientError):
        load_values(aws.client, Secret(name=NAME))


def test_denied_for_the_previous_version(aws):
    """It may be in the logs as well, so it must be looked for."""
    versions(aws, [CURRENT, PREVIOUS])
    value(aws, CURRENT, SecretString=document(PASSWORDS[CURRENT]))
    aws.add_client_error("get_secret_value", "AccessDeniedException", "no")
    with pytest.raises(ClientError):
        load_values(aws.client, Secret(name=NAME))


@pytest.mark.parametrize(
    ("content", "declared", "says"),
    [
        ({}, (), "returned no value"),
        ({"SecretString": '{"host": "db.internal.example", "port": 5432}'}, (), "no field"),
        ({"SecretString": '{"password": "Tq8vW2xR5mK9sLp4"}'}, ("passwort",), "names passwort"),
    ],
)
def test_nothing_to_look_for_is_said(aws, content, declared, says):
    """It is never a clean log."""
    versions(aws, [CURRENT])
    value(aws, CURRENT, **content)
    with pytest.raises(Unknown, match=says) as unknown:
        load_values(aws.client, Secret(name=NAME, sensitive=declared))
    assert "Tq8vW2x" not in str(unknown.value)


def test_without_a_current_version(aws):
    """Nothing current can be looked for."""
    versions(aws, [PREVIOUS])
    with pytest.raises(Unknown, match="AWSCURRENT"):
        load_values(aws.client, Secret(name=NAME))


def test_bytes_are_whole(aws):
    """A SecretBinary that is no text has no fields."""
    versions(aws, [CURRENT])
    value(aws, CURRENT, SecretBinary=bytes(range(100, 140)))
    (found,) = load_values(aws.client, Secret(name=NAME))
    assert found.label == NAME
    assert not KnownPlaintext([found]).too_short


TAKEN = [
    ("a text", "Tq8vW2xR5mK9sLp4", {"": "Tq8vW2xR5mK9sLp4"}),
    ("a number", '{"pin": 482910}', {"pin": "482910"}),
    ("nested", '{"smtp": {"user": "u", "password": "p"}, "keys": ["k"]}', {"smtp.password": "p", "keys.0": "k"}),
    ("an address", '{"url": "postgres://shop:p%40ss@db/shop"}', {"url": "p%40ss", "url ": "p@ss"}),
    ("random", '{"value": "f3Kq9ZxT7mWv2LpN8sRd"}', {"value": "f3Kq9ZxT7mWv2LpN8sRd"}),
    ("a private key", '{"pem": "-----BEGIN PRIVATE KEY-----x"}', {"pem": "-----BEGIN PRIVATE KEY-----x"}),
    ("an address as a whole", "redis://:p4ss@cache:6379", {"": "p4ss"}),
    ("a list", '["a", "b"]', {"": '["a", "b"]'}),
]  # fmt: skip
LEFT = [
    '{"username": "shopshopshop", "host": "db.internal.example", "port": 5432, "engine": "postgres"}',
    '{"key_id": "AKIAIOSFODNN7EXAMPLE", "token_url": "https://login.example/token", "client_id": "f3Kq9ZxT7mWv2LpN8sRd"}',
    '{"dbInstanceIdentifier": "shop-dev-1", "masterarn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}',
    '{"endpoint": "https://payments.example", "enabled": true, "nothing": null, "empty_password": ""}',
    '{"publicKey": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "path": "/var/run/secrets/shop/database-01"}',
]


@pytest.mark.parametrize(("what", "text", "expected"), TAKEN, ids=[one[0] for one in TAKEN])
def test_what_is_secret_of_a_value(what, text, expected):
    """By the name of a field, by how random it looks, and within addresses."""
    assert sensitive(text, ()) == [(field.strip(), part) for field, part in expected.items()]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_not(text):
    """Users, hosts, names and addresses are in logs rightly."""
    assert sensitive(text, ()) == []


def test_declared_fields_decide():
    """Only these, wherever they are."""
    text = '{"password": "a", "extra": {"answer": "b", "list": ["c"]}}'
    assert sensitive(text, ["answer", "extra.list"]) == [("extra.answer", "b"), ("extra.list.0", "c")]


def test_nothing_is_logged(caplog, world_pool, monkeypatch):
    """Not by boto3 either, which logs whole answers at DEBUG: asked over HTTP, as in a run."""
    for name in (None, "botocore", "botocore.parsers", "botocore.endpoint", "boto3", "urllib3"):
        caplog.set_level(logging.DEBUG, name)
    with world_pool.world() as world:
        for name, text in world.environment.items():
            monkeypatch.setenv(name, text)
        settings = load(world.config).settings
        account = Account("dev", settings.dev, settings.looking, Redactor())
        found = load_values(account.client("secretsmanager"), settings.dev.secrets[0])
    assert [one.label for one in found] == [f"{NAME} password", f"{NAME} password (previous)"]
    assert "GetSecretValue" in caplog.text
    for one in found:
        assert opened(one) not in caplog.text
