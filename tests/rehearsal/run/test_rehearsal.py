"""Runs of a whole pipeline, as a user sees them."""

import json
import stat
from typing import Any

import pytest

from tests.rehearsal.small import (
    BUILDSPEC,
    SOURCES,
    STACK,
    Small,
    action,
    stack_action,
    usual_stages,
)

J = ("--format", "json")

ALL = (
    *("Source/App", "Source/Infra", "Build/Build", "Dev/Deploy"),
    *("Production/Change", "Production/Approve", "Production/Execute"),
)


def test_a_pipeline_runs_to_its_end(small: Small) -> None:
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert done.states() == dict.fromkeys(ALL, "Succeeded")
    assert done.json["status"] == "Succeeded"
    assert done.details("Dev/Deploy")["parameters"] == {"Size": "dev", "Tag": "one"}
    assert done.details("Production/Execute")["outputs"] == {"Tag": "one"}
    [row] = done.details("Production/Change")["changes"]
    assert (row["action"], row["resource"], row["type"]) == ("Add", "Note", "AWS::SSM::Parameter")
    [pending] = done.details("Production/Approve")["pending"]
    assert (pending["stack"], pending["change_set"]) == ("prod", "changes")
    assert "Look!" in done.err


@pytest.mark.thorough
def test_artifacts_lie_under_the_keys_that_codepipeline_gives(small: Small) -> None:
    artifacts = {a["name"]: a for a in small.rehearse(*J).json["artifacts"]}
    assert set(artifacts) == {"App", "Infra", "Version"}
    for name, artifact in artifacts.items():
        pipeline, folder, key = artifact["key"].split("/")
        assert (artifact["bucket"], pipeline, folder) == ("artifacts", "small", name)
        assert len(key.removesuffix(".zip")) == 7
        assert key.endswith(".zip") == (name != "Version")
    assert artifacts["Version"]["files"] == ["version.json"]
    assert len(artifacts["App"]["commit"]) == 40


def test_a_new_build_changes_what_depends_on_it_and_nothing_else(small: Small) -> None:
    small.rehearse()
    small.build('#!/bin/sh\necho \'{"Version": "two"}\' > version.json\n')
    done = small.rehearse(*J, "--after", "last")
    [row] = done.details("Production/Change")["changes"]
    assert (row["action"], row["resource"]) == ("Modify", "Note")
    assert "(Tag)" in row["cause"]
    assert done.details("Production/Execute")["outputs"] == {"Tag": "two"}


@pytest.mark.thorough
def test_nothing_new_is_nothing_to_change(small: Small) -> None:
    small.rehearse()
    done = small.rehearse(*J, "--after", "last")
    assert done.code == 0
    assert done.states() == dict.fromkeys(ALL, "Succeeded")
    for name in ("Dev/Deploy", "Production/Change", "Production/Execute"):
        assert done.action(name)["message"] == "no changes"
    assert "Change set changes of stack prod: no changes" in done.err


@pytest.mark.thorough
def test_without_after_a_run_begins_with_nothing(small: Small) -> None:
    small.rehearse()
    assert small.rehearse(*J).details("Production/Change")["changes"][0]["action"] == "Add"


def test_a_failed_build_still_cleans_and_nothing_is_deployed(small: Small) -> None:
    small.build("#!/bin/sh\nexit 3\n")
    done = small.rehearse(*J)
    assert done.code == 1
    assert done.json["status"] == "Failed"
    assert list(done.states().values()) == [
        *("Succeeded", "Succeeded", "Failed"),
        *("NotStarted",) * 4,
    ]
    assert (
        "phase BUILD: COMMAND_EXECUTION_ERROR: ./build: exit status 3"
        in done.action("Build/Build")["message"]
    )
    phases = {p["name"]: p["status"] for p in done.details("Build/Build")["phases"]}
    assert phases == {"BUILD": "FAILED", "POST_BUILD": "SUCCEEDED", "UPLOAD_ARTIFACTS": "FAILED"}
    folder = small.folder / done.json["folder"]
    assert (folder / "builds" / "Build-Build-1" / "cleaned").read_text() == "cleaned\n"


