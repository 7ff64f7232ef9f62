"""The current edition, removed in the opposite order: what is kept holds data, nothing else is."""

from pathlib import Path

from cfn_pipeline import CURRENT
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.deploy.aws_cli import Cli
from tests.deploy.test_templates import Deployed, failures, steps

#: What stays because it holds data, by the stack's end.
KEPT = {
    "kms": ["KmsKey"],
    "ecr": ["CodebuildRepository", "TodobackendRepository"],
    "environment": ["KmsKey", "LogBucket"],
    "pipeline": ["ArtifactBucket", "LogBucket"],
}


def test_everything_is_removed_in_the_opposite_order(tmp_path: Path) -> None:
    with embedded_aws(tmp_path / "account", region="us-east-1") as server:
        deployed = _deployed(server)
        aws = deployed.aws
        before = {step.stack: _physical(aws, step.stack) for step in deployed.last}
        for step in reversed(deployed.last):
            done = aws("cloudformation", "delete-stack", "--stack-name", step.stack)
            assert done.returncode == 0, done.stderr
            waited = aws(
                *("cloudformation", "wait", "stack-delete-complete", "--stack-name", step.stack)
            )
            assert waited.returncode == 0, (step.stack, waited.stderr, failures(aws, step))
        buckets = {b["Name"] for b in aws.json("s3api", "list-buckets")["Buckets"]}
        made = {
            name
            for stack, resources in before.items()
            for title, name in resources.items()
            if title in KEPT.get(stack.rpartition("-")[2], [])
        }
        assert {name for name in made if name in buckets} == buckets
        assert len(buckets) == 4
        roles = aws.json("iam", "list-roles")["Roles"]
        assert [r["RoleName"] for r in roles if "todobackend" in r["RoleName"]] == []
        policies = aws.json("iam", "list-policies", "--scope", "Local")["Policies"]
        assert [p["PolicyName"] for p in policies if "todobackend" in p["PolicyName"]] == []
        repositories = aws.json("ecr", "describe-repositories")["repositories"]
        assert {r["repositoryName"] for r in repositories} <= made


def _deployed(server: EmbeddedAws) -> Deployed:
    server.ensure_network(["vpc-f8233a80"], ["subnet-a5d3ecee", "subnet-324e246f"])
    found = Deployed(CURRENT, server, Cli(server.account), steps(CURRENT))
    for step in found.steps:
        done = found.deploy(step)
        assert done.returncode == 0, f"{step}: {done.stdout}{done.stderr}"
    return found


def _physical(aws: Cli, stack: str) -> dict[str, str]:
    """Return the physical names of a stack's resources, by logical id."""
    listed = aws.json("cloudformation", "describe-stack-resources", "--stack-name", stack)
    return {
        resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "")
        for resource in listed["StackResources"]
    }
