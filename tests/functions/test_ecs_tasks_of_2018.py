"""The book's custom resource that runs a task: that of today without token and network."""

from cfn_pipeline import functions

TOKEN = '        clientToken=event["RequestId"],\n'
COMMENT = (
    "        # Lambda may run an asynchronous call twice; ECS then returns the task of the first.\n"
)
NETWORK = '    network = properties.get("NetworkConfiguration")\n'
GIVEN = '        **({"networkConfiguration": network} if network else {}),\n'


def test_it_differs_from_the_current_one_by_token_and_network_only() -> None:
    current = functions.source("ecs_tasks")
    for part in (COMMENT + TOKEN, NETWORK, GIVEN):
        assert part in current
        current = current.replace(part, "")
    assert functions.source("ecs_tasks_of_2018") == current
