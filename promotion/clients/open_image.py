"""Where the image and its build are read from, as promotion.toml says: registry or directory, AWS account, GitHub."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from promotion.clients.aws.account import Account
from promotion.clients.http.client import OnCall
from promotion.clients.oci.read_once import ReadOnce
from promotion.core.api_calls import note_call
from promotion.core.clock import Clock
from promotion.core.environment_secrets import Secrecy
from promotion.core.redact import Redactor
from promotion.core.templates import fill_text
from promotion.settings.account import AwsAccess
from promotion.settings.image import GitHub, Image
from promotion.settings.model import LookupSettings
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.clients.github.client import GitHubClient
    from promotion.clients.oci.push import Pusher

_ECR_HOST = re.compile(r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.")


class Undeclared:
    """Stands for an AWS account that promotion.toml does not name; asking it anything raises Unknown, not-declared."""

    @property
    def account(self) -> str:
        """Refuse to name it."""
        raise self._unknown

    def client(self, service: str) -> Any:
        """Refuse to give a client."""
        del service
        raise self._unknown

    @property
    def _unknown(self) -> Unknown:
        return Unknown(
            Reason.NOT_DECLARED,
            "promotion.toml does not say which AWS account the image or its key is in: add [image.aws] with "
            "account and region",
        )


def image_account(image: Image, looking: LookupSettings, redactor: Redactor) -> Account | Undeclared:
    """Give the account of the image: `[image.aws]`, else what the name of its ECR registry says."""
    access, named = image.aws, _ECR_HOST.match(image.repository)
    if access is None and named is not None:
        access = AwsAccess(account=named["account"], region=named["region"])
    return Undeclared() if access is None else Account("image.aws", access, looking, redactor)


def open_image(image: Image, looking: LookupSettings, secrecy: Secrecy, ecr: Callable[[], Any]) -> ReadOnce:
    """Open what the image is read from. `ecr` gives boto3's ECR client, once the registry asks who we are.

    Raises Unknown: a layout that is none, a `${NAME}` that is not set, an address that cannot be used.
    """
    from promotion.clients.oci.layout import LayoutSource
    from promotion.clients.oci.registry import RegistrySource
    from promotion.clients.oci.source import RegistryLimits
    from promotion.core.image_reference import Repository

    limits = RegistryLimits(
        connect_timeout=looking.connect_timeout, read_timeout=looking.read_timeout, attempts=looking.attempts
    )
    if image.layout is not None:
        return ReadOnce(LayoutSource(Path(image.layout), limits=limits))
    try:
        return ReadOnce(
            RegistrySource(
                Repository.parse(image.repository),
                endpoint=image.endpoint_url,
                login=_login(image, secrecy, ecr),
                ca_bundle=image.ca_bundle,
                limits=limits,
                on_call=_note_call,
            )
        )
    except ValueError as mistake:
        raise Unknown(Reason.NOT_DECLARED, f"{mistake}: check [image] in promotion.toml") from None


def open_pusher(image: Image, looking: LookupSettings, secrecy: Secrecy, ecr: Callable[[], Any]) -> "Pusher":
    """Open the image's repository to push beside the image. Raises Unknown as `open_image` does."""
    from promotion.clients.oci.push import Pusher
    from promotion.clients.oci.source import RegistryLimits
    from promotion.core.image_reference import Repository

    if image.layout is not None:
        raise Unknown(Reason.NOT_SUPPORTED, "the image is in a directory, to which nothing is attached")
    try:
        return Pusher(
            Repository.parse(image.repository),
            endpoint=image.endpoint_url,
            login=_login(image, secrecy, ecr),
            ca_bundle=image.ca_bundle,
            limits=RegistryLimits(connect_timeout=looking.connect_timeout, read_timeout=looking.read_timeout),
        )
    except ValueError as mistake:
        raise Unknown(Reason.NOT_DECLARED, f"{mistake}: check [image] in promotion.toml") from None


def open_github(
    settings: GitHub, looking: LookupSettings, secrecy: Secrecy, clock: Clock, on_call: OnCall
) -> "GitHubClient":
    """Open the repository at GitHub. Raises Unknown, not-declared, for an address that cannot be used."""
    from promotion.clients.github.client import GitHubClient, GitHubLimits

    try:
        return GitHubClient(
            settings.repository,
            token=(lambda: fill_text(settings.token, secrecy=secrecy)) if settings.token else None,
            api_url=settings.api_url,
            ca_bundle=settings.ca_bundle,
            limits=GitHubLimits(connect=looking.connect_timeout, read=looking.read_timeout, attempts=looking.attempts),
            clock=clock,
            on_call=on_call,
        )
    except ValueError as mistake:
        raise Unknown(Reason.NOT_DECLARED, f"{mistake}: check [github] in promotion.toml") from None


def _login(image: Image, secrecy: Secrecy, ecr: Callable[[], Any]) -> Any:
    from promotion.clients.oci.auth import Credentials
    from promotion.clients.oci.ecr import ecr_login
    from promotion.core.image_reference import Repository

    if image.username is not None and image.password is not None:
        username, password = (fill_text(text, secrecy=secrecy) for text in (image.username, image.password))
        return lambda: Credentials(username, password, token_host=image.token_host)
    if Repository.parse(image.repository).is_ecr:

        def login() -> Credentials:
            credentials: Credentials = ecr_login(ecr())()
            secrecy.hide(credentials.password)
            return credentials

        return login
    return None


def _note_call(call: Any) -> None:
    parts = urlsplit(call.url)
    outcome = "no answer" if call.status is None else "ok" if call.status < 400 else str(call.status)
    note_call(parts.netloc, f"{call.method} {parts.path}", call.request_id, outcome)
