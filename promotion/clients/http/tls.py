"""Whose certificates are believed, and what is wrong with one that is not."""

import ssl
from pathlib import Path

from promotion.clients.http.failure import causes
from promotion.unknown import Reason, Unknown

# X509_verify_cert's codes: OpenSSL, X509_STORE_CTX_get_error(3). A test provokes each of the first six.
_FLAWS = {
    10: "it has expired",
    9: "it is not valid yet",
    62: "it was issued for another name",
    64: "it was issued for another address",
    18: "it is self-signed",
    19: "the root certificate authority of its chain is not trusted here",
    20: "its certificate authority is not trusted here, or the server does not send an intermediate certificate",
    21: "its certificate authority is not trusted here, or the server does not send an intermediate certificate",
}


def trust(ca_bundle: str | None) -> ssl.SSLContext:
    """Make a context that verifies chain and name: against the PEM file alone, or the system's authorities.

    A system without any (OpenSSL's default paths, SSL_CERT_FILE, SSL_CERT_DIR) falls back on certifi's, as requests
    does. Raises Unknown, error, if the file cannot be used.
    """
    if ca_bundle is None:
        paths = ssl.get_default_verify_paths()
        if paths.cafile is None and paths.capath is None:
            from requests.utils import DEFAULT_CA_BUNDLE_PATH  # most systems have authorities

            return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as mistake:
        why = "is not a PEM file of certificates" if isinstance(mistake, ssl.SSLError) else mistake.strerror
        message = f"the certificate authorities in `ca_bundle` ({Path(ca_bundle).name}) cannot be used: {why}"
        raise Unknown(Reason.ERROR, message) from None


def certificate_flaw(error: BaseException) -> str | None:
    """Say what is wrong with the certificate that made a connection fail; None if something else made it."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _FLAWS.get(cause.verify_code, f"it is not accepted ({cause.verify_message})")
    return None
