"""Links that people give: whether they answer, are dead, or cannot be told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from promotion.clients.github.client import GitHubClient, GitHubLimits
from promotion.clients.http.client import HttpClient
from promotion.clients.http.inner_addresses import Reach, reach_of
from promotion.core.environment_secrets import Secrecy
from promotion.people.attestations import ProofOutcome
from promotion.people.links import _is_it, follow
from promotion.unknown import Reason

WEB = "https://github.com"
ANSWERS = {
    "/ok": (200, None),
    "/made": (204, None),
    "/gone": (410, None),
    "/private": (401, None),
    "/busy": (429, None),
    "/broken": (503, None),
    "/teapot": (418, None),
    "/moved": (302, "/ok"),
    "/moved-away": (301, "/gone"),
    "/round": (302, "/round"),
    "/sso": (302, "/login?return_to=%2Fsso"),
    "/saml": (302, "/idp/SAML2/redirect"),
    "/quiet": (302, "/welcome?redirect_uri=x"),
    "/elsewhere": (302, "ftp://example.com/"),
    "/nowhere": (302, None),
    "/metadata": (302, "http://169.254.169.254/latest/meta-data/iam/security-credentials/"),
    "/blog/login-button-redesign": (200, None),
}


@pytest.fixture(scope="module")
def site():
    """A site with answers of every kind; it keeps the headers it was sent."""
    seen = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(dict(self.headers))
            status, location = ANSWERS.get(self.path.partition("?")[0], (404, None))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def ask(site):
    """Follow a link with the gate's own clients."""

    def follow_it(url):
        secrecy = Secrecy({}, lambda _: None, lambda text: text)
        github = GitHubClient(
            "example/shop", lambda: "ghs_secret", api_url="http://127.0.0.1:9", limits=GitHubLimits(attempts=1)
        )
        return follow(url, HttpClient(secrecy, connect_timeout=1, read_timeout=2), github, WEB)

    return follow_it


@pytest.mark.parametrize(
    ("path", "found", "reason"),
    [
        ("/ok", ProofOutcome.GOOD, None),
        ("/ok?x=1#there", ProofOutcome.GOOD, None),
        ("/made", ProofOutcome.GOOD, None),
        ("/moved", ProofOutcome.GOOD, None),
        ("/blog/login-button-redesign", ProofOutcome.GOOD, None),
        ("/none", ProofOutcome.WRONG, None),
        ("/gone", ProofOutcome.WRONG, None),
        ("/moved-away", ProofOutcome.WRONG, None),
        ("/private", ProofOutcome.UNCLEAR, Reason.ACCESS_DENIED),
        ("/sso", ProofOutcome.UNCLEAR, Reason.ACCESS_DENIED),
        ("/saml", ProofOutcome.UNCLEAR, Reason.ACCESS_DENIED),
        ("/quiet", ProofOutcome.UNCLEAR, Reason.ACCESS_DENIED),
        ("/busy", ProofOutcome.UNCLEAR, Reason.THROTTLED),
        ("/broken", ProofOutcome.UNCLEAR, Reason.UNREACHABLE),
        ("/teapot", ProofOutcome.UNCLEAR, Reason.ERROR),
        ("/round", ProofOutcome.UNCLEAR, Reason.MALFORMED),
        ("/elsewhere", ProofOutcome.UNCLEAR, Reason.MALFORMED),
        ("/nowhere", ProofOutcome.UNCLEAR, Reason.MALFORMED),
    ],
)
def test_what_a_link_answers(site, ask, path, found, reason):
    """There, not there, and not to be told from here."""
    finding = ask(site[0] + path)
    assert (finding.found, finding.reason) == (found, reason), finding.said


