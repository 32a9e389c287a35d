"""The command line itself."""

import subprocess
import sys


def test_a_reader_that_has_read_enough_is_no_trouble():
    """`promotion schema | head -1`: nothing on standard error, and the status of a closed pipe."""
    code = "from promotion.cli import main; raise SystemExit(main(['schema']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout.read(1) == b"{"
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (141, b"")
