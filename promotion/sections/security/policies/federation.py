"""People and programs whom an identity provider vouches for: what of a token tells who it is, and what anybody may have.

A provider that many parties get tokens from (GitHub, GitLab, an EKS cluster) vouches for all of them. Which claims tell
them apart is in providers.toml. Of a provider that is not there, any claim that holds still does, the audience only if
it is not the one that AWS itself suggests to everybody.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html and, for SAML,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from promotion.sections.security.policies.domains import ANYTHING, Domain, Free
from promotion.sections.security.policies.globs import has_wildcard, matcher
from promotion.sections.security.policies.meeting import FILLER
from promotion.sections.security.policies.requests import Principal
from promotion.sections.security.policies.search import Asker

BUILT_IN = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
"""Providers that a trust policy names without an ARN, and that every account knows."""
SUGGESTED_AUDIENCE = "sts.amazonaws.com"
_STRANGE = Free((f"{FILLER}*",))
"""What nobody chose: a pattern that lets it through lets anything through."""


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect provider whose tokens tell of many parties."""

    name: str
    host: str
    party: str
    audience: bool
    sub: tuple[str, ...]
    claims: Mapping[str, tuple[str, ...]]
    free: frozenset[str]
    source: str

    def domain(self, claim: str) -> Domain:
        """What a party that nobody named has in a claim, in lower case."""
        if claim == "sub":
            return Free(self.sub)
        if claim == "aud":
            return ANYTHING if self.audience else Free(("{!}", "{!}/*", "https://*/{!}"))
        if claim in self.free:
            return ANYTHING
        return Free(self.claims[claim]) if claim in self.claims else _STRANGE


@cache
def shared_providers() -> tuple[Provider, ...]:
    """Read providers.toml."""
    entries = tomllib.loads(files(__package__).joinpath("providers.toml").read_text(encoding="utf-8"))["providers"]
    return tuple(
        Provider(
            **{
                **entry,
                "sub": tuple(entry["sub"]),
                "claims": {claim: tuple(forms) for claim, forms in entry["claims"].items()},
                "free": frozenset(entry["free"]),
            }
        )
        for entry in entries
    )


def provider_of(host: str) -> Provider | None:
    """Give what is known of a provider; None: nothing."""
    return next((one for one in shared_providers() if matcher((one.host,))(host)), None)


def host_of(name: str) -> str:
    """The host and path by which a provider's condition keys begin."""
    return name.partition(":oidc-provider/")[2] or name


def is_saml(name: str) -> bool:
    """Whether a federated principal is a SAML provider."""
    return ":saml-provider/" in name


def unknown_party(name: str) -> Iterator[Asker]:
    """Somebody for whom a provider vouches, and whom nobody named."""
    if is_saml(name):
        yield Asker(Principal("saml", name=name), _saml)
        return
    host = host_of(name)
    known = provider_of(host)

    def domain(key: str) -> Domain:
        prefix = f"{host.lower()}:"
        if not key.startswith(prefix):
            # What is not of this provider is not in its tokens, but for what STS adds.
            return ANYTHING if key.startswith(("aws:", "sts:")) else Free((), absent=True)
        claim = key.removeprefix(prefix)
        if known is not None:
            return known.domain(claim)
        if claim == "aud":
            return Free((f"{FILLER}*", SUGGESTED_AUDIENCE))
        return Free(("*@{!}",)) if claim == "email" else _STRANGE

    yield Asker(Principal("oidc", name=name), domain)


def any_party(name: str) -> Iterator[Asker]:
    """Whoever the provider vouches for, whatever his claims are."""
    yield Asker(Principal("saml" if is_saml(name) else "oidc", name=name), lambda _: ANYTHING)


def _saml(key: str) -> Domain:
    return _STRANGE if key.startswith("saml:") else ANYTHING


def describe_party(name: str) -> str:
    """Name those whom nobody named, for a message."""
    if is_saml(name):
        return f"everybody whom {name.rpartition('/')[2]} authenticates, for any audience"
    known = provider_of(host_of(name))
    if known is None:
        return f"every subject of {host_of(name)}"
    return f"any {known.party} of {known.name}" if has_wildcard(known.host) else f"any {known.party} on {known.name}"


def binding_of(name: str) -> str:
    """Say which condition would tell whom, for a message."""
    if is_saml(name):
        return "saml:aud with StringEquals, or saml:sub"
    host = host_of(name)
    known = provider_of(host)
    if known is None:
        return f"{host}:sub with StringEquals"
    claim = "sub" if known.name not in ("Google", "Amazon Cognito") else "aud"
    if known.host in ("www.amazon.com", "graph.facebook.com"):
        claim = "app_id"
    return f"{host}:{claim} with the {known.party} named in full"
