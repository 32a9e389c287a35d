"""GitHub's REST API over one repository in memory, as one WSGI application."""

from promotion.sandbox.github.app import GitHub, Token
from promotion.sandbox.github.repository import Repository

__all__ = ["GitHub", "Repository", "Token"]
