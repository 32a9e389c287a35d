"""Which conditions narrow what a statement gives.

A condition narrows if it ties a request to certain resources. Where a request comes from, who makes it, when and by
which protocol does not: the role that has the permission meets these itself. Nor does what holds when the key is
absent, or for any value.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterator, Mapping, Sequence

from promotion.sections.security.privileges.globs import matcher

Conditions = Mapping[str, Mapping[str, Sequence[str]]]

_OPERATORS = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "bool"})
"""Those that hold for named values alone. Their negations hold for nearly any."""
_WILD = frozenset({"stringlike", "arnequals", "arnlike"})
"""Those in which wildcards are wildcards."""
_RESOURCE_KEYS = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "cloudwatch:namespace",
        "dynamodb:leadingkeys",
        "ec2:createaction",
        "ec2:instanceprofile",
        "ec2:launchtemplate",
        "ec2:subnet",
        "ec2:vpc",
        "ecs:cluster",
        "iam:associatedresourcearn",
        "iam:passedtoservice",
        "iam:permissionsboundary",
        "iam:policyarn",
        "kms:grantisforawsresource",
        "kms:viaservice",
        "lambda:functionarn",
        "s3:dataaccesspointarn",
        "s3:prefix",
        "secretsmanager:name",
        "secretsmanager:secretid",
        "ssm:sessiondocumentaccesscheck",
    }
)
_RESOURCE_PREFIXES = ("kms:encryptioncontext:", "s3:existingobjecttag/", "ssm:resourcetag/")
_RESOURCE_TAG = ":resourcetag/"
_STRANGE = (
    "q7z-nobody-chose-this",
    "arn:aws:ec2:eu-west-3:210987654321:instance/q7z",
    "arn:aws:s3:::q7z-nobody",
    "q7z.amazonaws.com",
    "210987654321",
)
"""Values that nobody who narrows something has in mind."""


def narrowing_keys(conditions: Conditions) -> frozenset[str]:
    """Give the keys, in lower case, by which these conditions narrow; none, if they do not."""
    return frozenset(key for key, _ in _bound(conditions) if _is_about_resources(key))


def values_of(conditions: Conditions, key: str) -> tuple[str, ...]:
    """Give the values a key is bound to; none, if it is not bound or to anything at all."""
    return next((tuple(values) for bound, values in _bound(conditions) if bound == key.lower()), ())


def _bound(conditions: Conditions) -> Iterator[tuple[str, Sequence[str]]]:
    """Keys that must be there with one of certain values."""
    for written, keys in conditions.items():
        # `…IfExists` and `ForAllValues:` hold where the key is absent.
        operator = written.lower().removeprefix("foranyvalue:")
        if operator not in _OPERATORS:
            continue
        for key, values in keys.items():
            if values and not (operator in _WILD and any(_is_loose(value) for value in values)):
                yield key.lower(), values


def _is_loose(value: str) -> bool:
    return any(map(matcher((value,)), _STRANGE))


def _is_about_resources(key: str) -> bool:
    return key in _RESOURCE_KEYS or _RESOURCE_TAG in key or key.startswith(_RESOURCE_PREFIXES)
