"""The real world, served: found through what it writes down, and spoilt by a team's own faults."""

import tomllib

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from promotion.sandbox.catalogue import OWN
from promotion.sandbox.client import SandboxError, WorldPool

FAULTS = """
from promotion.sandbox.catalogue import fault

@fault("own-targets-denied", item="ec2-deployed", kind="blind")
def denied(world):
    "Deny the deployment targets in prod."
    world.wire.deny("codedeploy:BatchGetDeploymentTargets", account="444455556666")

@fault("own-empty-page", item="previous-version", kind="clean")
def empty(world):
    "Begin the list of versions with an empty page."
    world.wire.empty_page("lambda:ListVersionsByFunction")

@fault("own-registry-broken", item="image-signed", kind="blind")
def broken(world):
    "Break the registry's manifests, and show a certificate for another name."
    world.edges["registry"].fail("GET /v2/*/manifests/*", 502)
    world.tls.show("dev-ec2", "wrong-name")

@fault("own-alias-gone", item="lambda-deployed")
def gone(world):
    "Delete the alias."
    world.dev.client("lambda").delete_alias(FunctionName="shop-api", Name="live")
"""


@pytest.fixture(scope="module")
def world_pool(tmp_path_factory):
    """Start one warm process in a folder with a team's own faults."""
    folder = tmp_path_factory.mktemp("team")
    (folder / OWN).write_text(FAULTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = WorldPool()
    with made:
        yield made


def acting_in(world, environment, service):
    """Make a client in the role that the world's own promotion.toml names."""
    settings = tomllib.loads(world.config.read_text())[environment]
    keys = {name.lower(): value for name, value in world.environment.items() if "KEY" in name}
    sts = boto3.client("sts", settings["region"], endpoint_url=settings["endpoint_url"], **keys)
    got = sts.assume_role(RoleArn=settings["role"], RoleSessionName="gate")["Credentials"]
    return boto3.client(
        service,
        settings["region"],
        endpoint_url=settings["endpoint_url"],
        aws_access_key_id=got["AccessKeyId"],
        aws_secret_access_key=got["SecretAccessKey"],
        aws_session_token=got["SessionToken"],
    )


def newest(world, environment):
    """Ask for the targets of the newest deployment to instances."""
    codedeploy = acting_in(world, environment, "codedeploy")
    deployments = codedeploy.list_deployments(
        applicationName="shop-ec2", deploymentGroupName=f"shop-ec2-{environment}"
    )["deployments"]
    targets = codedeploy.list_deployment_targets(deploymentId=deployments[0])["targetIds"]
    found = codedeploy.batch_get_deployment_targets(deploymentId=deployments[0], targetIds=targets)
    return {target["instanceTarget"]["status"] for target in found["deploymentTargets"]}


def test_the_healthy_world_answers_at_every_place(world_pool):
    """AWS in both accounts, the registry, GitHub, and the service behind its front-ends."""
    with world_pool.world() as world:
        assert world.digest.startswith("sha256:")
        for environment in ("dev", "prod"):
            assert newest(world, environment) == {"Succeeded"}
        for front in ("dev-lambda", "dev-ec2", "prod-lambda", "prod-ec2"):
            assert requests.get(world.places.fronts[front] + "/health", verify=world.places.ca_file, timeout=5).ok
        assert requests.get(world.places.registry + "/v2/", timeout=5).ok
        assert requests.get(world.places.github + "/repos/example/shop", timeout=5).status_code in {200, 401}
        actions = {call.action for call in world.calls()}
        assert {"sts:AssumeRole", "codedeploy:BatchGetDeploymentTargets"} <= actions


def test_denial_in_one_account_leaves_the_other_readable(world_pool):
    """A rule of the wire is for the account whose role is acting."""
    with world_pool.world("own-targets-denied") as world:
        assert newest(world, "dev") == {"Succeeded"}
        with pytest.raises(ClientError, match=r"AccessDeniedException.*codedeploy:BatchGetDeploymentTargets"):
            newest(world, "prod")


def test_an_empty_page_hides_nothing_from_a_paginator(world_pool):
    """All versions are there, after it."""
    with world_pool.world("own-empty-page") as world:
        pager = acting_in(world, "dev", "lambda").get_paginator("list_versions_by_function")
        pages = [len(page["Versions"]) for page in pager.paginate(FunctionName="shop-api")]
        assert pages[0] == 0
        assert sum(pages) >= 8


def test_the_registry_and_certificates_can_be_spoilt(world_pool):
    """The same vocabulary by path; one front-end's certificate is for another name."""
    with world_pool.world("own-registry-broken") as world:
        assert requests.get(world.places.registry + "/v2/shop/manifests/1.8.0", timeout=5).status_code == 502
        assert requests.get(world.places.registry + "/v2/", timeout=5).ok
        with pytest.raises(requests.exceptions.SSLError, match=r"doesn't match|mismatch"):
            requests.get(world.places.fronts["dev-ec2"], verify=world.places.ca_file, timeout=5)


def test_a_change_through_the_api_is_seen_in_that_world_only(world_pool):
    """Faults may use boto3 without a socket."""
    with world_pool.world("own-alias-gone", "own-empty-page") as spoilt, world_pool.world() as healthy:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            acting_in(spoilt, "dev", "lambda").get_alias(FunctionName="shop-api", Name="live")
        assert acting_in(healthy, "dev", "lambda").get_alias(FunctionName="shop-api", Name="live")["Name"] == "live"


def test_a_misspelt_fault_names_the_nearest(world_pool):
    """A team's own faults are in the catalogue like ours."""
    with pytest.raises(SandboxError, match="the nearest is 'own-alias-gone'"):
        world_pool.world("own-alias-gon")
