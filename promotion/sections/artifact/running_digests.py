"""Which image runs where. Asking the service itself does I/O."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promotion.clients.aws.deployments import Deployment
from promotion.clients.aws.functions import LambdaVersion
from promotion.clients.aws.load_balancers import BalancerTraffic
from promotion.clients.http.client import HttpClient
from promotion.clients.oci.identity import ImageIdentity
from promotion.core.image_reference import digest_in
from promotion.settings.endpoints import EndpointCall, Expect
from promotion.settings.environment import DigestFromVersion, Ec2Target
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Running:
    """What runs at one target: the digest of each function version or instance that gets traffic."""

    told_by: str
    """How it is known, in words."""
    digests: Mapping[str, str]
    """Name of the version or instance to its digest, or to what is there in place of one."""

    def others(self, image: ImageIdentity) -> Iterator[str]:
        """Say, for each that runs something else than the image, what it runs. Raises Unknown where that is unknown."""
        for name, found in sorted(self.digests.items()):
            if not image.includes(found):
                yield f"{name} runs {found or 'no image that could be determined'}"

    def require_traffic(self, target: str) -> None:
        """Raise Unknown, no-data, if nothing gets traffic there."""
        if not self.digests:
            raise Unknown(
                Reason.NO_DATA,
                f"no version or instance of {target} receives traffic, so it is unknown which image runs there",
            )


def digest_in_revision(revision: str, key: str) -> str:
    """Read the digest out of a deployed revision's S3 location `bucket/key`; the location itself if it has none."""
    _, _, found = revision.partition("/")
    before, _, after = key.partition("{digest}")
    match = re.fullmatch(f"{re.escape(before)}(?P<hex>[0-9a-f]{{64}}){re.escape(after)}", found)
    return f"sha256:{match['hex']}" if match else revision


_TRIES_EACH = 8
"""Requests for each instance until all of them must have answered."""


def of_versions(versions: tuple[LambdaVersion, ...]) -> Running:
    """Tell the image of each version of a function."""
    return Running("Lambda's ResolvedImageUri", {f"version {one.version}": digest_in(one.image) for one in versions})


def by_revision(target: Ec2Target, deployment: Deployment, traffic: BalancerTraffic, got_it: set[str]) -> Running:
    """Tell the image of each instance that gets traffic by the revision that a deployment brought to some of them."""
    deployed = digest_in_revision(deployment.revision, target.revision_key or "")
    nothing = f"nothing that {deployment.id} deployed"
    return Running(
        f"the revision of {deployment.id}",
        {name: deployed if name in got_it else nothing for name in traffic.serving_instances},
    )


def from_version_endpoint(
    target: Ec2Target, how: DigestFromVersion, traffic: BalancerTraffic, http: HttpClient
) -> Running:
    """Ask the service until each instance that gets traffic has said which image it runs."""
    missing, found = set(traffic.serving_instances), dict[str, str]()
    call = EndpointCall(path=how.path, expect=Expect(headers={how.instance_header: "*"}, json={how.digest: ""}))
    for _ in range(_TRIES_EACH * len(missing)):
        answer = http.ask(target.url, call)
        name = answer.headers.get(how.instance_header.lower(), "")
        if answer.status != call.expect.status or not name:
            raise Unknown(
                Reason.NO_DATA,
                f"{answer.method} {answer.url} answered {answer.status or answer.tls_error} "
                f"{f'from {name}' if name else f'without the header {how.instance_header}'}, so it is unknown "
                "which image runs there: fix the endpoint, or declare another `running_digest`",
            )
        found[name] = digest_in(str(answer.found.get(how.digest) or ""))
        missing.discard(name)
        if not missing:
            return Running(f"{how.path} of each instance", found)
    if missing:
        raise Unknown(
            Reason.NO_DATA,
            f"{', '.join(sorted(missing))} did not answer {how.path} in {_TRIES_EACH} requests for each instance, "
            "so it is unknown which image runs there: check whether it receives traffic",
        )
    return Running(f"{how.path} of each instance", found)
