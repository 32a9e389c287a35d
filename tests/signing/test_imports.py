"""What the plugin loads is cheap: the data of the findings brings no cryptography with it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("promotion.signing.findings", ("cryptography", "sigstore", "pydantic", "requests")),
        ("promotion.signing.signatures_found", ("cryptography", "sigstore", "pydantic", "requests")),
        ("promotion.signing.image", ("sigstore", "requests", "boto3")),
        ("promotion.signing.sign", ("sigstore", "requests", "boto3")),
    ],
)
def test_a_module_does_not_bring(module, heavy):
    """Types of evidence are imported at start, verification on first use, the optional package at need."""
    program = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
