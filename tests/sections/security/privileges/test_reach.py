"""The roles that a role may pass on or assume: which are looked at, and how many."""

import pytest

from promotion.clients.aws.iam import PolicyDocument, RolePolicies
from promotion.sandbox.world import build
from promotion.sections.security.privileges.powers import roles_within_reach
from promotion.sections.security.privileges.within_reach import MOST, existing_roles
from promotion.unknown import Reason, Unknown
from tests.sections.security.privileges.made import ACCOUNT, LAMBDA, allow, document

OWN = f"arn:aws:iam::{ACCOUNT}:role/shop"


def reach(*statements):
    """What a role of these statements may pass on or assume."""
    own = PolicyDocument("own", "inline", document(*statements))
    return roles_within_reach(RolePolicies("shop", OWN, document(LAMBDA), (own,)))


def test_named_roles_and_patterns_of_the_account_count():
    """By either action, whatever its case or wildcards; of this account or of any, and once."""
    here, anywhere = f"arn:aws:iam::{ACCOUNT}:role/a", "arn:aws:iam::*:role/team/*"
    found = reach(allow("IAM:passrole", here), allow("sts:Assume*", anywhere), allow("iam:*", here))
    assert found == (here, anywhere)


def test_what_is_no_role_of_the_account_is_not_looked_at():
    """Other accounts, other kinds of ARN, other actions, and everything, which is a finding by itself."""
    other = "arn:aws:iam::999988887777:role/a"
    assert reach(allow("iam:PassRole", other), allow("iam:PassRole", "*"), allow("iam:GetRole", OWN)) == ()


@pytest.fixture(scope="module")
def account():
    """Dev of the sandbox's world, in this process."""
    return build().dev


def test_a_role_that_is_not_there_is_left_out(account):
    """And the role itself is not its own neighbour."""
    here = f"arn:aws:iam::{account.id}:role"
    found = existing_roles(
        account, (f"{here}/shop-lambda", f"{here}/former", f"{here}/shop-ca*"), f"{here}/shop-lambda"
    )
    assert [one.name for one in found] == ["shop-canary"]


def test_more_roles_than_are_looked_at_are_unknown(account):
    """None of them is left out in silence."""
    for number in range(MOST + 1):
        account.backend("iam").create_role(f"many-{number:03}", document_text(), "/", None, "", [], "3600")
    with pytest.raises(Unknown) as trouble:
        existing_roles(account, (f"arn:aws:iam::{account.id}:role/many-*",), OWN)
    assert trouble.value.reason is Reason.NOT_SUPPORTED
    assert f"{MOST + 1} roles" in trouble.value.message


def document_text():
    """A trust policy, as IAM takes it."""
    import json

    return json.dumps(document(LAMBDA))
