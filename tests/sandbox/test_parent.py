"""Worlds in processes of their own: given quickly, apart from each other, and never left behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from promotion.sandbox import client
from promotion.sandbox.client import SandboxError, WorldPool, start

TESTS = Path(__file__).parent.parent
STAND_IN, BARE = "sandbox.stand_in", "sandbox.bare"


@pytest.fixture(scope="module", autouse=True)
def stand_in():
    """Serve the small world instead of the real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "MODULE", STAND_IN)
        patch.setenv("PYTHONPATH", str(TESTS), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def world_pool():
    """Start one warm process for all."""
    with WorldPool() as made:
        yield made


def function_of(world):
    """Ask a world for its function, as the gate would."""
    role = "arn:aws:iam::111122223333:role/promotion-checker"
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    url = world.places.aws
    sts = boto3.client("sts", "eu-west-1", endpoint_url=url, aws_access_key_id="A" * 20, aws_secret_access_key="s")
    got = sts.assume_role(RoleArn=role, RoleSessionName="gate")["Credentials"]
    asked = boto3.client(
        "lambda",
        "eu-west-1",
        endpoint_url=url,
        config=once,
        aws_access_key_id=got["AccessKeyId"],
        aws_secret_access_key=got["SecretAccessKey"],
        aws_session_token=got["SessionToken"],
    )
    return asked.get_function(FunctionName="shop-api")["Configuration"]["FunctionName"]


def connected(world):
    """Connect to a world's AWS port; the connection ends when the process does."""
    return closing(socket.create_connection(("127.0.0.1", urlsplit(world.places.aws).port), 5))


def ends(connection):
    """Wait until the other side ends; a process that is killed resets what it has not accepted yet."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_world_is_served_whole(world_pool):
    """Every place answers from the one process, over TLS where it should, and the files are for the owner only."""
    with world_pool.world() as world:
        assert function_of(world) == "shop-api"
        places = world.places
        for name, url in {
            "registry": places.registry,
            "github": places.github,
            "dev": places.fronts["dev-ec2"],
        }.items():
            said = requests.get(url, verify=places.ca_file, timeout=5).text.split()
            assert said[:2] == [name, str(world.pid)]
        assert world.config.read_text().startswith(f'aws = "{places.aws}"')
        assert world.environment["AWS_ENDPOINT_URL"] == places.aws
        assert world.digest.startswith("sha256:")
        assert "secret" not in repr(world)
        assert stat.S_IMODE(world.config.parent.stat().st_mode) == 0o700


def test_calls_tell_what_was_asked(world_pool):
    """Services and operations, in order, over all places; the control path itself is not among them."""
    with world_pool.world() as world:
        function_of(world)
        requests.get(world.places.github + "/repos/example/shop", timeout=5)
        calls = world.calls()
        assert [(call.service, call.operation) for call in calls] == [
            ("sts", "AssumeRole"),
            ("lambda", "GetFunction"),
            ("github", "GET /repos/example/shop"),
        ]
        assert calls[1].account == "111122223333"
        assert all(call.began <= call.ended and call.status == 200 for call in calls)
        assert world.calls() == calls


def test_worlds_are_apart(world_pool):
    """A fault in one is not in another, and worlds of one parent can be used at the same time."""
    with (
        world_pool.world("function-gone") as gone,
        world_pool.world("function-denied") as denied,
        world_pool.world() as healthy,
    ):
        with pytest.raises(ClientError, match="ResourceNotFound"):
            function_of(gone)
        with pytest.raises(ClientError, match="AccessDenied"):
            function_of(denied)
        assert function_of(healthy) == "shop-api"
        assert len({gone.pid, denied.pid, healthy.pid}) == 3


def test_a_fault_can_change_a_certificate_of_one_front_end(world_pool):
    """The other front-end keeps its good one."""
    with world_pool.world("stand-in-certificate-expired") as world:
        fronts, ca = world.places.fronts, world.places.ca_file
        assert requests.get(fronts["dev-ec2"], verify=ca, timeout=5).ok
        with pytest.raises(requests.exceptions.SSLError, match="expired"):
            requests.get(fronts["prod-ec2"], verify=ca, timeout=5)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("function-gon", "no fault is called 'function-gon'; the nearest is 'function-gone'"),
        ("exits", "the new process ended before it could say why"),
        ("breaks", r"seeding breaks broke: KeyError\('nothing there'\) in breaks"),
    ],
)
def test_a_world_that_cannot_be_had_is_one_sentence_and_harms_no_other(world_pool, fault, says):
    """The next world is given as before."""
    with pytest.raises(SandboxError, match=says):
        world_pool.world(fault)
    with world_pool.world() as world:
        assert function_of(world) == "shop-api"


def test_a_stopped_world_is_gone(world_pool):
    """Process, port and files; stopping is done when `stop` has returned and the next world is there."""
    world = world_pool.world()
    with connected(world) as connection:
        world.stop()
        world.stop()
        assert ends(connection)
    world_pool.world().stop()
    assert not world.config.parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(world.pid, 0)


def test_worlds_do_not_begin_old(bare, monkeypatch):
    """After some minutes the world is built anew; those of before live until they are stopped, and their parent with them."""
    with WorldPool() as world_pool:
        old, first, second = world_pool._process._process, world_pool.world(), world_pool.world()
        with monkeypatch.context() as patched:
            patched.setattr(client, "GROWN_OLD", 0)
            third = world_pool.world()
        assert world_pool._process._process is not old
        first.stop()
        with connected(second) as still:
            assert still
        second.stop()
        assert old.poll() == 0
        with connected(third) as still:
            assert still


def test_the_clock_leads_what_is_stamped(world_pool):
    """At a rate, applications see the time that /clock tells, not the machine's."""
    with world_pool.world(rate=100_000) as world:
        front = world.places.registry
        stamps = []
        for _ in range(2):
            told = requests.get(world.places.clock, timeout=5).json()
            seen = datetime.fromtimestamp(float(requests.get(front, timeout=5).text.split()[2]), UTC)
            assert told["rate"] == 100_000
            assert timedelta(0) <= seen - datetime.fromisoformat(told["now"]) < timedelta(hours=100)
            stamps.append(seen)
        assert stamps[1] - stamps[0] > timedelta(minutes=5)


def test_latency_is_for_apis_only(world_pool):
    """AWS, registry and GitHub are slow; the service is judged by its own speed."""
    with world_pool.world(latency_ms=80) as world:
        for url, slow in ((world.places.github, True), (world.places.fronts["dev-ec2"], False)):
            requests.get(url, verify=world.places.ca_file, timeout=5)
            call = world.calls()[-1]
            assert (call.ended - call.began >= 0.08) is slow


def test_a_forked_world_is_ready_at_once(world_pool):
    """A tenth of a second where nothing else runs; the bound is for a busy machine."""
    took = []
    for _ in range(4):
        began = time.monotonic()
        with world_pool.world("function-gone"):
            took.append(time.monotonic() - began)
    assert min(took) < 0.5, took


@pytest.fixture
def bare(monkeypatch):
    """Serve a world without AWS, which starts at once."""
    monkeypatch.setattr(client, "MODULE", BARE)


def test_worlds_end_when_whoever_asked_is_killed():
    """A kill -9 leaves neither a process nor a file: not of a world_pool, not of a single world."""
    code = (
        "import sys, signal; from promotion.sandbox import client; client.MODULE = sys.argv[1]\n"
        "world_pool = client.WorldPool(); one = client.start()\n"
        "for world in (world_pool.world(), world_pool.world(), one): print(world.places.aws, world.config)\n"
        "sys.stdout.flush(); signal.pause()"
    )
    asker = subprocess.Popen([sys.executable, "-c", code, BARE], stdout=subprocess.PIPE, text=True)
    worlds = [asker.stdout.readline().split() for _ in range(3)]
    ports = [urlsplit(aws).port for aws, _ in worlds]
    connections = [socket.create_connection(("127.0.0.1", port), 5) for port in ports]
    asker.kill()
    asker.wait()
    asker.stdout.close()
    for connection in connections:
        with closing(connection):
            assert ends(connection)
    assert not any(Path(config).exists() for _, config in worlds)


def test_worlds_end_when_their_parent_is_killed(bare):
    """They see the end of their life-line, and put their files away themselves."""
    world_pool = WorldPool()
    first, second = world_pool.world(), world_pool.world()
    with connected(first) as one, connected(second) as other:
        os.kill(world_pool._process._process.pid, signal.SIGKILL)
        assert ends(one)
        assert ends(other)
    assert not first.config.exists()
    assert not second.config.exists()
    with pytest.raises(SandboxError, match="ended before it was ready"):
        world_pool.world()
    world_pool.close()


def is_free(port):
    """Tell whether a port can be had."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def test_fixed_ports_are_taken_in_order_and_a_taken_one_is_named(bare):
    """Other tools find the sandbox where its documentation says."""
    bases = range(20_000 + os.getpid() % 1000 * 10, 32_000, 10)  # below the ports that systems give out by themselves
    base = next(base for base in bases if all(is_free(base + place) for place in range(5)))
    with start(port_base=base) as world:
        places = world.places
        urls = [places.aws, places.registry, places.github, *places.fronts.values()]
        assert [urlsplit(url).port for url in urls] == list(range(base, base + 5))
        with pytest.raises(SandboxError, match=rf"port {base}, wanted for aws, cannot be had .*--port-base"):
            start(port_base=base)


def test_a_sandbox_that_is_not_installed_says_what_to_install(monkeypatch):
    """One sentence, before anything is started."""
    monkeypatch.setattr(client, "NEEDS", ("moto", "no_such_module"))
    with pytest.raises(SandboxError, match=r"needs no_such_module, .* pip install 'promotion-checklist\[sandbox\]'"):
        start()


def test_a_process_that_fails_says_its_last_words(bare, monkeypatch):
    """Whoever waits is told why it waits in vain."""
    with pytest.raises(SandboxError, match="not ready within 0 s"):
        start(ready_within=0)
    monkeypatch.setattr(client, "MODULE", "no_such_module")
    with pytest.raises(SandboxError, match=r"ended before it was ready; its last words: .*no_such_module"):
        start()
