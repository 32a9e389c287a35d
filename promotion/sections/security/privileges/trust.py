"""Who may become a role: nobody but the service it is for, or whom the settings name.

Every statement that allows is tried with everybody whom it may concern, against all that deny. Somebody whom the settings
name is accepted if the conditions make sure that it is he: another account by an external id or its organisation, what an
identity provider vouches for by a claim that only the right party has.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html for service principals and external ids,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html for the rest.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from promotion.core.partitions import dns_suffix
from promotion.sections.security.policies import askers, federation
from promotion.sections.security.policies.admitted import principals_in, texts_of
from promotion.sections.security.policies.askers import OWN_ORG, Place, with_keys
from promotion.sections.security.policies.decide import acts_on
from promotion.sections.security.policies.domains import ANYTHING, Free
from promotion.sections.security.policies.globs import covers, has_wildcard
from promotion.sections.security.policies.search import Asker, find_request
from promotion.sections.security.policies.statements import PolicyStatement
from promotion.sections.security.privileges.findings import ExcessPrivilege

SERVICES: Mapping[str, str] = {
    "function": "lambda",
    "rotation": "lambda",
    "instance": "ec2",
    "codedeploy-lambda": "codedeploy",
    "codedeploy-ec2": "codedeploy",
}
"""Whose role it is, by kind."""

DEPUTIES: Mapping[str, str] = {
    "codebuild": "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html",
    "fis": "https://docs.aws.amazon.com/resilience-hub/latest/userguide/next-gen-resilience-testing-iam-single-account.html",
    "iot": "https://docs.aws.amazon.com/iot/latest/developerguide/cross-service-confused-deputy-prevention.html",
    "personalize": "https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html",
}
"""Services whose documentation wants `aws:SourceAccount` or `aws:SourceArn` in the trust policies of their roles.

