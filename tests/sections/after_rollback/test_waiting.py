"""With --act and --wait, what is taken back only now is judged when that is over."""

import tests.stories.loaded  # noqa: F401 - before any clock runs
from tests.runner import judge

DONE = "workflow_stopped or codedeploy_rolled_back"


def test_what_was_begun_is_waited_for(world_pool, tmp_path):
    """Both deployments are stopped, the run is cancelled, and all of it has come to its end when it is judged."""
    with world_pool.world(scene="rollout", minutes=1, rate=20) as world:
        judged = judge(world, tmp_path, "-m", "after_rollback", "--act", "--wait", "-k", DONE)
    assert judged.bad() == set(), judged.printed
    workflow = judged.record["evidence"]["promote_workflow"]["value"]
    assert [(run["status"], run["conclusion"]) for run in workflow["runs"]] == [("completed", "cancelled")]
    for target in ("lambda", "ec2"):
        look = judged.record["evidence"][f"prod_rollback[{target}]"]["value"]
        assert look["receipt"]["state"] == "done"
        assert look["brought"]["rollback"]["status"] == "Succeeded"
