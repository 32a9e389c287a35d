"""Every change of what was sealed, or of who sealed it, is found, and said in a sentence."""

import copy
import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest

from promotion.core.canonical_json import record_text
from promotion.seal import bundle_folder as folder
from promotion.seal.seal import seal
from promotion.seal.signers import open_signer
from promotion.unknown import Unknown

from .conftest import APPROVER, LEAD, SETTINGS, record_of_go


def edited(story, change, *, page=False):
    """Change the record after it was sealed, and the page with it if wanted."""
    record = story.record()
    change(record)
    (story.folder / folder.RECORD).write_text(record_text(record))
    if page:
        story.write(record)


def item(record, item_id="image-size"):
    """One item of a record."""
    return next(one for one in record["items"] if one["id"] == item_id)


RECORDS = {
    "verdict": lambda r: r.update(verdict="NO-GO"),
    "exit code": lambda r: r.update(exit_code=1),
    "incomplete": lambda r: r.update(complete=False),
    "status of an item": lambda r: item(r).update(status="failed"),
    "figure": lambda r: item(r)["subjects"][0].update(measured="1 of 500 MB"),
    "item removed": lambda r: r["items"].remove(item(r)),
    "item added": lambda r: r["items"].append({**item(r), "id": "another"}),
    "order of items": lambda r: r["items"].reverse(),
    "digest": lambda r: r.update(digest="sha256:" + "0" * 64),
    "settings loosened": lambda r: r["settings"]["limits"].update(error_rate=0.5),
    "settings hash": lambda r: r.update(settings_sha256="0" * 64),
    "checklist hash": lambda r: r.update(checklist_sha256="0" * 64),
    "clock": lambda r: r.update(clock="2026-11-23T10:42:00.000Z"),
    "service": lambda r: r.update(service="another"),
    "previous": lambda r: r.update(previous="0" * 64),
    "evidence": lambda r: r["evidence"].popitem(),
    "rehearsal": lambda r: r.update(rehearsal=True),
    "phase": lambda r: r.update(phase="rollout"),
    "lead": lambda r: r["evidence"]["promotion_record"]["value"]["record"]["people"].update(lead="nobody"),
}


@pytest.mark.parametrize("page", [False, True], ids=["record", "record-and-page"])
@pytest.mark.parametrize("name", RECORDS)
def test_a_changed_record_is_found(sealed, name, page):
    """Also where the page was drawn anew from it."""
    edited(sealed, RECORDS[name], page=page)
    assert sealed.wrong()


@pytest.mark.parametrize("at", range(0, 3000, 131))
def test_each_byte_of_the_record_counts(sealed, at):
    """A flipped bit anywhere is found."""
    path = sealed.folder / folder.RECORD
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(bytes(data))
    assert sealed.wrong()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("GO", "NO-GO", 1),
        lambda text: text.replace("</body>", "<p>all is well</p></body>"),
        lambda text: text.replace('<div class="promotion"', '<div class="promotion" hidden', 1),
        lambda text: text + "\n",
        lambda text: text[:-20],
        lambda text: text.replace("<h1>shop</h1>", "<h1>shop</h1><style>.verdict{display:none}</style>"),
    ],
    ids=["word", "after", "attribute", "newline", "cut", "style"],
)
def test_a_changed_page_is_found(sealed, change):
    """Any change of the page, inside what we drew or around it, breaks the seal."""
    path = sealed.folder / folder.PAGE
    path.write_text(change(path.read_text()))
    assert "the sealed page differs from the file in this directory" in sealed.wrong()


def payload(bundle):
    """The statement in a bundle."""
    return json.loads(b64decode(json.loads(bundle)["dsseEnvelope"]["payload"]))


def with_payload(bundle, change):
    """The bundle with a changed statement under the old signature."""
    tree, statement = json.loads(bundle), payload(bundle)
    change(statement)
    tree["dsseEnvelope"]["payload"] = b64encode(json.dumps(statement).encode()).decode()
    return json.dumps(tree).encode()


@pytest.mark.parametrize("name", [folder.TEST_RESULT, folder.SUMMARY, folder.SIGN_OFF])
@pytest.mark.parametrize(
    "change",
    [
        lambda b: with_payload(b, lambda s: s["subject"][0]["digest"].update(sha256="0" * 64)),
        lambda b: with_payload(b, lambda s: s["subject"].reverse()),
        lambda b: with_payload(b, lambda s: s["predicate"].update(extra=1)),
        lambda b: with_payload(b, lambda s: s.update(predicateType="https://in-toto.io/attestation/test-result/v0.2")),
        lambda b: b.replace(b'"sig":"M', b'"sig":"N'),
        lambda b: b.replace(b"vnd.in-toto+json", b"vnd.in-toto+jsom"),
        lambda b: b[:-2],
        lambda _: b"{}",
        lambda _: b"",
    ],
    ids=["subject", "order", "predicate", "type", "signature", "payload-type", "cut", "object", "empty"],
)
def test_a_changed_statement_is_found(sealed, name, change):
    """What was signed, its type, the signature, the bundle's form."""
    path = sealed.inside(name)
    path.write_bytes(change(path.read_bytes()))
    assert sealed.wrong()