def test_a_rejected_approval_leaves_production_alone(small: Small) -> None:
    done = small.rehearse(*J, approve="--reject")
    assert done.code == 1
    assert done.json["status"] == "Rejected"
    assert done.states()["Production/Approve"] == "Rejected"
    assert done.states()["Production/Execute"] == "NotStarted"
    resumed = small.rehearse(*J, "--resume", "last")
    assert resumed.code == 0
    assert resumed.details("Production/Execute")["outputs"] == {"Tag": "one"}


@pytest.mark.thorough
def test_a_failed_deployment_leaves_production_alone_and_can_be_gone_on_with(
    small: Small,
) -> None:
    stack: dict[str, Any] = json.loads(json.dumps(STACK))
    stack["Resources"]["Secret"] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Type": "String",
            "Value": "{{resolve:secretsmanager:${x}:SecretString:key}}",
        },
    }
    value = {"Fn::Sub": ["{{resolve:secretsmanager:${N}:SecretString:k}}", {"N": {"Ref": "Size"}}]}
    stack["Resources"]["Secret"]["Properties"]["Value"] = value
    small.write("infra/stack.json", json.dumps(stack))
    done = small.rehearse(*J)
    assert done.code == 1
    assert done.states()["Dev/Deploy"] == "Failed"
    assert done.states()["Production/Change"] == "NotStarted"
    assert "stack dev is ROLLBACK_COMPLETE: Secret" in done.action("Dev/Deploy")["message"]
    assert done.details("Dev/Deploy")["events"][-1]["status"] == "ROLLBACK_COMPLETE"
    again = small.rehearse(*J, "--resume", "last")
    assert (
        "in ROLLBACK_COMPLETE state and can not be updated" in again.action("Dev/Deploy")["message"]
    )
    secrets = [word for name in ("dev", "prod") for word in ("--secret", f'{name}={{"k": "v"}}')]
    resumed = small.rehearse(*J, "--resume", "last", "--delete-stack", "dev", *secrets)
    assert resumed.code == 0, resumed.err
    assert resumed.states() == dict.fromkeys(ALL, "Succeeded")


def test_actions_of_one_run_order_run_side_by_side(small: Small) -> None:
    both = [
        action(
            name,
            ("Test", "CodeBuild"),
            {
                "ProjectName": "builder",
                "EnvironmentVariables": json.dumps([{"name": "WHO", "value": name}]),
            },
            inputs=["App"],
        )
        for name in ("One", "Two")
    ]
    small.pipeline([{"Name": "Source", "Actions": SOURCES}, {"Name": "Test", "Actions": both}])
    meeting = small.folder / "meeting"
    meeting.mkdir()
    # Each waits for the other: one after another they would never end.
    small.build(
        f"#!/bin/sh\ntouch {meeting}/$WHO\nfor i in $(seq 200); do\n"
        f"  [ -e {meeting}/One ] && [ -e {meeting}/Two ] && exit 0; sleep 0.05\ndone\nexit 1\n"
    )
    assert small.rehearse(*J).code == 0


def test_variables_go_from_action_to_action(small: Small) -> None:
    stages = usual_stages()
    stages[2]["Actions"][0]["Configuration"]["ParameterOverrides"] = json.dumps(
        {
            "Tag": "#{Built.TAG} #{variables.Who} #{codepipeline.PipelineExecutionId}",
            "Size": {"Fn::GetArtifactAtt": ["Version", "ObjectKey"]},
        }
    )
    small.pipeline(stages[:3], Variables=[{"Name": "Who", "DefaultValue": "you"}])
    done = small.rehearse(*J, "--variable", "Who=me")
    assert done.code == 0, done.err
    commit = next(a["commit"] for a in done.json["artifacts"] if a["name"] == "App")
    parameters = done.details("Dev/Deploy")["parameters"]
    assert parameters["Tag"] == f"{commit} me {done.json['execution_id']}"
    assert parameters["Size"].startswith("small/Version/")


