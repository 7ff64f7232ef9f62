"""Variables: known, set before they are read, and set once."""

import pytest

from tests.checks.examples import action, findings, good, ids, pipeline


@pytest.mark.parametrize(
    "text, rule, said",
    [
        ("#{Source.CommitId}", None, ""),
        ("#{codepipeline.PipelineExecutionId}", None, ""),
        ("#{Sources.CommitId}", "E9601", "namespace 'Sources' of #{Sources.Com"),
        ("#{Source.Commit}", "E9605", "sets: AuthorDate, BranchName, CommitId"),
        ("#{codepipeline.ExecutionId}", "E9605", "CodePipeline sets: PipelineExecutionId"),
        ("#{variables.stage}", "E9604", "variable 'stage' of #{variables.stage} is not declared"),
        ("{{CommitId}} and #CommitId and ${CommitId}", None, ""),
    ],
)
def test_references(text: str, rule: str | None, said: str) -> None:
    template = good("E9601")
    variables = f'[{{"name": "COMMIT", "value": "{text}"}}]'
    action(template, 1)["Configuration"]["EnvironmentVariables"] = variables
    found = findings(template)
    assert ids(found) == ([] if rule is None else [rule])
    assert all(said in finding.message for finding in found)


def test_variables_of_an_action_in_its_own_configuration() -> None:
    template = good("E9601")
    action(template, 1)["Namespace"] = "Build"
    action(template, 1)["Configuration"]["EnvironmentVariables"] = (
        '[{"name": "TAG", "value": "#{Build.TAG}"}]'
    )
    [finding] = findings(template)
    assert finding.rule == "E9602"
    assert "is set by the same action" in finding.message


@pytest.mark.parametrize("namespace", ["codepipeline", "variables"])
def test_reserved_namespaces(namespace: str) -> None:
    template = good("E9601")
    action(template, 1)["Namespace"] = namespace
    assert ids(findings(template)) == ["E9603"]


def test_variables_of_the_pipeline() -> None:
    template = good("E9604")
    pipeline(template)["Variables"] *= 2
    [twice] = findings(template)
    assert "variable 'stage' is declared twice" in twice.message
    template = good("E9604")
    action(template, 0)["Configuration"]["BranchName"] = "#{variables.stage}"
    [source] = findings(template)
    assert "source actions cannot use variables of the pipeline" in source.message
