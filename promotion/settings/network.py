"""What the network may let in, and how HTTPS must be offered."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from promotion.settings.strict import Strict


class OtherAccount(Strict):
    """Another account whose security groups rules may name."""

    id: str = Field(pattern=r"^\d{12}$")
    reason: str = Field(min_length=1)


class DeclaredOpening(Strict):
    """A door that is meant to be open, and why."""

    group: str = Field(min_length=1)
    """Id or name of the security group; `*` stands for any characters."""
    protocol: str = Field(default="tcp", pattern=r"^(tcp|udp|icmp|icmpv6|all|\d{1,3})$")
    """A rule for all protocols is only covered by `all`."""
    ports: tuple[str | int, ...] = ()
    """`22`, `"8000-8100"`, or types of ICMP; all of them if none is given."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Who may come in: `world`, CIDR blocks, ids of security groups, ids or names of prefix lists."""
    reason: str = Field(min_length=1)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """First and last port of each range, in order."""
        return sorted(_range(text) for text in self.ports)

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        for text in self.ports:
            first, last = _range(text)
            if not 0 <= first <= last <= 65535:
                raise ValueError(f'{text!r} is not a port range: write 22 or "8000-8100"')
        _check_sources(self.sources)
        return self


class Https(Strict):
    """How a load balancer must offer HTTPS."""

    http_url: str | None = Field(default=None, pattern="^http://")
    """Where plain HTTP is answered, without a trailing slash; `http://` and the host of the target's `url` if empty."""
    policies: tuple[str, ...] = ()
    """TLS policies that are accepted beside those that AWS recommends."""
    min_days: int = Field(default=30, ge=0)
    """Days that certificates must still be valid."""
    not_applicable: str | None = Field(default=None, min_length=1)
    """Why there is no load balancer to offer it; it is looked whether that is so."""


class Network(Strict):
    """The doors of an environment."""

    listener_ports: tuple[int, ...] = (443, 80)
    """Where load balancers may be open, if they listen there."""
    open_to: tuple[str, ...] = ("world",)
    """To whom they may be open: `world`, CIDR blocks, ids or names of prefix lists."""
    app_ports: tuple[int, ...] = ()
    """Ports of the application that only its load balancer may reach, beside those its targets are registered with."""
    public_limit: int = Field(default=256, ge=0)
    """Of more IPv4 addresses, or IPv6 networks (/64), than that, what may come in counts as the open internet."""
    accounts: tuple[OtherAccount, ...] = ()
    exceptions: tuple[DeclaredOpening, ...] = ()
    https: dict[str, Https] = {}
    """By the name of the target whose load balancer it is."""

    @field_validator("open_to")
    @classmethod
    def _are_sources(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        _check_sources(sources)
        return sources


def _range(text: str | int) -> tuple[int, int]:
    first, _, last = str(text).partition("-")
    try:
        return int(first), int(last or first)
    except ValueError:
        raise ValueError(f'{text!r} is not a port range: write 22 or "8000-8100"') from None


def _check_sources(sources: tuple[str, ...]) -> None:
    from ipaddress import ip_network

    for source in sources:
        if "/" in source:
            try:
                ip_network(source, strict=False)
            except ValueError:
                raise ValueError(f"{source!r} is not a CIDR block") from None
