"""2. Dev environment: the image to be promoted is fully deployed in dev, and healthy."""

from promotion.clients.aws.functions import shares
from promotion.clients.aws.hosts import count
from promotion.core.findings import settle
from promotion.core.sentences import join
from promotion.items import item
from promotion.sections.artifact.running_digests import digest_in_revision
from promotion.sections.dev.original_instances import original_instances_problem
from promotion.sections.dev.request_paths import judge_paths
from promotion.unknown import Reason, Unknown


@item("lambda-deployed", per="dev_lambda")
def test_lambda_deployed(
    dev_lambda, dev_deployments, dev_deployment_targets, dev_alias, dev_deployed_version, image_identity, measured
):
    """The newest deployment succeeded and deployed this image, and the alias routes all traffic to it."""
    deployment = dev_deployments[dev_lambda].newest
    await_end_of(deployment)
    succeeded(deployment)
    problems = [problem for target in dev_deployment_targets[dev_lambda] for problem in target.problems()]
    assert not problems, f"{deployment.id}: {join(problems)}; expected every lifecycle event to succeed"
    version, alias = dev_deployed_version[dev_lambda], dev_alias[dev_lambda]
    measured(f"{deployment.id} · version {version.version}")
    assert image_identity.includes(version.digest), (
        f"{deployment.id} deployed version {version.version} of {version.function} with the image "
        f"{version.digest or version.image}, expected {image_identity.digest}: deploy this digest to dev, or promote the "
        "one that runs there"
    )
    assert alias.version == version.version, (
        f"alias {alias.name} is on version {alias.version}, expected {version.version}, which {deployment.id} "
        "deployed: the alias was changed after the deployment"
    )
    assert not alias.shifted, (
        f"alias {alias.name} still routes {shares(alias.shifted)} to other versions, expected nothing: complete "
        "the traffic shift"
    )
    assert not version.unfit, version.unfit


@item("ec2-deployed", per="dev_ec2")
def test_ec2_deployed(dev_ec2, dev_deployments, dev_deployment_targets, settings, image_identity, measured):
    """The newest deployment succeeded on each expected instance, in every lifecycle event."""
    deployment, expected = dev_deployments[dev_ec2].newest, settings.dev.targets[dev_ec2]
    await_end_of(deployment)
    not_undone(deployment)
    replaced = [target for target in dev_deployment_targets[dev_ec2] if not target.is_original]
    problems = [problem for target in replaced for problem in target.problems()]
    assert not problems, f"{deployment.id}: {join(problems)}; expected every lifecycle event to succeed"
    succeeded(deployment)
    measured(f"{deployment.id} · {len(replaced)} of {expected.instances} instances")
    assert len(replaced) >= expected.instances, (
        f"{deployment.id} deployed to {len(replaced)} instances, expected {expected.instances}: check the state of "
        "the others"
    )
    if expected.revision_key is not None:
        assert image_identity.includes(digest_in_revision(deployment.revision, expected.revision_key)), (
            f"{deployment.id} deployed the revision {deployment.revision}, expected "
            f"{expected.revision_key.replace('{digest}', image_identity.digest.removeprefix('sha256:'))}: deploy this "
            "digest's revision"
        )


