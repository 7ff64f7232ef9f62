"""The book's custom resource that runs a task: that of today without the token."""

from cfn_pipeline import functions

TOKEN = '        clientToken=event["RequestId"],\n'
COMMENT = (
    "        # Lambda may run an asynchronous call twice; ECS then returns the task of the first.\n"
)


def test_it_differs_from_the_current_one_by_the_token_alone() -> None:
    current = functions.source("ecs_tasks")
    assert COMMENT + TOKEN in current
    assert functions.source("ecs_tasks_of_2018") == current.replace(COMMENT + TOKEN, "")
