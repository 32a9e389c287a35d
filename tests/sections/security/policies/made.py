"""Policies, requests and places made up for a test."""

from datetime import UTC, datetime

from promotion.sections.security.policies.askers import Place
from promotion.sections.security.policies.requests import Principal, Request
from promotion.sections.security.policies.statements import identity_statements, resource_statements

HERE, THERE, ELSEWHERE = "111122223333", "123456789012", "999988887777"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PLACE = Place("aws", HERE, "eu-west-1", NOW)
ROLE = f"arn:aws:iam::{HERE}:role/shop"


def document(*statements):
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def identity(*statements):
    """The statements of an identity policy."""
    return identity_statements("own", document(*statements))


def resource(*statements):
    """The statements of a resource policy."""
    return resource_statements("its", document(*statements))


def on(operator, key, *values):
    """A condition, as a keyword."""
    return {"Condition": {operator: {key: list(values) if len(values) != 1 else values[0]}}}


def both(*conditions):
    """Several such conditions as one."""
    found = {}
    for condition in conditions:
        for operator, keys in condition["Condition"].items():
            found.setdefault(operator, {}).update(keys)
    return {"Condition": found}


def request(principal=None, action="s3:GetObject", on="arn:aws:s3:::shop/a", **context):
    """A request; keys are written with `__` for `:` and `_` for `/`."""
    values = {
        key.replace("__", ":").lower(): value if isinstance(value, tuple) else (value,)
        for key, value in context.items()
    }
    return Request(principal or Principal("role", HERE, ROLE), action, on, values)
