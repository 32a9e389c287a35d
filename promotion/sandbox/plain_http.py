"""Port 80 of a load balancer, served without TLS: it does what the listener's default action says."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from promotion.sandbox.http_faults import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from promotion.sandbox.world.model import Environment

HTTP, HTTPS = "80", "443"
STATUS = {301: "Moved Permanently", 302: "Found", 303: "See Other", 200: "OK", 403: "Forbidden", 404: "Not Found"}


class PlainFront:
    """A load balancer's listener without TLS. What it does is read from the listener at each request."""

    def __init__(self, environment: "Environment", service: "WSGIApplication") -> None:
        """`service` is what the listener forwards to."""
        self._environment = environment
        self._service = service
        self.https_port = HTTPS
        """The port that stands for 443."""
        self.status: int | None = None
        """Status of the redirect, if something before the load balancer gives another one."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answer one request; without a listener the connection is closed."""
        action = self._action()
        if action is None:
            raise Dropped("there is no listener")
        if action["Type"] == "redirect":
            return self._redirect(action["RedirectConfig"], environ, start_response)
        if action["Type"] == "fixed-response":
            fixed = action["FixedResponseConfig"]
            return _say(start_response, int(fixed["StatusCode"]), fixed.get("MessageBody") or "")
        return self._service(environ, start_response)

    def _action(self) -> "Mapping[str, Any] | None":
        wanted = self._environment.listeners[int(HTTP)]
        balancers = self._environment.backend("elbv2").load_balancers
        for balancer in balancers.values():
            listener = balancer.listeners.get(wanted)
            if listener is not None:
                found: Mapping[str, Any] = listener.default_actions[-1].data
                return found
        return None

    def _redirect(
        self, to: "Mapping[str, Any]", environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Fill in what the action leaves as it came, as Elastic Load Balancing does with `#{host}` and its like."""
        asked = str(environ.get("HTTP_HOST", "")).rpartition(":")[0] or str(environ.get("HTTP_HOST", ""))
        host = str(to.get("Host") or "#{host}").replace("#{host}", asked)
        port = str(to.get("Port") or "#{port}").replace("#{port}", str(environ["SERVER_PORT"]))
        scheme = str(to.get("Protocol") or "#{protocol}").replace("#{protocol}", "http").lower()
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        place = f"{scheme}://{host}:{self.https_port if port == HTTPS else port}{quote(environ['PATH_INFO'])}{query}"
        status = self.status or int(str(to["StatusCode"]).removeprefix("HTTP_"))
        return _say(start_response, status, "", ("Location", place))


def _say(start_response: "StartResponse", status: int, text: str, *headers: tuple[str, str]) -> "Iterable[bytes]":
    start_response(f"{status} {STATUS.get(status, 'Unknown')}", [("Content-Type", "text/plain"), *headers])
    return [text.encode()]
