"""How far a deployment has come: over all its new instances, at any moment, by what CodeDeploy says of each."""

from datetime import timedelta

from promotion.clients.aws.deployments import DeploymentTarget, LifecycleEvent
from promotion.sections.rollout.stages import current_stage, released, served_since, stages
from tests.sections.rollout.made import T0


def event(name, began=None, ended=None, status=None):
    """A step, in seconds after T0."""
    moments = [None if seconds is None else T0 + timedelta(seconds=seconds) for seconds in (began, ended)]
    told = status or ("Pending" if began is None else "InProgress" if ended is None else "Succeeded")
    return LifecycleEvent(name, told, "", *moments)


def target(name, *events, label="Green"):
    """An instance."""
    return DeploymentTarget(name, "InProgress", events, label)


def at(seconds):
    """A moment."""
    return T0 + timedelta(seconds=seconds)


def test_it_serves_when_the_last_instance_does():
    """The first that begins and the last that ends count, and the old instances do not."""
    found = stages(
        [
            target("i-0", event("Install", 10, 20), event("AllowTraffic", 30, 60)),
            target("i-1", event("Install", 12, 25), event("AllowTraffic", 35, 90)),
            target("i-9", event("BlockTraffic", 95), label="Blue"),
        ]
    )
    assert [one.name for one in found] == ["Install", "AllowTraffic"]
    assert (found[0].began, found[0].ended) == (at(10), at(25))
    assert served_since(found, at(100)) == at(90)
    assert served_since(found, at(89)) is None
    assert current_stage(found, at(70)) == "it has been at AllowTraffic since 10:00:30Z"
    assert current_stage(found, at(5)) == "no step has started on a new instance"
    assert current_stage(found, at(27)) == "Install ended at 10:00:25Z, and no step has followed"


def test_one_that_lags_keeps_it_from_serving():
    """While a step goes on anywhere it goes on, and says where; many are not all named."""
    lagging = [target(f"i-{number}", event("Install", 10)) for number in range(6)]
    found = stages([target("i-a", event("Install", 10, 20), event("AllowTraffic", 30, 60)), *lagging])
    assert current_stage(found[:1], at(50)) == "it has been at Install since 10:00:10Z on i-0, i-1, i-2, i-3 and 2 more"
    assert served_since(found[:1], at(50)) is None


def test_an_instance_that_failed_does_not_hide_those_that_serve():
    """A deployment may succeed without each of its instances; one of which none serves does not."""
    good = target("i-0", event("AllowTraffic", 30, 60))
    failed = target("i-1", event("AllowTraffic", status="Skipped"))
    assert served_since(stages([good, failed]), at(99)) == at(60)
    assert served_since(stages([failed]), at(99)) is None


def test_without_a_load_balancer_the_last_step_counts():
    """Where there is no step that allows traffic, it is the end of all of them; without instances there is none."""
    assert served_since(stages([target("i-0", event("Install", 1, 5), event("ValidateService", 5, 9))]), at(99)) == at(
        9
    )
    assert served_since(stages([target("i-9", event("BlockTraffic", 1, 2), label="Blue")]), at(99)) is None


def test_replaced_instances_are_out_when_the_last_of_them_is_blocked():
    """One that has not come to it yet is still in the traffic; where nothing is replaced nothing is to be taken out."""
    first, second = (target(f"i-{number}", event("BlockTraffic", 95 + number), label="Blue") for number in (8, 9))
    assert released([target("i-0", event("AllowTraffic", 30, 60)), first, second]) == at(104)
    assert released([first, target("i-9", event("BlockTraffic"), label="Blue")]) is None
    assert released([first, target("i-9", label="Blue")]) is None
    assert released([target("i-0", event("AllowTraffic", 30, 60))]) is None
