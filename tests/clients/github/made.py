"""SLSA provenance as GitHub, BuildKit and slsa-github-generator write it."""

import copy
from typing import Any

from promotion.clients.github.claims import BuildClaim, Source
from promotion.clients.github.origins import Home
from promotion.clients.github.provenance import V02, V1

from .shop import COMMIT, REPOSITORY

HOME = Home(REPOSITORY)
SHOP = "https://github.com/example/shop"
WORKFLOW = ".github/workflows/build.yml"

GITHUB = {
    "buildDefinition": {
        "buildType": "https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters": {"workflow": {"ref": "refs/heads/main", "repository": SHOP, "path": WORKFLOW}},
        "internalParameters": {"github": {"event_name": "push", "repository_id": "1", "repository_owner_id": "2"}},
        "resolvedDependencies": [{"uri": f"git+{SHOP}@refs/heads/main", "digest": {"gitCommit": COMMIT}}],
    },
    "runDetails": {
        "builder": {"id": "https://github.com/example/builders/.github/workflows/image.yml@refs/tags/v1"},
        "metadata": {"invocationId": f"{SHOP}/actions/runs/5/attempts/2"},
    },
}
BUILDKIT = {
    "buildDefinition": {
        "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
        "externalParameters": {
            "configSource": {"uri": f"{SHOP}.git#refs/heads/main", "digest": {"sha1": COMMIT}, "path": "Dockerfile"},
            "request": {"frontend": "dockerfile.v0"},
        },
        "resolvedDependencies": [
            {"uri": "pkg:docker/debian@12?platform=linux%2Famd64", "digest": {"sha256": "ab" * 32}},
            {"uri": f"{SHOP}.git#refs/heads/main", "digest": {"sha1": COMMIT}},
        ],
    },
    "runDetails": {
        "builder": {"id": f"{SHOP}/actions/runs/5/attempts/2"},
        "metadata": {"invocationID": "rpv7a389uzil5lqmrgwhijwjz"},
    },
}
LOCAL = {
    "builder": {"id": f"{SHOP}/actions/runs/5"},
    "buildType": "https://mobyproject.org/buildkit@v1",
    "materials": [{"uri": "pkg:docker/debian@12", "digest": {"sha256": "ab" * 32}}],
    "invocation": {"configSource": {"entryPoint": "Dockerfile"}, "environment": {"platform": "linux/amd64"}},
    "metadata": {
        "buildInvocationID": "rpv7a389uzil5lqmrgwhijwjz",
        "https://mobyproject.org/buildkit@v1#metadata": {"vcs": {"source": SHOP, "revision": COMMIT}},
    },
}
GENERATOR = {
    "builder": {"id": "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/x.yml@refs/tags/v2"},
    "buildType": "https://github.com/slsa-framework/slsa-github-generator/container@v1",
    "invocation": {
        "configSource": {"uri": f"git+{SHOP}@refs/heads/main", "digest": {"sha1": COMMIT}, "entryPoint": WORKFLOW},
        "environment": {"github_run_id": "5", "github_run_attempt": "2", "github_ref": "refs/heads/main"},
    },
    "metadata": {"buildInvocationID": "5-2"},
    "materials": [{"uri": f"git+{SHOP}@refs/heads/main", "digest": {"sha1": COMMIT}}],
}
REMOTE = {
    "builder": {"id": f"{SHOP}/actions/runs/5/attempts/2"},
    "buildType": "https://mobyproject.org/buildkit@v1",
    "materials": [{"uri": f"{SHOP}.git#main", "digest": {"sha1": COMMIT}}],
    "invocation": {"configSource": {"uri": f"{SHOP}.git#main:shop", "entryPoint": "Dockerfile"}},
    "metadata": {"https://mobyproject.org/buildkit@v1#metadata": {"vcs": {"source": SHOP}}},
}
MAIN = "refs/heads/main"
MADE = {
    "GitHub": (V1, GITHUB, BuildClaim(Source.PROVENANCE, REPOSITORY, COMMIT, 5, 2, WORKFLOW, MAIN)),
    "BuildKit v1": (V1, BUILDKIT, BuildClaim(Source.PROVENANCE, REPOSITORY, COMMIT, 5, 2, None, MAIN)),
    "BuildKit v0.2": (V02, LOCAL, BuildClaim(Source.PROVENANCE, REPOSITORY, COMMIT, 5)),
    "BuildKit v0.2, remote": (V02, REMOTE, BuildClaim(Source.PROVENANCE, REPOSITORY, COMMIT, 5, 2)),
    "generator": (V02, GENERATOR, BuildClaim(Source.PROVENANCE, REPOSITORY, COMMIT, 5, 2, WORKFLOW, MAIN)),
}


def changed(predicate: Any, place: str, value: Any) -> Any:
    """Copy a predicate with another value at `a/b/0/c`; None takes it away."""
    whole = copy.deepcopy(predicate)
    *names, last = [int(name) if name.isdigit() else name for name in place.split("|")]
    part = whole
    for name in names:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return whole
