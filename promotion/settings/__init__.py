"""promotion.toml: what to look at and what to expect of it."""

from promotion.settings.load import Loaded, SettingsError, load, parse
from promotion.settings.model import Settings

__all__ = ["Loaded", "Settings", "SettingsError", "load", "parse"]
