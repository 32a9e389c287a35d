"""Over the network there is TLS, checked, or nothing."""

import ssl
from pathlib import Path

import pytest
import trustme

from promotion.unknown import Reason

from .hostile import BLOB, Server, answer, serve
from .looks import BLOB_PATH, Make, read_blob, unknown


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make a certificate authority."""
    return trustme.CA()


def test_tls(authority: trustme.CA, source: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate is checked against the given authorities alone; what is wrong with it is said in words."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle, other = tmp_path / "ca.pem", tmp_path / "other.pem"
    authority.cert_pem.write_to_path(str(bundle))
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with serve(context) as server:
        server.on(BLOB_PATH, answer(BLOB))
        assert read_blob(source(endpoint=server.url, ca_bundle=str(bundle))) == BLOB
        assert "certificate" in unknown(lambda: read_blob(source(endpoint=server.url)), Reason.UNREACHABLE)
        assert "certificate" in unknown(
            lambda: read_blob(source(endpoint=server.url, ca_bundle=str(other))), Reason.UNREACHABLE
        )
        name = server.url.replace("127.0.0.1", "localhost")
        assert "localhost" in unknown(
            lambda: read_blob(source(endpoint=name, ca_bundle=str(bundle))), Reason.UNREACHABLE
        )


def test_no_tls_at_all(server: Server, source: Make) -> None:
    """A server that does not speak TLS is unreachable over HTTPS, and is not asked in plain."""
    message = unknown(lambda: read_blob(source(endpoint=server.url.replace("http:", "https:"))), Reason.UNREACHABLE)
    assert "TLS" in message
    assert server.asked == []


def test_a_ca_bundle_that_is_not_there(source: Make, tmp_path: Path) -> None:
    """A missing CA bundle is a mistake in the settings, said at once."""
    with pytest.raises(ValueError, match="is not a file"):
        source(ca_bundle=str(tmp_path / "missing.pem"))
