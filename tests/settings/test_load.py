"""From promotion.toml, the environment and the command line to settings."""

import tomllib
from pathlib import Path

import pytest

from promotion.settings import SettingsError, load, parse
from promotion.settings.endpoints import CanaryJourney, CommandJourney, StepsJourney
from promotion.settings.subjects import declare_subjects, kinds, narrows, subjects
from tests.engine.project import SETTINGS

CHECKS = """
[[dev.smoke_tests]]
name = "orders"
target = "lambda"
path = "/orders"
expect = { status = 200, json = { "length(@) > `0`" = true } }

[[dev.journeys]]
name = "order"
target = "ec2"
steps = [{ path = "/orders", capture = { id = "id" } }, { path = "/orders/{id}" }]

[[dev.journeys]]
name = "browser"
kind = "command"
command = ["true"]

[[dev.journeys]]
name = "heartbeat"
kind = "canary"
canary = "shop-dev-heartbeat"
"""


@pytest.fixture
def settings(tmp_path):
    """Write promotion.toml and load it: `settings(text, environ, *assignments)`."""

    def loaded(text=SETTINGS, environ=None, *assignments):
        (tmp_path / "promotion.toml").write_text(text)
        return load(tmp_path / "promotion.toml", environ=environ or {}, assignments=assignments)

    return loaded


def test_the_environment_stands_over_the_file_and_the_command_line_over_both(settings):
    """PROMOTION__DEV__REGION overrides the file, --set overrides that; where each value came from is kept."""
    environ = {"PROMOTION__DEV__REGION": "eu-central-1", "PROMOTION__LOOKING__AT_ONCE": "3", "OTHER": "x"}
    loaded = settings(SETTINGS, environ, "dev.region=eu-north-1", "looking.deadline=2.5")
    assert loaded.settings.dev.region == "eu-north-1"
    assert (loaded.settings.looking.at_once, loaded.settings.looking.deadline) == (3, 2.5)
    assert loaded.origins == {
        "dev.region": "--set",
        "looking.at_once": "PROMOTION__LOOKING__AT_ONCE",
        "looking.deadline": "--set",
    }


@pytest.mark.parametrize(
    ("assignment", "read", "expected"),
    [
        ("dev.account=012345678901", lambda s: s.dev.account, "012345678901"),
        ("dev.account=222233334444", lambda s: s.dev.account, "222233334444"),
        ('dev.account="222233334444"', lambda s: s.dev.account, "222233334444"),
        ("dev.profile=true", lambda s: s.dev.profile, "true"),
        ("service=2024-01-01", lambda s: s.service, "2024-01-01"),
        ("dev.targets.lambda.alias=7", lambda s: s.dev.targets["lambda"].alias, "7"),
        ("dev.targets.ec2.instances=7", lambda s: s.dev.targets["ec2"].instances, 7),
        ('dev.targets.ec2.target_groups=["a", "b"]', lambda s: s.dev.targets["ec2"].target_groups, ("a", "b")),
        ("dev.ca_bundle=/etc/ca.pem", lambda s: s.dev.ca_bundle, "/etc/ca.pem"),
    ],
)
def test_a_value_from_outside_is_of_the_key_s_kind(settings, assignment, read, expected):
    """Where a key holds a text, a value that looks like a number is a text, as in an account number."""
    assert read(settings(SETTINGS, {}, assignment).settings) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[devel]", "unknown key devel: did you mean 'dev'?"),
        ("[looking]\nat_oncee = 3", "unknown key looking.at_oncee: did you mean 'at_once'?"),
        (
            "[dev.targets.lambda2]\nkind = 'lambda'\nfunctoin = 'x'",
            "dev.targets.lambda2.functoin: did you mean 'function'?",
        ),
        (
            "[dev.targets.ec3]\nkind = 'ec2'\nload_balance = 'x'",
            "dev.targets.ec3.load_balance: did you mean 'load_balancer'?",
        ),
        (
            "[dev.targets.x]\nkind = 'lambda'\ncodedeploy = { grp = 'g' }",
            "dev.targets.x.codedeploy.grp: did you mean 'group'?",
        ),
        ("[dev.targets.x]\nkind = 'lamda'", "dev.targets.x: Input tag 'lamda'"),
        ("[dev.targets.x]\nurl = 'https://x'", "dev.targets.x: Unable to extract tag using discriminator 'kind'"),
        ("[[dev.smoke_tests]]\nname = 'a'\npaht = '/'", "dev.smoke_tests[0].paht: did you mean 'path'?"),
        (
            "[[dev.smoke_tests]]\nname = 'a'\nexpect = { statsu = 2 }",
            "dev.smoke_tests[0].expect.statsu: did you mean 'status'?",
        ),
        (
            "[[dev.smoke_tests]]\nname = 'a'\nexpect = { jsn = {} }",
            "dev.smoke_tests[0].expect.jsn: did you mean 'json'?",
        ),
        ("[[dev.journeys]]\nname = 'a'\nstepps = []", "dev.journeys[0].stepps: did you mean 'steps'?"),
        (
            "[[dev.journeys]]\nname = 'a'\ntarget = 'ec2'\nsteps = [{ pat = '/' }]",
            "dev.journeys[0].steps[0].pat: did you mean 'path'?",
        ),
        ("[[dev.journeys]]\nname = 'a'\nkind = 'canary'\ncanry = 'x'", "dev.journeys[0].canry: did you mean 'canary'?"),
        (
            "[[dev.journeys]]\nname = 'a'\nkind = 'hurl'",
            "dev.journeys[0]: `kind` is one of steps (the default), command, canary",
        ),
        ("[looking]\nxyzzy = 3", "unknown key looking.xyzzy: the keys here are at_once, deadline,"),
        ("[looking]\nat_once = 0", "looking.at_once = 0: Input should be greater than or equal to 1"),
    ],
)
def test_a_mistake_is_named_by_its_key(settings, text, sentence):
    """At every depth, in lists and in kinds of targets: the key as one writes it, and the nearest one there is."""
    with pytest.raises(SettingsError) as mistake:
        settings(f"{SETTINGS}\n{text}\n")
    assert sentence in str(mistake.value)
    assert "promotion.toml: " in str(mistake.value)