@item("blue-green-completed", per="dev_ec2")
def test_blue_green_completed(
    dev_ec2,
    dev_deployment_group,
    dev_deployments,
    dev_deployment_targets,
    dev_added_instances,
    dev_traffic,
    dev_original_instances,
    settings,
    clock,
    measured,
):
    """The new instances get all traffic, and the old ones are kept or terminated as configured."""
    group, deployment = dev_deployment_group[dev_ec2], dev_deployments[dev_ec2].newest
    await_end_of(deployment)
    assert group.style == "BLUE_GREEN", f"{group.name} deploys {group.style}, expected BLUE_GREEN"
    assert group.traffic_control, f"{group.name} deploys without traffic control: the load balancer is not switched"
    not_undone(deployment)
    targets, traffic = dev_deployment_targets[dev_ec2], dev_traffic[dev_ec2]
    problems = [problem for target in targets if target.is_original for problem in target.problems()]
    assert not problems, f"{deployment.id}: {join(problems)}; expected the old instances to be deregistered"
    new = {target.id for target in targets if target.label == "Green"} | set(dev_added_instances[dev_ec2])
    serving = set(traffic.serving_instances)
    measured(f"{len(serving & new)} of {len(serving)} serving instances are new")
    assert traffic.serving_groups, (
        f"no listener forwards to {', '.join(traffic.weights)}: the new instances get no traffic"
    )
    if serving - new:
        await_ends_of(dev_deployments[dev_ec2].added_later)
    assert not serving - new, (
        f"{', '.join(sorted(serving - new))} in {', '.join(traffic.serving_groups)} receive traffic but are not "
        f"part of {deployment.id}: the shift is not complete, or older instances were registered again"
    )
    assert serving, f"no instance of {deployment.id} is registered in {', '.join(traffic.serving_groups)}"
    wrong = original_instances_problem(group, deployment, dev_original_instances[dev_ec2], clock.now())
    assert not wrong, f"{wrong}: check the deployment group {group.name}"
    paths = judge_paths(settings.dev.targets[dev_ec2], traffic, new.__contains__)
    settle(paths, f"{len(serving & new)} of {len(serving)} serving instances are new", measured)


@item("health-checks", per="dev_target")
def test_health_checks(dev_target, dev_health, dev_traffic, settings, measured):
    """The health endpoint answers 200 now, and the load balancer finds every instance healthy."""
    answer = dev_health[dev_target]
    measured(f"{answer.status} in {answer.elapsed_ms:.0f} ms" if answer.status else "no valid answer")
    assert not answer.problems, join(answer.problems)
    if dev_target in dev_traffic:
        hosts, expected = count(dev_traffic[dev_target].serving), settings.dev.targets[dev_target].instances
        measured(f"{answer.status} in {answer.elapsed_ms:.0f} ms · {len(hosts.well)} of {expected} instances healthy")
        assert not hosts.problem(expected), hosts.problem(expected)
        hosts.require_settled()


@item("smoke-tests", per="dev_smoke_test")
def test_smoke_tests(dev_smoke_test, dev_smoke, measured):
    """The endpoint responds as declared."""
    answer = dev_smoke[dev_smoke_test]
    measured(f"{answer.status} in {answer.elapsed_ms:.0f} ms" if answer.status else "no valid answer")
    assert not answer.problems, join(answer.problems)


@item("synthetic-tests", per="dev_journey")
def test_synthetic_tests(dev_journey, dev_journey_run, measured):
    """Every step of the journey succeeded, or the canary's last run passed."""
    run = dev_journey_run[dev_journey]
    measured(run.measured)
    assert not run.problems, join(run.problems)


def await_end_of(deployment):
    """Raise Unknown for a deployment that is still in progress."""
    if deployment.is_unfinished:
        raise Unknown(Reason.NOT_DUE, f"{deployment.describe()}: run again when it has ended")


def await_ends_of(added):
    """An instance that Auto Scaling has added gets its revision by a deployment of its own, which may go on."""
    if going_on := [deployment for deployment in added if deployment.follows_scaling and deployment.is_unfinished]:
        raise Unknown(
            Reason.NOT_DUE,
            f"{going_on[0].describe()}, which updates an instance that Auto Scaling added: run again when it has ended",
        )


def succeeded(deployment):
    """The deployment succeeded, and it is not the rollback of another one."""
    assert deployment.status == "Succeeded", f"{deployment.describe()}, expected Succeeded: fix it and redeploy to dev"
    not_undone(deployment)


def not_undone(deployment):
    """This deployment was not rolled back, and is not itself a rollback."""
    assert not deployment.is_rollback, (
        f"{deployment.describe()}, but it is a "
        f"rollback{f' of {deployment.rolls_back}' if deployment.rolls_back else ''}: dev runs the previous version"
    )
    assert deployment.rolled_back_by is None, f"{deployment.describe()}, but {deployment.rolled_back_by} rolled it back"