@pytest.mark.thorough
def test_a_variable_that_nobody_makes_fails_the_action(small: Small) -> None:
    stages = usual_stages()
    stages[2]["Actions"][0]["Configuration"]["ParameterOverrides"] = '{"Tag": "#{Built.TAGG}"}'
    small.pipeline(stages[:3])
    message = small.rehearse(*J).action("Dev/Deploy")["message"]
    assert message == ("the variable #{Built.TAGG} has no value; no earlier action has set it")


@pytest.mark.thorough
def test_an_unknown_action_is_named_and_skipped_when_told_so(small: Small) -> None:
    stages = usual_stages()
    stages[1]["Actions"].append(action("Scan", ("Invoke", "Lambda"), {"FunctionName": "scan"}))
    small.pipeline(stages)
    done = small.rehearse(*J)
    assert done.code == 2
    assert "cannot run Build/Scan (Invoke, Lambda); skip it with --skip Build/Scan" in done.err
    skipped = small.rehearse(*J, "--skip", "Build/Scan")
    assert skipped.code == 0
    assert skipped.states()["Build/Scan"] == "Skipped"


def test_a_disabled_transition_is_where_the_pipeline_waits(small: Small) -> None:
    small.pipeline(
        usual_stages(),
        DisableInboundStageTransitions=[{"StageName": "Production", "Reason": "holidays"}],
    )
    done = small.rehearse(*J)
    assert done.code == 1
    assert done.json["status"] == "Stopped"
    assert done.states()["Production/Change"] == "NotStarted"
    assert "its inbound transition is disabled (holidays)" in done.err
    again = small.rehearse("--resume", "last")
    assert again.code == 1
    assert "its inbound transition is disabled (holidays)" in again.err


@pytest.mark.thorough
def test_every_mode_of_a_cloudformation_action(small: Small) -> None:
    stages = usual_stages()[:2]
    stages += [
        {"Name": "Create", "Actions": [stack_action("Do", "REPLACE_ON_FAILURE", "dev")]},
        {"Name": "Delete", "Actions": [stack_action("Do", "DELETE_ONLY", "dev")]},
        {"Name": "Again", "Actions": [stack_action("Do", "DELETE_ONLY", "dev")]},
    ]
    small.pipeline(stages)
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert done.details("Create/Do")["status"] == "CREATE_COMPLETE"
    assert done.details("Delete/Do")["status"] == "deleted"
    assert done.action("Again/Do")["message"] == "the stack does not exist"


@pytest.mark.thorough
def test_replace_on_failure_replaces_what_has_failed(small: Small) -> None:
    stages = usual_stages()[:2]
    stages.append({"Name": "Dev", "Actions": [stack_action("Do", "REPLACE_ON_FAILURE", "dev")]})
    small.pipeline(stages)
    stack = json.loads(json.dumps(STACK))
    stack["Resources"]["Note"]["Properties"]["Value"] = "{{resolve:ssm:/not/there}}${Tag}"
    stack["Resources"]["Note"]["Properties"]["Value"] = {
        "Fn::Sub": "{{resolve:secretsmanager:${Tag}:SecretString:k}}"
    }
    small.write("infra/stack.json", json.dumps(stack))
    assert small.rehearse(*J).code == 1
    done = small.rehearse(*J, "--resume", "last", "--secret", 'one={"k": "v"}')
    assert done.code == 0, done.err
    assert done.action("Dev/Do")["message"] == "dev was ROLLBACK_COMPLETE and is replaced"