def test_a_mistake_from_outside_names_its_origin(settings):
    """A wrong key in the environment is looked for in the environment, not in the file."""
    with pytest.raises(SettingsError, match=r"^PROMOTION__DEV__REGOIN: unknown key dev.regoin: did you mean 'region'"):
        settings(SETTINGS, {"PROMOTION__DEV__REGOIN": "eu-west-1"})
    with pytest.raises(SettingsError, match=r"^--set: service.name goes through 'service', which is not a table"):
        settings(SETTINGS, {}, "service.name=x")


def test_all_mistakes_are_told_at_once(settings):
    """Somebody who fills the file in sees everything that is missing, a line each."""
    with pytest.raises(SettingsError) as mistakes:
        settings("service = 1\n[dev]\naccount = '1'\n")
    lines = str(mistakes.value).splitlines()
    assert len(lines) >= 4
    assert any("prod is missing" in line for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'region = "eu-west-1"',
            'region = "eu-west-1"\nrole = "arn:aws:iam::999999999999:role/x"',
            "is not in account 111122223333",
        ),
        (
            'region = "eu-west-1"',
            'region = "eu-west-1"\nprofile = "x"\nrole = "arn:aws:iam::111122223333:role/x"',
            "give either `role` or `profile`, not both",
        ),
    ],
)
def test_what_cannot_go_together(settings, old, new, sentence):
    """Settings that contradict each other are refused, in a sentence."""
    with pytest.raises(SettingsError, match=sentence):
        settings(SETTINGS.replace(old, new, 1))


def test_a_journey_is_of_steps_unless_it_says_otherwise(settings):
    """`kind` may be left out of a journey of steps."""
    order, browser, heartbeat = settings(SETTINGS + CHECKS).settings.dev.journeys
    assert isinstance(order, StepsJourney)
    assert order.kind == "steps"
    assert isinstance(browser, CommandJourney)
    assert isinstance(heartbeat, CanaryJourney)


def test_a_path_in_the_file_is_relative_to_the_file(settings, tmp_path, monkeypatch):
    """The certificate authorities of `ca_bundle` are found wherever the gate is started from."""
    monkeypatch.chdir(Path("/"))
    text = SETTINGS.replace("[prod]", '[prod]\nca_bundle = "certificates/ca.pem"')
    assert settings(text).settings.prod.ca_bundle == str(tmp_path / "certificates" / "ca.pem")


def test_settings_read_back_from_their_json(settings):
    """What a record or a worker is given is what was loaded: a replay has the same subjects."""
    loaded = settings(SETTINGS + CHECKS).settings
    tree = loaded.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert parse(tree, "record") == loaded


def test_subjects_are_in_the_order_of_the_file(settings):
    """The cases of an item come as the settings name them."""
    loaded = settings(SETTINGS + CHECKS).settings
    assert subjects("dev_target", loaded) == ["lambda", "ec2"]
    assert subjects("dev_lambda", loaded) == ["lambda"]
    assert subjects("dev_ec2", loaded) == ["ec2"]
    assert subjects("dev_smoke_test", loaded) == ["orders"]
    assert subjects("dev_journey", loaded) == ["order", "browser", "heartbeat"]


def test_kinds_of_subjects_are_declared_once():
    """A second declaration of a kind is refused; a narrower kind is one of its wider one's."""
    with pytest.raises(ValueError, match="subjects named 'dev_target' exist already"):
        declare_subjects("dev_target", lambda _: [], declared_by="[x]")
    assert narrows("dev_ec2", "dev_target")
    assert not narrows("dev_target", "dev_ec2")
    assert not narrows(None, "dev_target")
    assert all(narrows(kind, kind) for kind in kinds())


def test_the_file_itself_may_be_wrong(tmp_path):
    """A folder, bytes that are no text, and no TOML are told apart."""
    with pytest.raises(SettingsError, match=r"cannot be read: Is a directory"):
        load(tmp_path)
    file = tmp_path / "promotion.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load(file)
    file.write_text("service = \nother = 1")
    with pytest.raises(SettingsError, match=r"is not valid TOML: .*line 1"):
        load(file)


def test_the_example_can_be_used():
    """promotion.example.toml loads as it stands."""
    example = Path(__file__).parents[2] / "promotion.example.toml"
    assert parse(tomllib.loads(example.read_text()), "promotion.example.toml").service == "shop"
