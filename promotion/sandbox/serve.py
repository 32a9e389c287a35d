"""One WSGI application on one loopback port, threaded, with or without TLS."""

import socket
import ssl
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from promotion.sandbox.answer import Answer, answered

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"
HANDSHAKE_SECONDS = 10
"""How long a TLS client may stay silent; only its own thread waits."""


class _Handler(WSGIRequestHandler):
    """Reads the whole request before the application sees it, so that connections can be kept alive.

    Werkzeug's own handler closes every connection, because it cannot know what the application left unread.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        source = environ["wsgi.input"]
        chunked = "wsgi.input_terminated" in environ
        body = source.read() if chunked else source.read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer = answered(self.server.app, environ, body)
        except ConnectionError:  # the application wants no answer to be given
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 - a web server answers 500 to a defect of its application
            traceback.print_exc()
            answer = Answer(500, (("Content-Type", "text/plain"),), b"Internal Server Error")
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        given = {name.lower(): value for name, value in answer.headers}
        bodiless = self.command == "HEAD" or answer.status in {204, 304}
        if not bodiless and int(given.get("content-length", len(answer.body))) != len(answer.body):
            self.close_connection = True
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if "date" not in given:
            self.send_header("Date", self.date_time_string())
        if "content-length" not in given and not bodiless:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless:
            self.wfile.write(answer.body)

    def handle_expect_100(self) -> bool:
        expected = super().handle_expect_100()
        self.wfile.flush()  # the client sends its body only after this
        return expected

    def log(self, *_: Any) -> None:
        """Write nothing: requests are noted in the list of calls."""


def serve(app: "WSGIApplication", *, port: int = 0, tls: Callable[[], ssl.SSLContext] | None = None) -> int:
    """Serve `app` on a loopback port, a free one unless it is given, from daemon threads of this process.

    Gives the port. `tls` gives the context for each new connection; the handshake is made in the connection's own
    thread, for if it were made while accepting, one silent client would keep all others out. Raises OSError if the port
    is taken.
    """
    with socket.create_server((LOOPBACK, port), backlog=128) as listening:
        server = make_server(LOOPBACK, 0, app, threaded=True, request_handler=_Handler, fd=listening.fileno())
    if tls:
        server.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # only tells werkzeug that the scheme is https
        vars(server)["finish_request"] = _after_handshake(server.finish_request, tls)
    threading.Thread(target=server.serve_forever, args=(3600,), daemon=True).start()
    return server.port


def _after_handshake(finish: Callable[..., None], tls: Callable[[], ssl.SSLContext]) -> Callable[..., None]:
    def finish_request(request: socket.socket, address: Any) -> None:
        request.settimeout(HANDSHAKE_SECONDS)
        try:
            secured = tls().wrap_socket(request, server_side=True)
        except OSError:  # the client does not trust us, speaks no TLS, went away or stays silent: its own affair
            return
        secured.settimeout(None)
        with secured:
            finish(secured, address)

    return finish_request
