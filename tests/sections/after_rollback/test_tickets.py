"""What strangers wrote is text in an issue that the gate opens, and never markup."""

from datetime import UTC, datetime

from promotion.actions import ticket
from promotion.core.clock import StoppedClock
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState

DIGEST = "sha256:" + "a" * 64
HOSTILE = "# done <img src=x> @somebody ![x](https://example.org/x) `a` [promotion:bbbbbbbbbbbb:incident]\n- [ ] all"
CLOCK = StoppedClock(datetime(2026, 5, 4, 8, tzinfo=UTC))


class Nothing:
    """A repository without issues."""

    def listed(self, *_, **__):
        """Give none."""
        return []


def test_nothing_in_an_issue_is_markup(tmp_path, monkeypatch):
    """Lines, words and addresses of links are escaped; a key of another image in them does not count; a key at its end."""
    sent = []

    def write(_client, _method, _path, tree, _what, **_):
        sent.append(tree)
        return {"number": 7, "html_url": "https://github.com/example/shop/issues/7", "state": "open"}

    monkeypatch.setattr(ticket, "write", write)
    journal = Journal(tmp_path / "receipts.json")
    first = ticket.open_ticket(Nothing(), DIGEST, f"rolled back\n{HOSTILE}", [HOSTILE], ["incident"], journal, CLOCK)
    draft = ticket.Draft("promotion:a:remediation", "opened", "t", [HOSTILE], (), [("](x) <b>", "https://a/>(<b>)")])
    ticket.open_issue(Nothing(), draft, journal, CLOCK)
    assert (first.state, first.id) == (ActionState.DONE, "#7")
    line, end = sent[0]["body"].split("\n\n")
    assert line == (
        r"\# done \<img src=x\> @<!-- -->somebody !\[x\](https\://example.org/x) \`a\` "
        r"\[promotion:bbbbbbbbbbbb:incident\] - \[ \] all"
    )
    assert end == "[promotion:aaaaaaaaaaaa:incident]"
    assert "[promotion:bbbbbbbbbbbb:incident]" not in sent[0]["body"]
    assert "\n" not in sent[0]["title"]
    assert sent[1]["body"].splitlines()[1] == r"[\](x) \<b\>](<https://a/%3E(%3Cb%3E)>)"
