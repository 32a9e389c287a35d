"""The AWS of the sandbox: moto with the fills in, as one WSGI application."""

from typing import TYPE_CHECKING

from promotion.sandbox import preload as warm

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def application() -> "WSGIApplication":
    """Give moto's server as a WSGI application; it finds the service by the signature's scope.

    What neither moto nor a fill can answer raises NotImplementedError through the application: whoever serves it says
    so on the wire, in the protocol of the service.
    """
    warm.prepare()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from promotion.sandbox import moto_patches

    moto_patches.install()
    app = DomainDispatcherApplication(create_backend_app)
    # REST and HTTP APIs share an endpoint. moto's REST APIs need a validator of OpenAPI that nothing here has use for.
    app.backend_url_patterns = [
        ("apigatewayv2" if service == "apigateway" else service, pattern)
        for service, pattern in app.backend_url_patterns
    ]
    made: WSGIApplication = app
    return made