@pytest.mark.thorough
def test_a_commands_action_is_a_build(small: Small) -> None:
    commands = action(
        "Commands",
        ("Compute", "Commands"),
        inputs=["App"],
        Commands=["echo '{\"Version\": \"'$WHO'\"}' > version.json", "WHAT=done"],
        OutputVariables=["WHAT"],
        EnvironmentVariables=[{"Name": "WHO", "Value": "me"}],
    )
    commands["OutputArtifacts"] = [{"Name": "Version", "Files": ["version.json"]}]
    stages = usual_stages()
    stages[1]["Actions"] = [commands]
    small.pipeline(stages[:3])
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert done.action("Build/Commands")["variables"] == {"WHAT": "done"}
    assert done.details("Dev/Deploy")["parameters"]["Tag"] == "me"


@pytest.mark.thorough
def test_an_image_as_source_can_be_made_up(small: Small) -> None:
    image = action(
        "Image",
        ("Source", "ECR"),
        {"RepositoryName": "shop", "ImageTag": "v1"},
        outputs=["Version"],
        Namespace="Image",
    )
    stages = usual_stages()
    stages[0]["Actions"] = [SOURCES[1], image]
    stages[2]["Actions"][0]["Configuration"]["ParameterOverrides"] = json.dumps(
        {"Tag": {"Fn::GetParam": ["Version", "imageDetail.json", "ImageURI"]}}
    )
    small.pipeline([stages[0], stages[2]])
    done = small.run("pipeline.json", "--source", "Infra=infra", "--approve", *J)
    assert done.code == 0, done.err
    assert done.details("Dev/Deploy")["parameters"]["Tag"].startswith(
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:"
    )
    assert "shop:v1 is a placeholder" in done.err


@pytest.mark.thorough
def test_outputs_of_a_stack_can_be_an_artifact(small: Small) -> None:
    stages = usual_stages()[:3]
    [deploy] = stages[2]["Actions"]
    deploy["Configuration"]["OutputFileName"] = "dev.json"
    deploy["OutputArtifacts"] = [{"Name": "Outputs"}]
    after = stack_action("Deploy", "CREATE_UPDATE", "prod")
    after["Configuration"]["ParameterOverrides"] = json.dumps(
        {"Tag": {"Fn::GetParam": ["Outputs", "dev.json", "Tag"]}}
    )
    after["InputArtifacts"] = [{"Name": "Infra"}, {"Name": "Outputs"}]
    small.pipeline([*stages, {"Name": "After", "Actions": [after]}])
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert done.details("After/Deploy")["outputs"] == {"Tag": "one"}


@pytest.mark.thorough
def test_without_a_name_for_the_file_outputs_are_no_artifact(small: Small) -> None:
    stages = usual_stages()[:3]
    stages[2]["Actions"][0]["OutputArtifacts"] = [{"Name": "Outputs"}]
    small.pipeline(stages)
    assert "Outputs" not in {a["name"] for a in small.rehearse(*J).json["artifacts"]}


@pytest.mark.thorough
def test_an_action_that_was_skipped_is_not_run_when_the_run_goes_on(small: Small) -> None:
    stages = usual_stages()
    scan = action("Scan", ("Invoke", "Lambda"), {"FunctionName": "scan"})
    stages.append({"Name": "Scan", "Actions": [scan]})
    small.pipeline(stages)
    small.rehearse("--skip", "Scan/Scan", approve="--reject")
    done = small.rehearse(*J, "--resume", "last")
    assert done.code == 1
    assert "skip it with --skip Scan/Scan" in done.action("Scan/Scan")["message"]
    again = small.rehearse(*J, "--resume", "last", "--skip", "Scan/Scan")
    assert again.code == 0


@pytest.mark.thorough
def test_what_an_approval_tells_has_its_variables(small: Small) -> None:
    stages = usual_stages()
    approval = stages[3]["Actions"][1]["Configuration"]
    approval |= {"CustomData": "Tag #{Built.TAG}!", "ExternalEntityLink": "https://x/#{Built.TAG}"}
    small.pipeline(stages)
    done = small.rehearse(*J)
    commit = next(a["commit"] for a in done.json["artifacts"] if a["name"] == "App")
    assert f"Tag {commit}!" in done.err
    assert f"https://x/{commit}" in done.err
    approval["CustomData"] = "#{Nobody.TAG}"
    small.pipeline(stages)
    failed = small.rehearse(*J)
    assert failed.states()["Production/Approve"] == "Failed"
    assert (
        "the variable #{Nobody.TAG} has no value" in failed.action("Production/Approve")["message"]
    )


