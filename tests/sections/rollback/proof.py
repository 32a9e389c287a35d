"""What the proofs of rollback readiness and of the traffic plan share."""

from promotion.sandbox import catalogue
from tests.runner import judge

STATUS = {"fault": ("failed",), "clean": ("passed",), "blind": ("unknown", "pending")}


def faults_of(*items):
    """Give every fault of these items."""
    return [fault for fault in catalogue.load().values() if fault.item in items]


def chosen(*items):
    """Select just these items."""
    names = dict.fromkeys(item.partition("[")[0].replace("-", "_") for item in items)
    return "-k", " or ".join(f"test_{name}" for name in names)


def covers(declared, found):
    """Whether a declaration `item` or `item[subject]` speaks of what was found, an `item[subject]`."""
    return found == declared or found.startswith(f"{declared}[")


def prove(fault, world_pool, folder):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    ours = (fault.item, *fault.falls_with)
    with world_pool.world(fault.name) as world:
        judged = judge(world, folder, *chosen(*ours))
    bad = judged.bad()
    assert judged.item(fault.item)["status"] in STATUS[fault.kind], judged.printed
    stray = {one for one in bad if not any(covers(name, one) for name in ours)}
    assert not stray, judged.printed
    missing = [name for name in fault.falls_with if not any(covers(name, one) for one in bad)]
    assert not missing, judged.printed
    assert fault.kind != "clean" or not bad, judged.printed
    statuses = {subject["status"] for item in judged.record["items"] for subject in item["subjects"]}
    assert fault.kind != "blind" or "failed" not in statuses, judged.printed
    assert "Traceback" not in judged.printed
    messages = [subject["message"] for subject in judged.item(fault.item)["subjects"] if subject["status"] != "passed"]
    assert fault.kind == "clean" or all(messages)
    return judged
