"""What the targets that use a secret say of having loaded it. This module does I/O."""

from promotion.clients.http.client import HttpClient
from promotion.sections.security.secrets.look import ReadyLook
from promotion.settings import Settings
from promotion.settings.endpoints import EndpointCall, Expect
from promotion.settings.environment import Ec2Target
from promotion.settings.secrets import Secret
from promotion.settings.subjects import in_environment
from promotion.unknown import Reason, Unknown


def readiness(settings: Settings, subject: str, http: HttpClient) -> tuple[ReadyLook, ...]:
    """Ask each target that uses a secret, once for each instance. Raises Unknown, not-declared, without `ready`."""
    which, _ = in_environment(subject)
    declared = _declared(settings, subject)
    if declared.ready is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say how the application reports that it has loaded {declared.name}: declare "
            "`ready` for the secret, with the path of the readiness endpoint and the answer to expect",
        )
    call = EndpointCall(path=declared.ready.path, expect=Expect(json=declared.ready.json_))
    found: list[ReadyLook] = []
    for name in users(settings, subject):
        target = settings.environment(which).targets[name]
        for _ in range(target.instances if isinstance(target, Ec2Target) else 1):
            answer = http.ask(target.url, call, timed=False)  # what it says counts here; how fast, other items judge
            found.append(ReadyLook(name, answer.url, answer.problems))
    return tuple(dict.fromkeys(found))


def users(settings: Settings, subject: str) -> tuple[str, ...]:
    """Give the targets that use a secret."""
    return _declared(settings, subject).used_by or tuple(settings.environment(in_environment(subject)[0]).targets)


def _declared(settings: Settings, subject: str) -> Secret:
    which, name = in_environment(subject)
    return next(secret for secret in settings.environment(which).secrets if secret.name == name)
