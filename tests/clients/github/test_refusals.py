"""The ways in which GitHub refuses, and where it sends us."""

import re

import pytest

from promotion.clients.github import code, runs
from promotion.clients.github.answers import NotFound
from promotion.unknown import Reason
from tests.clients.oci.hostile import Act, Server, answer

from .shop import COMMIT, REPO, RUN, Make, refuses, unknown


@pytest.mark.parametrize(
    ("act", "reason", "said"),
    [
        (refuses(401, "Bad credentials"), Reason.ACCESS_DENIED, "missing, wrong or expired.*actions: read"),
        (refuses(403, "Resource not accessible by integration"), Reason.ACCESS_DENIED, "permission actions: read$"),
        (
            refuses(403, "Resource not accessible", X_Accepted_GitHub_Permissions="actions=read; administration=write"),
            Reason.ACCESS_DENIED,
            r"\(GitHub asks for actions=read; administration=write\)",
        ),
        (refuses(403, "no", X_Accepted_GitHub_Permissions="<script>"), Reason.ACCESS_DENIED, "actions: read$"),
        (
            refuses(403, "API rate limit exceeded", X_RateLimit_Remaining="0", X_RateLimit_Reset="1772449200"),
            Reason.THROTTLED,
            "from 2026-03-02 11:00:00 UTC on",
        ),
        (refuses(429, "Slow down", Retry_After="90"), Reason.THROTTLED, "from 2026-03-02 10:01:30 UTC on"),
        (
            refuses(403, "no", Retry_After="Mon, 02 Mar 2026 12:00:00 +0100"),
            Reason.THROTTLED,
            "from 2026-03-02 11:00:00 UTC on",
        ),
        (refuses(403, "You have exceeded a secondary rate limit."), Reason.THROTTLED, "does not say for how long"),
        (refuses(429), Reason.THROTTLED, "does not say for how long"),
        (refuses(429, X_RateLimit_Reset="9" * 12), Reason.THROTTLED, "does not say for how long"),
        (refuses(429, X_RateLimit_Reset="soon", Retry_After="\xb2"), Reason.THROTTLED, "does not say for how long"),
        (answer(b"<html>", 403), Reason.ACCESS_DENIED, "403"),
        (refuses(404, "Not Found"), Reason.NO_DATA, "the token may not read it.*actions: read"),
        (answer(b"<html>nginx</html>", 404), Reason.ERROR, "404.*api_url"),
        (refuses(400, '"2026-03-10" is not a supported version.'), Reason.ERROR, "400"),
        (refuses(410), Reason.ERROR, "410"),
        (refuses(500), Reason.UNREACHABLE, r"\(500\)"),
        (refuses(503, Retry_After="120"), Reason.UNREACHABLE, r"\(503\)"),
    ],
    ids=[
        "401",
        "403",
        "403 with permissions",
        "403 with a script",
        "rate limit",
        "Retry-After",
        "Retry-After as a date",
        "secondary limit",
        "429",
        "a reset out of time",
        "a reset that is none",
        "403 of a proxy",
        "404",
        "404 of a proxy",
        "version",
        "410",
        "500",
        "503",
    ],
)
def test_refusals(server: Server, victim: Make, act: Act, reason: Reason, said: str) -> None:
    """Each has its own reason, and says what to do: the permission that is missing, or from when on to look again."""
    server.on(RUN, act)
    message = unknown(lambda: runs.run(victim(), 5), reason)
    assert re.search(said, message), message


def test_only_githubs_own_404_means_not_found(server: Server, victim: Make) -> None:
    """A proxy or a wrong address answers 404 too."""
    server.on(RUN, refuses(404, "Not Found"))
    with pytest.raises(NotFound):
        runs.run(victim(), 5)
    for body_ in (b"", b"<html>", b"[]", b'{"message": 5}', b"[" * 100_000):
        server.on(RUN, answer(body_, 404, Content_Type="application/json"))
        unknown(lambda: runs.run(victim(), 5), Reason.ERROR)


def test_a_commit_that_is_not_there(server: Server, victim: Make) -> None:
    """Of an unknown hash GitHub says 422, of an empty repository 409."""
    for status in (404, 409, 422):
        server.on(f"{REPO}/commits/{COMMIT}", refuses(status, "No commit found"))
        with pytest.raises(NotFound):
            code.commit(victim(), COMMIT)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_server(server: Server, elsewhere: Server, victim: Make, status: int) -> None:
    """It is not followed: neither the question nor the token goes there."""
    server.on(RUN, answer(b"", status, Location=f"{elsewhere.url}/repositories/1"))
    assert "redirect" in unknown(lambda: runs.run(victim(), 5), Reason.MALFORMED)
    assert elsewhere.asked == []


def test_redirects_without_end(server: Server, victim: Make) -> None:
    """They are counted."""
    server.on(RUN, answer(b"", 301, Location=RUN))
    unknown(lambda: runs.run(victim(), 5), Reason.MALFORMED)
    assert len(server.asked) == 4