@pytest.mark.parametrize(
    ("host", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2606:4700::1111", Reach.PUBLIC),
        ("10.1.2.3", Reach.PRIVATE),
        ("127.0.0.1", Reach.PRIVATE),
        ("localhost", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("169.254.169.254", Reach.METADATA),
        ("2852039166", Reach.METADATA),
        ("::ffff:169.254.169.254", Reach.METADATA),
        ("fe80::1", Reach.METADATA),
        ("fd00:ec2::254", Reach.METADATA),
        ("0.0.0.0", Reach.METADATA),
        ("name-that-nobody-has.invalid", Reach.PUBLIC),
    ],
)
def test_how_near_an_address_is(host, reach):
    """In whatever way it is written; a name that has none is told by who asks for it."""
    assert reach_of(host) is reach


def test_nobody_is_led_inside_the_network(site, ask, monkeypatch):
    """A public page that redirects to an inner address, or to a machine's credentials."""
    told = ask(site[0] + "/metadata")
    assert (told.found, told.reason) == (ProofOutcome.UNCLEAR, Reason.NOT_SUPPORTED)
    assert "169.254.169.254" in told.said
    ways = iter([Reach.PUBLIC, Reach.PUBLIC, Reach.PRIVATE])
    monkeypatch.setattr("promotion.people.links.reach_of", lambda _: next(ways))
    inner = ask(site[0] + "/moved")
    assert (inner.found, inner.reason) == (ProofOutcome.UNCLEAR, Reason.NOT_SUPPORTED)
    assert "an address inside the network" in inner.said


def test_nobody_answers(ask):
    """A host that is not there, and one that takes no connection, are not dead links: look again."""
    for url in ("http://127.0.0.1:9/x", "https://nobody.invalid/"):
        assert ask(url).found is ProofOutcome.UNCLEAR


def test_the_token_stays_at_home(site, ask):
    """Other places than the repository are asked as anybody would."""
    ask(site[0] + "/ok")
    assert all("Authorization" not in headers and "ghs_secret" not in str(headers) for headers in site[1])


def test_a_query_is_not_shown(site, ask):
    """What stands in an address may be a secret of somebody's."""
    assert "hunter2" not in ask(f"{site[0]}/none?token=hunter2").said


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("issues/1", ProofOutcome.GOOD),
        ("issues/1#issuecomment-5", ProofOutcome.GOOD),
        ("pull/1", ProofOutcome.GOOD),
        ("issues/404", ProofOutcome.WRONG),
        ("blob/main/docs/rollback.md", ProofOutcome.GOOD),
        ("blob/main/docs/none.md", ProofOutcome.WRONG),
        ("commit/" + "f" * 40, ProofOutcome.WRONG),
        ("actions/runs/1", ProofOutcome.WRONG),
    ],
)
def test_what_is_in_the_repository(world_pool, world, path, found):
    """It is asked of GitHub's API, which sees what is private."""
    secrecy = Secrecy({}, lambda _: None, lambda text: text)
    github = GitHubClient("example/shop", lambda: "ghs_sandbox", api_url=world.places.github)
    for home in (f"{WEB}/example/shop", f"{WEB.upper()}/Example/Shop"):
        finding = follow(f"{home}/{path}", HttpClient(secrecy), github, WEB)
        assert finding.found is found, finding.said


@pytest.fixture(scope="module")
def world(world_pool):
    """One world for all of them."""
    with world_pool.world() as running:
        yield running


@pytest.mark.parametrize(
    ("path", "answer", "is_it"),
    [
        ("/issues/12", {"number": 12}, True),
        ("/issues/12", {}, False),
        ("/issues/12", {"number": 13}, False),
        ("/issues/12", [], False),
        ("/actions/runs/7", {"id": 7}, True),
        ("/actions/runs/7", {"id": 70}, False),
        ("/commits/abcdef1", {"sha": "abcdef1" + "0" * 33}, True),
        ("/commits/abcdef1", {"sha": "0" * 40}, False),
        ("/contents/docs/a.md", {"path": "docs/a.md"}, True),
        ("/contents/docs", [{"path": "docs/a.md"}], True),
        ("/contents/docs", [], False),
        ("/contents/docs/a.md", {}, False),
        ("/contents/docs/a.md", None, False),
    ],
)
def test_an_answer_is_of_what_was_asked_for(path, answer, is_it):
    """An empty one, or one of something else, says nothing."""
    assert _is_it(path, answer) is is_it
