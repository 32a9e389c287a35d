"""What a rollback is carried out with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from promotion.actions.workflow import own_run
from promotion.clients.aws.account import Account
from promotion.clients.channels.send import Means
from promotion.clients.github.client import GitHubClient
from promotion.clients.oci.identity import PromotedImage
from promotion.core.clock import TickingClock
from promotion.people.promotion_record import PromotionRecord
from promotion.people.record_file import read_record
from promotion.record.journal import Journal
from promotion.record.receipt import Receipt
from promotion.settings import Settings
from promotion.unknown import Unknown


@dataclass(frozen=True)
class Context:
    """Everything at hand, and for what reason."""

    settings: Settings
    digest: str
    image: PromotedImage
    prod: Account
    github: GitHubClient
    means: Means
    """To tell people; it may act."""
    journal: Journal
    clock: TickingClock
    record: PromotionRecord | None
    """What people say of the promotion, where it can be read."""
    why: str
    """In a few words."""
    on_receipt: Callable[[Receipt], None] = field(default=lambda _: None, repr=False)
    """Hears of each receipt as it comes."""
    own_run: int | None = None
    """The run of GitHub Actions that this is part of."""


def context_of(sources: Mapping[str, Callable[[], Any]], why: str, told: Callable[[Receipt], None]) -> Context:
    """Put it together from what look-ups look with. Raises Unknown, not-declared, where the settings do not allow it."""
    settings, digest, clock = sources["settings"](), sources["digest"](), sources["clock"]()
    github, prod, journal = sources["github"](), sources["prod_aws"](), sources["journal"]()
    try:
        record = read_record(settings.plan.record, digest, settings.service).record
    except Unknown:
        record = None  # a record that cannot be read keeps nobody from going back
    return Context(
        settings,
        digest,
        sources["promoted_image"](),
        prod,
        github,
        replace(sources["channel_means"](), act=True),
        journal,
        clock,
        record if record is not None and record.digest == digest else None,
        why,
        told,
        own_run(),
    )
