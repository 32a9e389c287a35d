"""How the GitHub REST API speaks: pages, problems, media types."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug import Request

from promotion.sandbox.github.repository import Repository

Record = TypeVar("Record")

DOCUMENTATION = "https://docs.github.com/rest"


class Problem(Exception):  # noqa: N818 - named like the answer it becomes
    """An answer with a status from 400."""

    def __init__(self, status: int, message: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        """`errors` are the details of a 422."""
        self.status = status
        self.message = message
        self.errors = errors
        super().__init__(status, message)

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        told: dict[str, Any] = {"message": self.message, "documentation_url": DOCUMENTATION}
        if self.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return {**told, "errors": [*self.errors]} if self.errors else told
        return {**told, "status": str(self.status)}


def missing() -> Problem:
    """Say that there is no such thing, or that the caller may not know."""
    return Problem(404, "Not Found")


def missing_field(resource: str, name: str) -> Problem:
    """Say that a field of the body is not there."""
    return Problem(422, "Validation Failed", [{"resource": resource, "field": name, "code": "missing_field"}])


def invalid_field(resource: str, name: str) -> Problem:
    """Say that a field of the body is not what it must be."""
    return Problem(422, "Validation Failed", [{"resource": resource, "field": name, "code": "invalid"}])


def instant(text: str) -> datetime:
    """Read an instant; without a zone it is UTC.

    Raises Problem.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(422, f"{text!r} is not a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """An answer. `body` None is an empty one; bytes are sent as they are."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Ask:
    """A request of somebody who is known."""

    repository: Repository
    request: Request
    login: str
    is_admin: bool
    now: datetime

    @property
    def api(self) -> str:
        """The URL of the API, without a slash at the end."""
        return self.request.host_url.rstrip("/")

    @property
    def url(self) -> str:
        """The URL of the repository in the API."""
        return f"{self.api}/repos/{self.repository.full_name}"

    @property
    def html(self) -> str:
        """The URL of the repository for people."""
        return f"https://github.com/{self.repository.full_name}"

    def query(self, name: str) -> str | None:
        """Read a query parameter."""
        return self.request.args.get(name)

    def body(self, resource: str, *required: str) -> dict[str, Any]:
        """Read the JSON body.

        Raises Problem: 400 if it is none, 422 if a required field is not there.
        """
        try:
            given = json.loads(self.request.get_data() or b"{}")
        except ValueError:
            raise Problem(400, "Problems parsing JSON") from None
        if not isinstance(given, dict):
            raise Problem(400, "Body should be a JSON object")
        for name in required:
            if given.get(name) is None:
                raise missing_field(resource, name)
        return given

    def page(
        self,
        records: Sequence[Record],
        describe: Callable[["Ask", Record], dict[str, Any]],
        wrapper: str | None = None,
    ) -> Reply:
        """Answer with one page (`page`, `per_page`: 30, at most 100) and links to the others.

        With a `wrapper` the list is in an object beside `total_count`.
        """
        size, number = min(self._number("per_page", 30), 100), self._number("page", 1)
        last = max(-(-len(records) // size), 1)
        listed = [describe(self, record) for record in records[(number - 1) * size : number * size]]
        links = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        shown = {
            name: target
            for name, target in links.items()
            if 1 <= target <= last and (target > number if name in {"next", "last"} else target < number)
        }
        header = ", ".join(f'<{self._here(page=target)}>; rel="{name}"' for name, target in shown.items())
        body = {"total_count": len(records), wrapper: listed} if wrapper else listed
        return Reply(body, headers={"Link": header} if header else {})

    def cursor_page(self, records: Sequence[Record], describe: Callable[["Ask", Record], Any], wrapper: str) -> Reply:
        """Answer with one page between cursors (`before`, `after`), and links to the pages beside it."""
        size = min(self._number("per_page", 30), 100)
        if self.query("before"):
            end = self._number("before", 0)
            start = max(end - size, 0)
        else:
            start = self._number("after", 0)
            end = min(start + size, len(records))
        links = []
        if end < len(records):
            links.append(f'<{self._here(after=end, before=None)}>; rel="next"')
        if start > 0:
            links.append(f'<{self._here(before=start, after=None)}>; rel="prev"')
        body = {wrapper: [describe(self, record) for record in records[start:end]]}
        return Reply(body, headers={"Link": ", ".join(links)} if links else {})

    def _number(self, name: str, default: int) -> int:
        given = self.query(name) or ""
        return int(given) if given.isdecimal() and int(given) > 0 else default

    def _here(self, **changes: int | None) -> str:
        query = {**self.request.args.to_dict(), **changes}
        kept = {name: value for name, value in query.items() if value is not None}
        return f"{self.request.base_url}?{urlencode(kept)}"
