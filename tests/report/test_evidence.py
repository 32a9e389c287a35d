"""How evidence is shown: where, how much of it, and when it could not be seen."""

from promotion.report import page

from .dom import read


def test_evidence_has_when_it_was_seen_and_by_which_calls(troubled):
    """Evidence shows its name, its time, its value, and each call with time, request id and what went wrong."""
    proof = read(page(troubled)).by_id("item-least-privilege").all("details", "proof")[-1]
    assert proof.one("summary").text == "roles[shop-codedeploy-ec2]seen 2026-11-23 09:41:12Z"
    calls = [call.text for call in proof.one("ul", "calls").all("li")]
    assert calls[1].startswith("iam GetRolePolicy AccessDenied09:41:11.077Z11c1f0a4-")


def test_why_it_could_not_be_seen_is_not_said_twice(troubled):
    """The reason stands at the evidence; its message only when the subject has not said it already."""
    root = read(page(troubled))
    assert root.by_id("item-least-privilege").one("p", "unseen").text == "Could not be seen: access denied."
    subject = next(i for i in troubled["items"] if i["id"] == "least-privilege")["subjects"][2]
    subject["message"] = "because of that nobody can say"
    again = read(page(troubled)).by_id("item-least-privilege").one("p", "unseen").text
    assert again.startswith("Could not be seen: access denied. iam:GetRolePolicy")


def test_evidence_of_passed_subjects_is_closed_where_another_is_not(troubled):
    """In an item that needs reading, only the evidence that needs reading is open."""
    proofs = read(page(troubled)).by_id("item-least-privilege").all("details", "proof")
    assert [("open" in proof.attributes) for proof in proofs] == [False, True]


def test_evidence_of_several_items_is_shown_once(good):
    """Evidence that two items rest on stands under one of them, and the other links to it."""
    root = read(page(good))
    assert root.by_id("item-rollback-alarms").one("details", "proof")
    link = root.by_id("item-automatic-rollback").one("p", "elsewhere").one("a")
    assert link.attributes["href"] == "#item-rollback-alarms"


def test_evidence_stands_under_an_item_that_blocks(good):
    """The filter for what blocks hides the others, so no blocking item's evidence may stand elsewhere."""
    item = next(i for i in good["items"] if i["id"] == "automatic-rollback")
    item.update(status="failed")
    item["subjects"][0].update(status="failed", message="The group shop-ec2-prod has no automatic rollback.")
    root = read(page({**good, "verdict": "NO-GO"}))
    assert root.by_id("item-automatic-rollback").one("details", "proof")
    assert root.by_id("item-rollback-alarms").one("p", "elsewhere")


def test_evidence_that_is_not_in_the_record_is_said_to_be_missing(good):
    """A name without evidence is no silence."""
    good["evidence"].pop("build_run")
    assert "nobody looked" in read(page(good)).by_id("item-build-workflow").one("p", "elsewhere").text


def test_evidence_of_all_subjects_stands_once_below_them(troubled):
    """What the subjects of an item share is not repeated for each."""
    item = read(page(troubled)).by_id("item-security-groups")
    assert len(item.all("details", "proof")) == 1
    assert not [proof for subject in item.all("div", "subject") for proof in subject.all("details", "proof")]


def test_many_calls_are_counted(good):
    """Of a long list of calls the first are shown, and how many more there are."""
    call = good["evidence"]["build_run"]["calls"][0]
    good["evidence"]["build_run"]["calls"] = [call] * 40
    calls = read(page(good)).by_id("item-build-workflow").one("ul", "calls").all("li")
    assert calls[-1].text == "and 28 more calls in record.json"
