"""sigstore's own verifier in JavaScript judges our seals: it accepts what was sealed, and nothing that was changed."""

import base64
import json
from hashlib import sha256

from promotion.seal import bundle_folder as folder

from .test_tampering import payload

BUNDLES = (folder.TEST_RESULT, folder.SUMMARY)


def changed(data):
    """Each place that is signed or that leads to the key, a bit of it turned."""
    envelope = json.loads(data)["dsseEnvelope"]
    body, signature = (base64.b64decode(text) for text in (envelope["payload"], envelope["signatures"][0]["sig"]))
    for place in (0, len(body) // 2, len(body) - 2):
        yield f"payload, byte {place}", with_envelope(data, payload=turned(body, place))
    for place in (0, 5, len(signature) - 1):
        yield f"signature, byte {place}", with_envelope(data, signatures=[{"sig": turned(signature, place)}])
    yield "another type", with_envelope(data, payloadType="application/vnd.in-toto+jsom")
    yield "no signature", with_envelope(data, signatures=[{"sig": ""}])
    yield "an empty payload", with_envelope(data, payload="")
    material = {"verificationMaterial": {"publicKey": {"hint": "another"}}}
    yield "another key's hint", json.dumps(json.loads(data) | material)


def with_envelope(data, **changes):
    """The bundle with another envelope."""
    tree = json.loads(data)
    return json.dumps(tree | {"dsseEnvelope": tree["dsseEnvelope"] | changes})


def turned(data, place):
    """One bit turned, in base64."""
    return base64.b64encode(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]).decode()


def test_it_accepts_our_seals(sealed, judged):
    """Test result and summary are bundles of v0.3 to it, signed with the key that seals, over the bytes that we read."""
    said = judged(sealed.keys / "seal.pub", *map(sealed.inside, BUNDLES))
    for line, name in zip(said, BUNDLES, strict=True):
        data = sealed.inside(name).read_bytes()
        body = base64.b64decode(json.loads(data)["dsseEnvelope"]["payload"])
        assert json.loads(body) == payload(data)
        kind = "application/vnd.dev.sigstore.bundle.v0.3+json application/vnd.in-toto+json"
        assert line == f"accepted {kind} {sha256(body).hexdigest()}"


def test_it_accepts_a_sign_off_with_a_key(sealed, judged):
    """The approver's statement, too, and not as one of whoever seals."""
    bundle = sealed.inside(folder.SIGN_OFF)
    assert judged(sealed.keys / "approver.pub", bundle)[0].startswith("accepted ")
    assert judged(sealed.keys / "seal.pub", bundle)[0].startswith("refused ")


def test_it_refuses_what_was_changed(sealed, judged, tmp_path):
    """A bit of what is signed or of the signature, another type, another key: each is refused, and none breaks it."""
    cases = {f"{name}: {what}": text for name in BUNDLES for what, text in changed(sealed.inside(name).read_bytes())}
    files = [tmp_path / f"{number}.json" for number in range(len(cases))]
    for path, text in zip(files, cases.values(), strict=True):
        path.write_text(text)
    said = dict(zip(cases, judged(sealed.keys / "seal.pub", *files), strict=True))
    assert not [what for what, line in said.items() if not line.startswith("refused ")], said
    assert all(line.startswith("refused SIGNATURE_ERROR") for what, line in said.items() if ": payload" in what), said


def test_it_refuses_another_key(sealed, judged, tmp_path):
    """A seal by a stranger's key is none, also where it bears our key's hint."""
    data = json.loads(sealed.inside(folder.SUMMARY).read_bytes())
    hint = data["verificationMaterial"]
    sealed.seal("stranger")
    theirs = json.loads(sealed.inside(folder.SUMMARY).read_bytes())
    posing = tmp_path / "posing.json"
    posing.write_text(json.dumps(theirs | {"verificationMaterial": hint}))
    said = judged(sealed.keys / "seal.pub", sealed.inside(folder.SUMMARY), posing)
    assert said[0].startswith("refused ")
    assert said[1].startswith("refused SIGNATURE_ERROR")
