"""The settings and secrets that the commands of the seal go by. This module does I/O."""

from pathlib import Path
from typing import TYPE_CHECKING

from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.core.environment_secrets import Secrecy
    from promotion.settings import Settings


def settings_of(config: Path) -> "Settings":
    """Read promotion.toml. Raises Unknown (malformed)."""
    from promotion.settings import SettingsError, load

    try:
        return load(config).settings
    except SettingsError as mistake:
        raise Unknown(Reason.MALFORMED, str(mistake)) from None


def secrecy() -> "Secrecy":
    """Give what is secret in the environment, for clients that must not tell it."""
    import os

    from promotion.core.environment_secrets import Secrecy

    return Secrecy(dict(os.environ), lambda _: None, lambda text: text)
