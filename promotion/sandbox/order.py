"""The orders and customers of the service "shop": what its JSON API does, apart from how it is reached."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from promotion.core.clock import Clock, stamp

PRICES = {"tea-250": 790, "coffee-500": 1150, "cup": 1290}
"""Article to its price in cents."""
CUSTOMERS = {
    "c-1001": {"id": "c-1001", "tier": "standard", "country": "IE"},
    "c-1002": {"id": "c-1002", "tier": "plus", "country": "DE"},
}
_ORDER = re.compile(r"/orders/(?P<id>[\w-]+)")
_CUSTOMER = re.compile(r"/customers/(?P<id>[\w-]+)")


@dataclass(frozen=True)
class Reply:
    """One answer of the service. `body` None is an empty body; bytes are sent as they are; all else as JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body, separators=(",", ":")).encode()

    @property
    def content_type(self) -> str:
        """The media type of the body."""
        return "application/problem+json" if self.status >= 400 else "application/json"


def problem(status: int, title: str, detail: str, **members: Any) -> Reply:
    """Say what is wrong, as problem details (RFC 9457)."""
    return Reply(status, {"type": "about:blank", "title": title, "status": status, "detail": detail, **members})


class Orders:
    """The order book of one environment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._number = 5000
        self._orders: dict[str, dict[str, Any]] = {}
        self._take({"customer": "c-1001", "items": [{"sku": "cup", "quantity": 1}], "reference": "first"})
        self._orders["o-5001"]["status"] = "shipped"

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request for orders or customers; 404 for any other path."""
        with self._lock:
            if path == "/orders":
                return self._all(method, query, body)
            if match := _ORDER.fullmatch(path):
                return self._one(method, match["id"])
            if match := _CUSTOMER.fullmatch(path):
                customer = CUSTOMERS.get(match["id"])
                if method != "GET":
                    return not_allowed("GET")
                return Reply(200, customer) if customer else _missing(f"customer {match['id']}")
        return _missing(path)

    def _all(self, method: str, query: Mapping[str, str], body: bytes) -> Reply:
        if method == "POST":
            return self._create(body)
        if method != "GET":
            return not_allowed("GET, POST")
        customer = query.get("customer")
        found = [order for order in self._orders.values() if customer in {None, order["customer"]}]
        return Reply(200, {"orders": found, "count": len(found)})

    def _one(self, method: str, identity: str) -> Reply:
        order = self._orders.get(identity)
        if method not in {"GET", "DELETE"}:
            return not_allowed("GET, DELETE")
        if order is None:
            return _missing(f"order {identity}")
        if method == "GET":
            return Reply(200, order)
        if order["status"] == "shipped":
            return problem(409, "Conflict", f"order {identity} has been shipped and cannot be deleted")
        del self._orders[identity]
        return Reply(204)

    def _create(self, body: bytes) -> Reply:
        try:
            wanted = json.loads(body)
        except ValueError:
            return problem(400, "Bad Request", "the body is not JSON")
        errors = [*_errors(wanted)]
        if errors:
            return problem(422, "Unprocessable Content", "the order is not complete", errors=errors)
        reference = wanted.get("reference")
        if reference is not None and any(order["reference"] == reference for order in self._orders.values()):
            return problem(409, "Conflict", f"there is an order with the reference {reference!r}")
        order = self._take(wanted)
        return Reply(201, order, {"Location": f"/orders/{order['id']}"})

    def _take(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        self._number += 1
        order = {
            "id": f"o-{self._number}",
            "customer": wanted["customer"],
            "items": wanted["items"],
            "reference": wanted.get("reference"),
            "total_cents": sum(PRICES[item["sku"]] * item["quantity"] for item in wanted["items"]),
            "status": "open",
            "created": stamp(self._clock.now()),
        }
        self._orders[order["id"]] = order
        return order


def _errors(wanted: Any) -> list[dict[str, str]]:
    """Tell what is wrong with an order: JSON pointer and detail, for each thing."""
    if not isinstance(wanted, dict):
        return [{"pointer": "", "detail": "must be an object"}]
    errors = []
    if wanted.get("customer") not in CUSTOMERS:
        errors.append({"pointer": "/customer", "detail": "must be a known customer"})
    items = wanted.get("items")
    if not isinstance(items, list) or not items:
        return [*errors, {"pointer": "/items", "detail": "must be a list of at least one item"}]
    for number, item in enumerate(items):
        if not isinstance(item, dict) or item.get("sku") not in PRICES:
            errors.append({"pointer": f"/items/{number}/sku", "detail": "must be a known article"})
        elif type(item.get("quantity")) is not int or item["quantity"] < 1:
            errors.append({"pointer": f"/items/{number}/quantity", "detail": "must be a whole number from 1"})
    return errors


def _missing(what: str) -> Reply:
    return problem(404, "Not Found", f"there is no {what}")


def not_allowed(methods: str) -> Reply:
    """Refuse a method, and tell which ones are allowed."""
    reply = problem(405, "Method Not Allowed", f"allowed are {methods}")
    return Reply(reply.status, reply.body, {"Allow": methods})
