"""A world that the machine serves itself is a rehearsal, however it was named."""

import pytest

from promotion.record import history
from promotion.record.rehearsal import is_rehearsal, served_here

REAL = {
    "dev": {"endpoint_url": None},
    "prod": {},
    "image": {"aws": {"endpoint_url": "https://api.ecr.eu-west-1.amazonaws.com"}},
    "github": {"api_url": "https://github.example.com/api/v3"},
}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://127.8.9.10",
        "https://localhost:4566/",
        "https://LOCALHOST.:4566",
        "http://aws.localhost",
        "http://localhost.localdomain:1",
        "http://[::1]:4566",
        "http://[::ffff:127.0.0.1]:4566",
        "http://0.0.0.0:4566",
        "http://[::]:80",
        "http://host.docker.internal:4566",
    ],
)
@pytest.mark.parametrize("path", ["dev.endpoint_url", "prod.endpoint_url", "image.aws.endpoint_url", "github.api_url"])
def test_an_address_of_this_machine_is_a_rehearsal(path, url):
    """AWS and GitHub answer nobody there."""
    settings = {"dev": {}, "prod": {}, "image": {"aws": {}}, "github": {}}
    *way, last = path.split(".")
    place = settings
    for key in way:
        place = place[key]
    place[last] = url
    assert served_here(settings) == [url]
    assert is_rehearsal({"rehearsal": False, "settings": settings})


@pytest.mark.parametrize(
    "url",
    [
        "https://vpce-0a1b-2c3d.lambda.eu-west-1.vpce.amazonaws.com",
        "https://10.0.3.4",
        "https://aws-proxy.corp.example:8443",
        "https://localhost.example.com",
        "https://[fd00::7]",
        "not a url",
        "http://[",
    ],
)
def test_any_other_address_is_not(url):
    """An interface endpoint or a proxy of the company is a way to the real accounts."""
    settings = {**REAL, "prod": {"endpoint_url": url}}
    assert served_here(settings) == []
    assert not is_rehearsal({"rehearsal": False, "settings": settings})


@pytest.mark.parametrize("said", [True, None, "no", 0])
def test_only_false_is_no_rehearsal(said):
    """A record that does not say it is taken for one."""
    assert is_rehearsal({"rehearsal": said, "settings": REAL})
    assert is_rehearsal({"settings": REAL})


@pytest.mark.parametrize("settings", [None, [], {"dev": "x", "image": {"aws": 3}}, {"github": {"api_url": 7}}])
def test_settings_that_are_none_name_nothing(settings):
    """They make no record crash."""
    assert served_here(settings) == []


def test_a_real_run_does_not_go_on_from_a_rehearsal(tmp_path):
    """Even where the rehearsal was of the same image and is newer; a rehearsal goes on from either."""
    record = {
        "service": "shop",
        "digest": "sha256:" + "a" * 64,
        "phase": "pre_promotion",
        "verdict": "GO",
        "started": "2026-11-23T09:00:00.000Z",
        "items": [],
        "settings": REAL,
    }
    (tmp_path / history.FOLDER).mkdir()
    for number, (rehearsal, name) in enumerate([(False, None), (True, None), (True, "2026-11-23T0999~pre_promotion")]):
        one = record | {"rehearsal": rehearsal, "finished": f"2026-11-23T09:0{number}:00.000Z"}
        path = tmp_path / history.FOLDER / (f"{name}~aaaaaaaaaaaa~x.json" if name else history.name(one, "0" * 64))
        path.write_text(history.json.dumps(one))
    real = history.load_history(tmp_path, record["digest"], "rollout", rehearsals=False)
    assert [one.record["rehearsal"] for one in real] in ([False], [])
    practice = history.load_history(tmp_path, record["digest"], "rollout", rehearsals=True)
    assert [one.record["rehearsal"] for one in practice] == [True]
