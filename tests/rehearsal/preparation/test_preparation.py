"""What is made up, found and said before a pipeline runs."""

import json

import pytest

from tests.rehearsal.preparation.test_dependencies import exporting, needing
from tests.rehearsal.small import STACK, Small, stack_action, usual_stages

J = ("--format", "json")


def test_exports_are_made_up_given_or_deployed(small: Small) -> None:
    needing(small, "network-vpc", "given", "beside", "elsewhere")
    small.write("beside.json", exporting("beside"))
    small.write("infra/other.json", exporting("elsewhere"))
    done = small.rehearse(*J, "--export", "given=g", "--with", "infra/other.json")
    assert done.code == 0, done.err
    outputs = done.details("Dev/Deploy")["outputs"]
    assert outputs["Out0"].startswith("vpc-")
    assert (outputs["Out1"], outputs["Out2"], outputs["Out3"]) == ("g", "x", "x")
    made_up = [line for line in done.err.splitlines() if "placeholder" in line]
    assert len(made_up) == 1
    assert "export network-vpc: no template has it; placeholder vpc-" in made_up[0]


def test_parameters_are_made_up_or_given(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Parameters"] = {"Owner": {"Type": "String"}, "Team": {"Type": "String"}}
    content["Resources"]["Pipeline"]["Properties"]["Name"] = {"Fn::Sub": "${Owner}-${Team}"}
    small.write("pipeline.json", json.dumps(content))
    done = small.rehearse(*J, "--parameter", "Team=red")
    assert done.code == 0, done.err
    assert done.json["pipeline"] == "rehearsal-red"
    assert "pipeline.json: parameter Owner: placeholder rehearsal is used" in done.err


def test_a_parameter_that_nobody_can_make_up(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Parameters"] = {"Code": {"Type": "String", "AllowedPattern": "[A-F]{9}"}}
    small.write("pipeline.json", json.dumps(content))
    done = small.rehearse()
    assert done.code == 2
    assert done.err.splitlines()[-1] == (
        "Error: pipeline.json: parameter Code needs a value that matches [A-F]{9}; set it with "
        "--parameter Code=VALUE"
    )


def test_the_network_that_a_configuration_names_is_there(small: Small) -> None:
    stack = json.loads(json.dumps(STACK))
    stack["Parameters"] |= {
        "Vpc": {"Type": "AWS::EC2::VPC::Id"},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
    }
    stack["Resources"]["Group"] = {
        "Type": "AWS::RDS::DBSubnetGroup",
        "Properties": {"DBSubnetGroupDescription": "x", "SubnetIds": {"Ref": "Subnets"}},
    }
    small.write("infra/stack.json", json.dumps(stack))
    said = {"Vpc": "vpc-1a", "Subnets": "subnet-2b,subnet-3c"}
    small.write("infra/dev.json", json.dumps({"Parameters": said}))
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert "vpc-1a, subnet-2b, subnet-3c: created in the local AWS" in done.err
    assert "no value is set for Vpc (vpc-" in done.err
    assert done.details("Dev/Deploy")["parameters"]["Subnets"] == "subnet-2b,subnet-3c"


@pytest.mark.thorough
def test_a_bucket_that_is_not_the_templates_is_made(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Resources"]["Pipeline"]["Properties"]["ArtifactStore"]["Location"] = "elsewhere"
    small.write("pipeline.json", json.dumps(content))
    done = small.rehearse(*J)
    assert done.code == 0
    assert "the bucket elsewhere did not exist; it is created for artifacts" in done.err


def test_a_stack_around_it_that_fails_is_told(small: Small) -> None:
    needing(small, "a")
    bad = json.loads(exporting("a"))
    bad["Resources"]["Bad"] = {"Type": "AWS::Nothing::AtAll"}
    small.write("a.json", json.dumps(bad))
    done = small.rehearse()
    assert done.code == 2
    assert "Error: a.json cannot be deployed: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.thorough
def test_another_region(small: Small) -> None:
    done = small.rehearse(*J, "--region", "eu-west-1")
    assert done.code == 0, done.err
    assert done.json["region"] == "eu-west-1"


@pytest.mark.thorough
def test_templates_of_one_name_have_stacks_of_their_own(small: Small) -> None:
    needing(small, "a", "b")
    for name in ("a", "b"):
        (small.folder / name).mkdir()
        small.write(f"{name}/net.json", exporting(name))
    done = small.rehearse(*J, "--with", "a/net.json", "--with", "b/net.json")
    assert done.code == 0, done.err
    assert "prepare: stack a-net (a/net.json)" in done.err
    assert "prepare: stack b-net (b/net.json)" in done.err


@pytest.mark.thorough
def test_a_template_called_as_a_stack_of_the_pipeline(small: Small) -> None:
    needing(small, "a")
    small.write("dev.json", exporting("a"))
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert "prepare: stack dev-template (dev.json)" in done.err


@pytest.mark.thorough
def test_parameters_of_the_store_are_there(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Parameters"] = {"Image": {"Type": "AWS::SSM::Parameter::Value<String>"}}
    small.write("pipeline.json", json.dumps(content))
    assert small.rehearse(*J).code == 0
    assert small.rehearse(*J, "--parameter", "Image=/my/image").code == 0


def test_a_bucket_that_cannot_be(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Resources"]["Pipeline"]["Properties"]["ArtifactStore"]["Location"] = "no such/bucket"
    small.write("pipeline.json", json.dumps(content))
    done = small.rehearse()
    assert done.code == 2
    assert "Invalid bucket name" in done.err
    assert "Traceback" not in done.err


@pytest.mark.thorough
def test_what_the_pipeline_itself_exports_later_is_not_made_up(small: Small) -> None:
    needing(small, "late")
    small.write("infra/net.json", exporting("late"))
    stages = usual_stages()[:3]
    late = stack_action("Net", "CREATE_UPDATE", "net")
    late["Configuration"] |= {"TemplatePath": "Infra::net.json"}
    for key in ("TemplateConfiguration", "ParameterOverrides"):
        late["Configuration"].pop(key)
    small.pipeline([*stages, {"Name": "Late", "Actions": [late]}])
    done = small.rehearse(*J)
    assert done.code == 1
    assert "late" in done.action("Dev/Deploy")["message"]
    small.pipeline([*stages[:2], {"Name": "Early", "Actions": [late]}, stages[2]])
    assert small.rehearse(*J).code == 0