@pytest.mark.thorough
def test_after_a_run_that_was_copied_in_the_middle(small: Small) -> None:
    small.rehearse()
    assert small.rehearse("--after", "last", "--delete-stack", "nobody").code == 2
    account = small.folder / ".rehearsal" / "small-0002" / "account"
    account.rename(account.with_name("account.part"))  # as a kill while copying leaves it
    for left in account.with_name("account.part").glob("state/*"):
        left.unlink()
    done = small.rehearse(*J, "--resume", "last")
    assert done.code == 0, done.err
    assert not account.with_name("account.part").exists()
    assert done.action("Dev/Deploy")["message"] == "no changes"


@pytest.mark.thorough
def test_a_run_is_readable_by_its_owner_only(small: Small) -> None:
    assert small.rehearse("--secret", "mine=topsecret").code == 0
    run = small.folder / ".rehearsal" / "small-0001"
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    for name in ("run.json", "builds/Build-Build-1/log.txt", "artifacts/App.zip"):
        assert stat.S_IMODE((run / name).stat().st_mode) == 0o600
    holders = [p for p in run.rglob("*") if p.is_file() and b"topsecret" in p.read_bytes()]
    assert holders != []
    assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}
    run.chmod(0o755)  # of a run of an earlier version
    assert small.rehearse("--after", "last").code == 0
    assert {stat.S_IMODE(p.stat().st_mode) for p in run.parent.glob("small-*")} == {0o700}


@pytest.mark.thorough
def test_run_as_is_not_rehearsed(small: Small) -> None:
    small.write("app/buildspec.yml", BUILDSPEC.replace("  build:\n", "  build:\n    run-as: me\n"))
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert "stage 'Build', action 'Build': not rehearsed: run-as." in done.json["notices"]


@pytest.mark.thorough
def test_an_account_that_cannot_be_saved_fails_the_action(small: Small) -> None:
    small.build("#!/bin/sh\nrm -r ../../../../account/state && touch ../../../../account/state\n")
    done = small.rehearse(*J)
    assert done.code == 1
    assert done.action("Build/Build")["status"] == "Failed"
    assert "the account cannot be saved in " in done.action("Build/Build")["message"]


def _dev_only_if(small: Small, tag: str, result: str) -> None:
    stages = usual_stages()
    rule = {
        "Name": "Tagged",
        "RuleTypeId": {
            "Category": "Rule",
            "Owner": "AWS",
            "Provider": "VariableCheck",
            "Version": "1",
        },
        "Configuration": {"Variable": "#{Built.TAG}", "Operator": "NE", "Value": tag},
    }
    stages[2]["BeforeEntry"] = {"Conditions": [{"Result": result, "Rules": [rule]}]}
    small.pipeline(stages)


def test_a_stage_is_skipped_where_a_variable_says_so(small: Small) -> None:
    _dev_only_if(small, "x", "SKIP")
    first = small.rehearse(*J)
    assert first.states()["Dev/Deploy"] == "Succeeded"
    assert "not rehearsed" not in first.err
    tag = first.action("Build/Build")["variables"]["TAG"]
    _dev_only_if(small, tag, "SKIP")
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert done.states()["Dev/Deploy"] == "Skipped"
    assert done.states()["Production/Execute"] == "Succeeded"
    _dev_only_if(small, tag, "FAIL")
    done = small.rehearse(*J)
    assert done.code == 1
    assert done.states()["Dev/Deploy"] == "NotStarted"
    assert "its condition fails: #{Built.TAG} is" in done.err
