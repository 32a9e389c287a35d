"""What look-ups look with: made on first use, once, and shared by all of them."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.channels.send import means_of
from promotion.clients.http.client import HttpClient
from promotion.clients.http.public import note_request
from promotion.clients.oci.identity import PromotedImage
from promotion.clients.open_image import image_account, open_github, open_image
from promotion.core.clock import TickingClock
from promotion.core.environment_secrets import Secrecy
from promotion.core.redact import Redactor
from promotion.record.journal import Journal
from promotion.settings import Settings


class Sources(Mapping[str, Callable[[], Any]]):
    """The closed set of things a look-up may ask for by name (`evidence.SOURCES`)."""

    def __init__(
        self,
        settings: Settings,
        digest: str,
        clock: TickingClock,
        redactor: Redactor,
        *,
        journal: Path,
        wait: bool = False,
        act: bool = False,
        chain: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._settings = settings
        self._redactor = redactor
        self._clock = clock
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}
        receipts = Journal(journal)  # one for all: its lock keeps two look-ups from writing the file at once
        self._makers: dict[str, Callable[[], Any]] = {
            "settings": lambda: settings,
            "clock": lambda: clock,
            "digest": lambda: digest,
            "wait": lambda: wait,
            "act": lambda: act,
            "journal": lambda: receipts,
            "chain": lambda: chain,
            "redactor": lambda: redactor,
            "secrecy": lambda: Secrecy(dict(os.environ), redactor.add, redactor.text),
            "dev_aws": lambda: self._account("dev"),
            "prod_aws": lambda: self._account("prod"),
            "dev_http": lambda: self._http("dev"),
            "prod_http": lambda: self._http("prod"),
            "github": lambda: open_github(
                settings.github, settings.looking, self._makers["secrecy"](), clock, note_request
            ),
            # Opens GitHub and AWS when a channel needs them, not before.
            "channel_means": lambda: means_of(
                settings, self["github"], self["prod_aws"], self._makers["secrecy"](), receipts, clock, act=act
            ),
            "image_aws": lambda: image_account(settings.image, settings.looking, redactor),
            "image_source": lambda: open_image(
                settings.image,
                settings.looking,
                self._makers["secrecy"](),
                # Asked for on the first refusal of the registry, when no source is being made.
                lambda: self["image_aws"]().client("ecr"),
            ),
            # Opens its source when it needs it, not before.
            "promoted_image": lambda: PromotedImage(digest, self["image_source"]),
        }

    def __getitem__(self, name: str) -> Callable[[], Any]:
        make = self._makers[name]

        def once() -> Any:
            with self._lock:
                if name not in self._made:
                    self._made[name] = make()
                return self._made[name]

        return once

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def _account(self, name: str) -> Account:
        return Account(name, self._settings.environment(name), self._settings.looking, self._redactor)

    def _http(self, name: str) -> HttpClient:
        looking = self._settings.looking
        return HttpClient(
            secrecy=self._makers["secrecy"](),
            ca_bundle=self._settings.environment(name).ca_bundle,
            connect_timeout=looking.connect_timeout,
            read_timeout=looking.read_timeout,
            clock=self._clock,
            on_call=note_request,
        )