For Lambda, EC2 and CodeDeploy it does not: a role is passed to them within its account, and not all of them send the
keys, so that a condition on them may lock the service out.
"""

ASSUME, WEB_IDENTITY, SAML = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
_BECOMING = (ASSUME, WEB_IDENTITY, SAML)
_GONE = re.compile(r"A(ID|RO|GP|SI)A[A-Z0-9]{16,}")
_ROLE = ("*",)
"""The resource of a trust policy, which names none: the role itself."""


@dataclass(frozen=True)
class ExpectedTrust:
    """Who may become a role."""

    kind: str
    principals: tuple[str, ...]
    """Beside the service of the kind: services by their principal, others by ARN, account number or organisation."""
    external_id: str | None
    place: Place
    subjects: tuple[str, ...] = ()
    """The subjects of identity providers; any that somebody chose, if empty."""

    @property
    def services(self) -> tuple[str, ...]:
        """The principals that the service of the kind goes by."""
        service = SERVICES.get(self.kind)
        if service is None:
            return ()
        ends = dict.fromkeys(("amazonaws.com", dns_suffix(self.place.partition)))
        return tuple(name for end in ends for name in (f"{service}.{end}", f"{service}.{self.place.region}.{end}"))

    @property
    def label(self) -> str:
        """Whom one expects, in words."""
        return " and ".join([*self.services[:1], *self.principals]) or "nobody"

    def names(self, principal: str) -> bool:
        """Whether the settings name a principal, an account in any form of its name."""
        account = principal if principal.isdigit() else _account_root(principal)
        forms = {account, self.place.arn("iam", "root", account=account)} if account else {principal}
        return bool(forms & set(self.principals))


def judge_trust(statements: Sequence[PolicyStatement], expected: ExpectedTrust) -> list[ExcessPrivilege]:
    """Find who else may become the role.

    Raises:
        Unknown: there are too many conditions to weigh.

    """
    denies = [one for one in statements if not one.allows]
    texts = list(texts_of(statements))
    found: list[ExcessPrivilege] = []
    for statement in statements:
        if statement.allows and any(acts_on(statement, action) for action in _BECOMING):
            found += _Trusting(statement, denies, texts, expected).findings()
    return found


@dataclass(frozen=True)
class _Trusting:
    """A statement that lets somebody become the role, and what stands against it."""

    allow: PolicyStatement
    denies: Sequence[PolicyStatement]
    texts: Sequence[str]
    expected: ExpectedTrust

    def findings(self) -> Iterator[ExcessPrivilege]:
        """Find whom it lets in beside those who are expected."""
        loose = [one for one in self.allow.actions or ("NotAction",) if has_wildcard(one) or one == "NotAction"]
        if loose:
            yield self._finding(f"allows {', '.join(loose)}", "allow sts:AssumeRole by name")
        yield from self._principals()
        yield from self._services()
        yield from self._providers()

    def _finding(self, what: str, instead: str) -> ExcessPrivilege:
        return ExcessPrivilege("trust", self.allow.full_label, what, instead)

    def _lets_in(self, those: Iterable[Asker], *actions: str) -> bool:
        return find_request(self.allow, self.denies, those, actions or (ASSUME,), _ROLE) is not None

    @property
    def _wanted(self) -> str:
        return f"let in {self.expected.label} alone"

    def _principals(self) -> Iterator[ExcessPrivilege]:
        place, expected = self.expected.place, self.expected
        anybody = [
            one
            for account in askers.strange_accounts(self.texts)
            for organisation in (None, *askers.strange_organisations(self.texts))
            for one in askers.members(place, account, organisation, named=True)
        ]
        if self._lets_in(anybody):
            if self.allow.not_principals is not None:
                yield self._finding("lets in everybody but a few (NotPrincipal)", f"name {expected.label} as Principal")
            else:
                yield self._finding("lets in anybody in AWS (Principal *)", self._wanted)
            return
        for name in (self.allow.principals or {}).get("AWS", ()):
            if _GONE.fullmatch(name):
                yield self._finding(f"lets in {name}, a principal that was deleted", f"remove it; {self._wanted}")
        organisations = [*askers.organisations_in(self.texts), OWN_ORG]
        for organisation in organisations:
            those = askers.members(place, askers.FRESH_ACCOUNT, organisation, named=True)
            if organisation not in expected.principals and self._lets_in(those):
                whom = "its own organisation" if organisation == OWN_ORG else f"the organisation {organisation}"
                yield self._finding(
                    f"lets in everybody in {whom}", f"{self._wanted}, or name it in `principals` of the role"
                )
        whole = {place.account} if self._lets_in(self._members(place.account, organisations)) else set()
        # Of an organisation that is let in, or that is named, the own account is no more than a part.
        alone = self._lets_in(askers.members(place, place.account, None))
        if alone and not expected.names(place.account):
            yield self._finding("lets in every principal that its own account allows to assume roles", self._wanted)
        for account in askers.accounts_in(self.texts):
            if account != place.account and self._lets_in(self._members(account, organisations)):
                whole.add(account)
                yield from self._account(account)
        for arn in principals_in(self.texts):
            if arn.split(":")[4] not in whole:
                yield from self._named(arn, organisations)

    def _members(self, account: str, organisations: Sequence[str]) -> list[Asker]:
        return [
            one
            for organisation in (None, *organisations)
            for one in askers.members(self.expected.place, account, organisation)
        ]

    def _account(self, account: str) -> Iterator[ExcessPrivilege]:
        patterns = [one for one in texts_of((self.allow,)) if f":iam::{account}:" in one and has_wildcard(one)]
        declared = self.expected.names(account) or (
            patterns and all(one in self.expected.principals for one in patterns)
        )
        if not declared:
            yield self._finding(
                f"lets in every principal that the foreign account {account} allows to assume roles", self._wanted
            )
            return
        yield from self._unbound(account, askers.members(self.expected.place, account, None))

    def _named(self, arn: str, organisations: Sequence[str]) -> Iterator[ExcessPrivilege]:
        place = self.expected.place
        those = [one for organisation in (None, *organisations) for one in askers.named(place, arn, organisation)]
        if not self._lets_in(those):
            return
        if not self.expected.names(arn):
            yield self._finding(f"lets in {arn}", f"{self._wanted}, or name it in `principals` of the role")
        elif arn.split(":")[4] != place.account:
            yield from self._unbound(arn, askers.named(place, arn, None))

    def _unbound(self, name: str, those: Iterable[Asker]) -> Iterator[ExcessPrivilege]:
        """Find a principal of another account who may come for somebody else, without the id that he alone was told.

        An organisation does it as well: whoever is in it is no third party.
        """
        expected = self.expected.external_id
        others = sorted({one for test in self.allow.tests if test.key == "sts:externalid" for one in test.values})
        # A pattern is no id: whoever knows how ids begin has one that fits.
        known = ("{!}", *(one for one in others if expected is not None and one != expected))
        keys = {"sts:externalid": Free(known)}
        if expected is not None:
            keys |= {"aws:principalorgid": ANYTHING, "aws:principalorgpaths": ANYTHING}
        if self._lets_in(with_keys(one, keys) for one in those):
            which = "the external id of the settings" if expected else "an external id"
            yield self._finding(
                f"lets in {name} of another account without {which}", "require it with StringEquals on sts:ExternalId"
            )

    def _services(self) -> Iterator[ExcessPrivilege]:
        place, principals = self.expected.place, self.allow.principals or {}
        names = [*principals.get("Service", ())]
        if "*" in principals.get("AWS", ()) and any(test.key.startswith("aws:source") for test in self.allow.tests):
            names.append("")
        for name in dict.fromkeys(names):
            written = name or "q7zk.amazonaws.com"
            if name in self.expected.services or name in self.expected.principals:
                yield from self._deputy(name)
            elif self._lets_in([*askers.service(place, written, place.account, OWN_ORG), *self._for_anybody(written)]):
                yield self._finding(
                    f"lets in the service {name}" if name else "lets in any service of AWS",
                    f"{self._wanted}, or name it in `principals` of the role",
                )

    def _for_anybody(self, service: str) -> Iterator[Asker]:
        for account in askers.strange_accounts(self.texts):
            for organisation in askers.strange_organisations(self.texts):
                yield from askers.service(self.expected.place, service, account, organisation)

    def _deputy(self, name: str) -> Iterator[ExcessPrivilege]:
        place, service = self.expected.place, name.partition(".")[0]
        if self._lets_in(self._for_anybody(name)):
            if service in DEPUTIES:
                yield self._finding(
                    f"lets in {name} on behalf of whichever account asks it to",
                    f"require {place.account} with StringEquals on aws:SourceAccount, as {DEPUTIES[service]} says",
                )
            return
        strange = [
            account
            for account in askers.accounts_in(texts_of((self.allow,)))
            if account != place.account and self._lets_in(askers.service(place, name, account))
        ]
        if strange:
            yield self._finding(
                f"lets in {name} on behalf of {' and '.join(strange)}", f"name the account {place.account} there"
            )

    def _providers(self) -> Iterator[ExcessPrivilege]:
        principals = self.allow.principals or {}
        names = [one for one in principals.get("Federated", ()) if one != "*"]
        if (
            "*" in (*principals.get("AWS", ()), *principals.get("Federated", ()))
            or self.allow.not_principals is not None
        ):
            names += federation.BUILT_IN
        for name in dict.fromkeys(names):
            actions = [SAML if federation.is_saml(name) else WEB_IDENTITY]
            if name in principals.get("Federated", ()):
                # With sts:AssumeRole alone it lets in nobody by the letter; nobody writes it to that end.
                actions.append(ASSUME)
            if not self._lets_in(federation.any_party(name), *actions):
                continue
            if name not in self.expected.principals:
                yield self._finding(
                    f"lets in the identity provider {name}", f"{self._wanted}, or name it in `principals` of the role"
                )
            elif self._lets_in(federation.unknown_party(name), *actions):
                yield self._finding(
                    f"lets in {federation.describe_party(name)}", f"bind it by {federation.binding_of(name)}"
                )
            else:
                yield from self._undeclared_subjects(name)

    def _undeclared_subjects(self, name: str) -> Iterator[ExcessPrivilege]:
        subjects = self.expected.subjects
        key = "saml:sub" if federation.is_saml(name) else f"{federation.host_of(name).lower()}:sub"
        named = [value for test in self.allow.tests if test.key == key for value in test.values]
        others = [one for one in named if not any(covers(declared, one) for declared in subjects)]
        if subjects and (others or not named):
            yield self._finding(
                f"lets in {' and '.join(others) or f'subjects of {name} that no condition names'}",
                f"let in {' and '.join(subjects)} alone, or name it in `subjects` of the role",
            )


def _account_root(principal: str) -> str | None:
    found = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):root", principal)
    return found[1] if found else None
