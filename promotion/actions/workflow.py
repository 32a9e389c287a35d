"""The run of the workflow that promotes, and cancelling it. This module does I/O.

https://docs.github.com/en/rest/actions/workflow-runs#cancel-a-workflow-run: 202, or 409 if it is over.
"""

import os
import re
from dataclasses import replace
from urllib.parse import quote

from promotion.clients.channels.message import SHORT
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.models import WorkflowRun
from promotion.clients.github.runs import ACTIONS, run
from promotion.clients.github.writing import write
from promotion.core.attempt import tried
from promotion.core.clock import Clock, stamp
from promotion.people.promotion_record import PromotionRecord
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import key_of
from promotion.unknown import Reason, Unknown

_WRITE = "actions: write"
_RUN = re.compile(r"/actions/runs/(\d+)(?:/|$)")


def promote_runs(
    client: GitHubClient, workflow: str, digest: str, record: PromotionRecord | None
) -> tuple[WorkflowRun, ...]:
    """Find the runs of the workflow that promote an image, newest first.

    The one that the promotion record links to; else those whose title names the image, or that run at its commit; else
    those that are not over yet. Raises what `GitHubClient.get` does.
    """
    linked = None if record is None else _RUN.search(record.links.promotion_run)
    if linked is not None:
        return (run(client, int(linked[1])),)
    what = f"the runs of {workflow} in {client.repository}"
    path = f"/actions/workflows/{quote(workflow, safe='')}/runs"
    query = {"created": f">={_since(client)}"}
    entries = client.listed(path, what, permission=ACTIONS, key="workflow_runs", query=query)
    found = [(WorkflowRun.parse(entry, f"one of {what}"), str(entry.get("display_title") or "")) for entry in entries]
    short, commit = digest.removeprefix("sha256:")[:SHORT], "" if record is None else record.commit
    named = [one for one, title in found if short in title or (commit and one.head_sha == commit)]
    return tuple(sorted(named or [one for one, _ in found if not one.ended], key=lambda one: one.started, reverse=True))


def cancel_run(
    client: GitHubClient, found: WorkflowRun, digest: str, journal: Journal, clock: Clock, own: int | None = None
) -> Receipt:
    """Cancel a run, once. ALREADY where it is over, and where it is the run that this is part of: `own`."""
    asked = Receipt(
        key_of(digest, f"cancel:{found.id}"),
        f"run {found.id} cancelled",
        ActionState.ALREADY,
        stamp(clock.now()),
        str(found.id),
        found.url or None,
    )
    if found.ended:
        return replace(asked, message=f"{found.describe()} has completed with {found.conclusion}")
    if found.id == own:
        return replace(
            asked, message=f"{found.describe()} is the run that this command is part of: it ends with this exit code"
        )
    journal.begin(asked)
    what = f"cancelling run {found.id}"
    answer = tried(
        what,
        lambda: write(
            client, "POST", f"/actions/runs/{found.id}/cancel", {}, what, permission=_WRITE, done=(200, 202, 409)
        ),
    )
    if not isinstance(answer, Unknown):
        return journal.keep(replace(asked, state=ActionState.DONE, message=f"{found.describe()} was asked to cancel"))
    sure = answer.reason in (Reason.ACCESS_DENIED, Reason.THROTTLED, Reason.NO_DATA)
    return journal.keep(
        replace(asked, state=ActionState.FAILED if sure else ActionState.UNCLEAR, message=answer.message)
    )


def was_told_to_stop(found: WorkflowRun, digest: str, journal: Journal) -> bool:
    """Whether this run or an earlier one has cancelled a run of the workflow. Raises what the journal does."""
    receipt = journal.find(key_of(digest, f"cancel:{found.id}"))
    return receipt is not None and receipt.done


def own_run() -> int | None:
    """Give the run of GitHub Actions that this process is part of; None outside of one."""
    number = os.environ.get("GITHUB_RUN_ID", "")
    return int(number) if number.isdecimal() else None


def _since(client: GitHubClient) -> str:
    from datetime import timedelta

    from promotion.sections.after_rollback.find_deployments import LOOK_BACK

    return f"{client.clock.now() - LOOK_BACK - timedelta(days=1):%Y-%m-%d}"
