"""What the resource policy of a secret or the policy of a key says of who may use it. Pure.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and, for keys,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from promotion.sections.security.policies import askers
from promotion.sections.security.policies.admitted import Admission, Resource, find_admissions
from promotion.sections.security.policies.askers import Place, with_keys
from promotion.sections.security.policies.decide import Match, acts_on, principal_match
from promotion.sections.security.policies.domains import Domain, Fixed
from promotion.sections.security.policies.search import Asker, find_request
from promotion.sections.security.policies.statements import PolicyStatement, resource_statements
from promotion.unknown import Reason, Unknown

ANYBODY = "*"
_SECRET_ACTIONS = tuple(
    f"secretsmanager:{name}" for name in ("GetSecretValue", "PutSecretValue", "PutResourcePolicy", "DeleteSecret")
)
_EVERYTHING = PolicyStatement("any policy", "", True, ("*",), None, ("*",))


@dataclass(frozen=True)
class AttachedPolicy:
    """The policy of a secret or key, and where that is."""

    text: str
    """JSON; empty if there is none."""
    whose: str
    """How a message names the secret or key."""
    arn: str
    place: Place
    context: Mapping[str, str] = field(default_factory=dict)
    """Condition keys, in lower case, that a request of the service has, and their values."""

    @property
    def statements(self) -> tuple[PolicyStatement, ...]:
        """Its statements. Raises Unknown where it cannot be read."""
        return resource_statements(f"the policy of {self.whose}", self.text) if self.text else ()

    def strangers(self) -> Iterator[str]:
        """Give everybody outside of the account whom a secret's policy lets in: `*` for anybody, or an account's number.

        An organisation is nobody here: it is named in full, or it would be anybody. Services cannot read a secret.
        """
        resource = Resource("secretsmanager", (self.arn,), _SECRET_ACTIONS)
        for admission in find_admissions(self.statements, self.place, resource):
            if (stranger := _stranger(admission)) is not None:
                yield stranger

    def grants(self, role: str, action: str) -> bool:
        """Whether it lets a role do something by itself, whatever the role's own policies say."""
        return self._allows(role, action, Match.DIRECT)

    def delegates(self, role: str, action: str) -> bool:
        """Whether it leaves it to the policies of the role's account who may do something."""
        return self._allows(role, action, Match.ACCOUNT)

    def denial(self, role: str, action: str) -> PolicyStatement | None:
        """Give a statement that keeps a role from something, whatever else a request has in it; None: none does."""
        for statement in self._denies:
            if find_request(_EVERYTHING, [statement], self._asker(role), [action], [self.arn]) is None:
                return statement
        return None

    def refuse_unsettled(self, role: str, action: str) -> None:
        """Raise Unknown if a denial spares a role by its name and not by its account, too.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        account = role.split(":")[4]
        root = self.place.arn("iam", "root", account=account)
        for statement in self._denies:
            named = (statement.not_principals or {}).get("AWS", ())
            if role in named and not {account, root, ANYBODY} & set(named) and acts_on(statement, action):
                raise Unknown(
                    Reason.NOT_SUPPORTED,
                    f"{statement.full_label} exempts {role.rpartition('/')[2]} by NotPrincipal but not its "
                    f"account, so AWS may deny it nevertheless: name {root} there too, or use a condition on "
                    "aws:PrincipalArn instead",
                )

    @property
    def _denies(self) -> list[PolicyStatement]:
        return [one for one in self.statements if not one.allows]

    def _allows(self, role: str, action: str, match: Match) -> bool:
        allows = [one for one in self.statements if one.allows]
        return any(
            find_request(one, self._denies, [asker], [action], [self.arn]) is not None
            for asker in self._asker(role)
            for one in allows
            if principal_match(one, asker.principal) is match
        )

    def _asker(self, role: str) -> Sequence[Asker]:
        keys: dict[str, Domain] = {key: Fixed(((value,),)) for key, value in self.context.items()}
        return [with_keys(one, keys) for one in askers.named(self.place, role, None, known=True)]


def _stranger(admission: Admission) -> str | None:
    match admission.who:
        case "anybody":
            return ANYBODY
        case "account":
            return admission.name
        case "principal":
            account = admission.name.split(":")[4]
            return account if account.isdigit() else ANYBODY
        case "service":
            return None if admission.name else ANYBODY
        case _:
            return None