def test_a_missing_part_is_found(sealed):
    """No test result, no summary, no sign-off."""
    for name, said in (
        (folder.SIGN_OFF, "the report is not signed off: use `promotion sign-off`"),
        (folder.TEST_RESULT, "there is no seal: create it with `promotion seal`"),
        (folder.SUMMARY, "there is no seal: create it with `promotion seal`"),
    ):
        sealed.inside(name).unlink()
        assert said in sealed.wrong()


def test_statements_cannot_stand_in_for_each_other(sealed):
    """Each is signed by the right key, and is of another kind."""
    one, other = (sealed.inside(name) for name in (folder.TEST_RESULT, folder.SUMMARY))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    assert any("the test result is of another kind" in problem for problem in sealed.wrong())
    one.write_bytes(first)
    other.write_bytes(first)
    assert any("the summary is of another kind" in problem for problem in sealed.wrong())


@pytest.mark.parametrize("key", ["stranger", "approver", "lead"])
def test_another_key_does_not_seal(story, key):
    """Neither a key that nobody knows nor one that is for signing off."""
    story.seal(key)
    story.sign_off()
    assert any(problem.startswith("the seal is not valid") for problem in story.wrong())


@pytest.mark.parametrize(
    ("by", "key", "said"),
    [
        (APPROVER, "stranger", "the sign-off is not valid"),
        (APPROVER, "seal", "the sign-off is not valid"),
        (APPROVER, "lead", "the sign-off is not valid"),
        ("somebody", "approver", "no key was given for somebody"),
        (LEAD, "lead", "release-lead signed off and is the deployment lead: somebody else must approve"),
    ],
)
def test_another_person_does_not_sign_off(story, by, key, said):
    """A key nobody knows, the key of the seal, somebody else's, nobody's name, and the lead's own."""
    story.seal()
    story.sign_off(by, key)
    assert any(said in problem for problem in story.wrong())


def test_a_seal_of_another_image_does_not_count(sealed):
    """A whole, right seal is of one image."""
    other = "sha256:" + "1" * 64
    assert (
        f"the record is of {sealed.record()['digest']}, expected {other}: run the checklist for this image"
        in sealed.wrong(digest=other)
    )


def test_a_seal_counts_for_its_time(sealed):
    """An hour after the run, what was seen in dev may be other."""
    sealed.now += timedelta(minutes=50)
    assert sealed.wrong() == []
    sealed.now += timedelta(seconds=1)
    assert sealed.wrong() == [
        "the seal expired at 2026-11-23T10:42:00.000Z: the evidence may have changed since, so run the checklist again"
    ]


def test_another_checklist_or_other_settings_do_not_count(sealed):
    """A checklist without an item, a limit loosened, and not knowing either."""
    assert any("a different checklist.md" in one for one in sealed.wrong(checklist_sha256="0" * 64))
    stricter = copy.deepcopy(SETTINGS)
    stricter["limits"]["error_rate"] = 0.0001
    assert sealed.wrong(settings=stricter) == ["it was judged with other settings: limits.error_rate differ"]
    elsewhere = copy.deepcopy(SETTINGS)
    elsewhere["image"]["signer"]["key"] = "/deploy/job-2/cosign.pub"
    assert sealed.wrong(settings=elsewhere) == []
    elsewhere["image"]["signer"]["key"] = "/deploy/job-2/another.pub"
    assert sealed.wrong(settings=elsewhere)
    assert any("the checklist to verify against is not known" in one for one in sealed.wrong(checklist_sha256=None))
    assert any("the settings to verify against" in one for one in sealed.wrong(settings=None))


def test_a_seal_made_anew_takes_the_sign_off_away(sealed):
    """Whoever signed off had read the seal before."""
    before = sealed.inside(folder.SIGN_OFF).read_bytes()
    record = sealed.record() | {"clock": "2026-11-23T09:41:30.000Z"}
    sealed.write(record)
    sealed.seal()
    assert "the report is not signed off: use `promotion sign-off`" in sealed.wrong()
    sealed.inside(folder.SIGN_OFF).write_bytes(before)
    assert "the sign-off is of a seal other than the one in this directory" in sealed.wrong()


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "NO-GO", "exit_code": 1},
        {"verdict": "HOLD", "exit_code": 10},
        {"complete": False},
        {"errors": ["a test beside the checklist failed"]},
    ],
    ids=["no-go", "hold", "incomplete", "errors"],
)
def test_what_is_no_whole_go_is_never_sealed_as_passed(story, change):
    """It is refused, or with --archive kept as FAILED, and does not verify."""
    story.write(record_of_go() | change)
    with pytest.raises(Unknown, match="only a complete GO is sealed"):
        story.seal()
    assert story.seal(archive=True) == "FAILED"
    assert payload(story.inside(folder.SUMMARY).read_bytes())["predicate"]["verificationResult"] == "FAILED"
    story.sign_off()
    assert story.wrong()


def test_an_item_that_did_not_run_counts_against(story):
    """A verdict edited to GO above an item that nobody ran is not passed."""
    record = record_of_go()
    item(record).update(status="unknown", reason="not-run")
    story.write(record)
    assert story.seal(archive=True) == "FAILED"
    said = payload(story.inside(folder.TEST_RESULT).read_bytes())["predicate"]
    assert said["failedTests"] == ["image-size"]


def test_a_page_that_is_not_the_record_s_is_not_sealed(story):
    """What people read and what is signed are one."""
    (story.folder / folder.PAGE).write_text("<p>GO</p>")
    with pytest.raises(Unknown, match="does not match"):
        seal(story.folder, open_signer(story.key("seal")), minutes=60)
