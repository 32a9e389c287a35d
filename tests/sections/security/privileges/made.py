"""Roles made up for a test, and what is found of them."""

from datetime import UTC, datetime

from promotion.clients.aws.iam import PolicyDocument, RolePolicies
from promotion.sections.security.privileges import judgement
from promotion.settings.privileges import Role

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements):
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions, resources="*", **more):
    """A statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions, resources="*", **more):
    """A statement that denies."""
    return {**allow(actions, resources, **more), "Effect": "Deny"}


def when(operator, key, value):
    """A condition, as a keyword."""
    return {"Condition": {operator: {key: value}}}


def judge(*statements, boundary=None, trust=(LAMBDA,), kind="function", **declared):
    """Judge a role with one inline policy."""
    look = RolePolicies(
        "shop",
        f"arn:aws:iam::{ACCOUNT}:role/shop",
        document(*trust),
        (PolicyDocument("own", "inline", document(*statements)),) if statements else (),
        None if boundary is None else PolicyDocument("limit", "boundary", document(*boundary)),
    )
    role = Role.model_validate({"name": "shop", "kind": kind, **declared})
    return judgement.judge_role(look, role, "eu-west-1", now=NOW)


def kinds(*statements, **more):
    """The kinds of what is found."""
    return sorted({finding.kind for finding in judge(*statements, **more).findings})
