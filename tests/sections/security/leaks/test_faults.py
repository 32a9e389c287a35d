"""Secrets in logs: a healthy world passes; each leak is caught by the item alone, each look-alike passes, blindness is unknown."""

import re
from collections import Counter

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge

ITEM = "no-secrets-in-logs"
CHOSEN = ("-m", "security", "-k", "no_secrets_in_logs")
FAULTS = [fault for fault in catalogue.load().values() if fault.item == ITEM]
FEW = "leak-few-events"
"""Beside each fault: what is looked for is a line or two, and thirty thousand others prove nothing more."""
OF_LOGS = ("logs-denied", "logs-throttled", "logs-cut-off", "log-group-missing")
LAMBDA, EC2 = "/aws/lambda/shop-api", "/shop/ec2"


def subjects(judged):
    """Every log group's status."""
    return {subject["name"]: subject for subject in judged.item(ITEM)["subjects"]}


def test_a_healthy_world_passes(world_pool, tmp_path):
    """Every event since the deployment is read once, every version of every secret is looked for, and nothing is found."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
        asked = Counter(call.action for call in world.calls() if call.action)
    assert judged.item(ITEM)["status"] == "passed", judged.printed
    assert asked["logs:DescribeLogGroups"] == 2
    for name, subject in subjects(judged).items():
        events = int(subject["measured"].split(" events")[0].replace(",", ""))
        assert events > 9000, name
        assert re.search("of 4[0-9] min", subject["measured"]), (
            "the deployment began 40 minutes before the world was built"
        )
        assert "; 4 values and " in subject["measured"]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A leak fails the group that holds it, a look-alike nothing, blindness makes it unknown; no other item falls."""
    with world_pool.world(*dict.fromkeys((FEW, fault.name))) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert judged.item(ITEM)["status"] == {"fault": "failed", "clean": "passed", "blind": "unknown"}[fault.kind], (
        judged.printed
    )
    assert {one.partition("[")[0] for one in judged.bad()} <= {ITEM}
    assert "Traceback" not in judged.printed
    if fault.kind == "fault":
        assert sum(subject["status"] == "failed" for subject in subjects(judged).values()) == 1
    for subject in subjects(judged).values():
        assert subject["status"] == "passed" or subject["message"]


@pytest.mark.parametrize("name", OF_LOGS)
def test_logs_that_cannot_be_read_are_unknown(world_pool, tmp_path, name):
    """What hinders reading logs at all hinders this too."""
    with world_pool.world(FEW, name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert judged.item(ITEM)["status"] == "unknown", judged.printed


def test_the_item_is_proven():
    """There are more than twenty leaks it must catch, look-alikes, and blindnesses that must not pass."""
    kinds = Counter(fault.kind for fault in FAULTS)
    assert kinds["fault"] >= 20
    assert kinds["clean"] >= 6
    assert kinds["blind"] >= 8


def test_a_finding_says_where_and_never_what(world_pool, tmp_path):
    """The message names secret, group, stream, event and time, and what to do; the record counts all and keeps some."""
    with world_pool.world(FEW, "leak-often") as world:
        judged = judge(world, tmp_path, *CHOSEN)
    message = subjects(judged)[EC2]["message"]
    for words in (
        "shop/dev/payment-api api_key",
        "60 times",
        "as plain",
        "2 streams",
        "stream i-",
        "rotate it",
        "waived",
    ):
        assert words in message
    found = judged.record["evidence"][f"dev_leaks[{EC2}]"]["value"]["leaks"]
    assert [(leak["kind"], leak["times"], len(leak["findings"])) for leak in found] == [("known", 60, 5)]
    assert {finding["length"] for finding in found[0]["findings"]} == {
        32
    }  # without the prefix that all keys of the vendor have
    assert len({finding["fingerprint"] for finding in found[0]["findings"]}) == 1


def settled(world, table):
    """Put settings into [leaks] of a world's promotion.toml."""
    text = world.config.read_text()
    assert text.count("[leaks]\n") == 1
    world.config.write_text(text.replace("[leaks]\n", f"[leaks]\n{table}\n"))


ALLOW = (
    'allow = [{{ {what}, reason = "a token of the tests, which nobody has", owner = "release-lead", until = {until} }}]'
)


@pytest.mark.parametrize(
    ("fault", "what", "until", "status"),
    [
        ("leak-aws-key", 'rule = "{rule}"', "2999-01-01", "passed"),
        ("leak-aws-key", 'rule = "{rule}"', "2020-01-01", "failed"),
        ("leak-aws-key", 'regex = "AKIA[A-Z2-7]+"', "2999-01-01", "passed"),
        ("leak-plain", 'regex = "."', "2999-01-01", "failed"),
        ("leak-few-events", 'regex = "."', "2999-01-01", "unknown"),
    ],
)
def test_what_an_allow_list_lets_through(world_pool, tmp_path, fault, what, until, status):
    """A pattern's finding until the day it says; never a secret's value; and not everything, which would be blindness."""
    with world_pool.world(*dict.fromkeys((FEW, fault))) as world:
        if "{rule}" in what:
            found = judge(world, tmp_path / "first", *CHOSEN).record["evidence"][f"dev_leaks[{LAMBDA}]"]["value"]
            what = what.format(rule=found["leaks"][0]["rule"])
        settled(world, ALLOW.format(what=what, until=until))
        judged = judge(world, tmp_path, *CHOSEN)
    assert judged.item(ITEM)["status"] == status, judged.printed
    if until.startswith("2020"):
        assert "was allowed until 2020-01-01" in subjects(judged)[LAMBDA]["message"]


def test_rules_of_ones_own(world_pool, tmp_path):
    """A file in gitleaks' format, named relative to promotion.toml, adds patterns; one that is not is unknown."""
    with world_pool.world(FEW) as world:
        settled(world, 'rules = ["own.toml"]')
        own = world.config.with_name("own.toml")
        own.write_text("[[rules]]\nid = \"order\"\nregex = '''request (completed)'''\n")
        judged = judge(world, tmp_path, *CHOSEN)
        assert judged.item(ITEM)["status"] == "failed", judged.printed
        assert "(order)" in subjects(judged)[EC2]["message"]
        world.config.write_text(world.config.read_text().replace("own.toml", "gone.toml"))
        judged = judge(world, tmp_path, *CHOSEN)
    assert judged.item(ITEM)["status"] == "unknown", judged.printed
    assert "gone.toml" in subjects(judged)[EC2]["message"]


def test_more_groups_and_other_secrets(world_pool, tmp_path):
    """A group that no target names is searched too; prod's secrets are looked for where the settings say so."""
    with world_pool.world(FEW, "leak-plain") as world:
        settled(world, 'groups = ["/shop/gone"]\nenvironments = ["dev", "prod"]')
        judged = judge(world, tmp_path, *CHOSEN)
    status = {name: subject["status"] for name, subject in subjects(judged).items()}
    assert status == {LAMBDA: "passed", EC2: "failed", "/shop/gone": "unknown"}, judged.printed
    assert "; 8 values and " in subjects(judged)[LAMBDA]["measured"]
