"""docs/patterns.md says what is."""

import re
from datetime import date

from promotion.sections.security.leaks.patterns import AllowEntry, load
from tests.sections.security.leaks.patterns.page import PAGE, written

TEXT = PAGE.read_text()


def test_the_table_of_kinds_is_complete():
    """`python -m tests.sections.security.leaks.patterns.page` writes it."""
    assert written(TEXT) == TEXT


def test_the_example_of_escaped_texts_runs():
    """It finds the token where it says."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    exec(compile(code, str(PAGE), "exec"), {})


def test_the_example_of_a_rule_works(tmp_path):
    """It finds a session, and lets those of the load test through."""
    (rule,) = re.findall(r"^~~~toml\n(.*?)^~~~$", TEXT, re.MULTILINE | re.DOTALL)
    path = tmp_path / "ours.toml"
    path.write_text(rule)
    patterns = load([path], today=date(2026, 11, 23), fast=False)
    session = "a1b2c3d4" * 4
    assert [hit.rule for hit in patterns.scan(f"using shop_sess_{session}\n".encode())] == ["shop-session"]
    assert not list(patterns.scan(f"using shop_sess_loadtest{session[8:]}\n".encode()))


def test_the_example_of_a_false_finding_works():
    """The entry silences what it says, and nothing beside it."""
    entry = AllowEntry("flags", "release-lead", date(2027, 3, 31), rule="api-key", regex="feature_api_key=")
    patterns = load(allow=[entry], today=date(2026, 11, 23), fast=False)
    value = "q7Rt2Lm9" + "Zx4Kp8Vd" + "Yc6Hn1Ws"
    assert not list(patterns.scan(f"feature_api_key={value}\n".encode()))
    assert list(patterns.scan(f"payment_api_key={value}\n".encode()))
