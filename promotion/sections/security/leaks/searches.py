"""What a log is searched for: the service's own secrets, and whatever looks like one. This module does I/O."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promotion.clients.aws.account import Account
from promotion.sections.security.leaks.doubts import Doubts
from promotion.settings import Settings
from promotion.unknown import Reason

if TYPE_CHECKING:
    from promotion.core.secret_value import SecretValue
    from promotion.sections.security.leaks.scan import Planted


class Searches:
    """What is searched for. Values are in it and nowhere else, as long as the look-up lasts."""

    def __init__(self, settings: Settings, doubts: Doubts, now: datetime) -> None:
        self._settings, self._doubts, self._now = settings, doubts, now
        self.planted: list[Planted] = []
        self.values = self.rules = 0
        self.engine = ""
        self._patterns: Any = None

    def look_for_values(self, accounts: Mapping[str, Account]) -> None:
        """Read the values of the secrets that are declared, and search for them."""
        from promotion.sections.security.leaks import engines
        from promotion.sections.security.secrets.values import load_values

        values: list[SecretValue] = []
        for name in self._settings.leaks.environments:
            declared = self._settings.environment(name).secrets
            if not declared:
                self._doubts.add(
                    Reason.NOT_DECLARED,
                    f"promotion.toml declares no secret of {name}, so none can be searched for in the logs: add "
                    f"[[{name}.secrets]], or remove {name} from leaks.environments",
                )
            for secret in declared:
                with self._doubts.kept():
                    values += load_values(accounts[name].client("secretsmanager"), secret)
        search, planted = engines.known(values, self._public())
        for label in search.too_short:
            self._doubts.add(
                Reason.NOT_SUPPORTED,
                f"the value of {label} is too short or too common to search for reliably: rotate it to a longer one",
            )
        self.values = len(values) - len(search.too_short)
        self.planted.append(planted)

    def look_for_patterns(self) -> None:
        """Read the rules, and search by them."""
        from promotion.sections.security.leaks import engines

        with self._doubts.kept():
            self._patterns, planted = engines.patterns(self._settings.leaks, self._now.date())
            self.rules, self.engine = self._patterns.rules, self._patterns.patterns.engine
            self.planted.append(planted)

    def unused(self) -> tuple[str, ...]:
        """Give the entries of the allow-list that let nothing through."""
        return () if self._patterns is None else tuple(map(str, self._patterns.patterns.unused()))

    def _public(self) -> Iterator[str]:
        """Give names that are in settings and in logs: a value may have them in it."""
        settings = self._settings
        yield from (settings.service, settings.dev.account, settings.prod.account)
        for name in ("dev", "prod"):
            yield from (secret.name for secret in settings.environment(name).secrets)
            yield from settings.environment(name).targets
