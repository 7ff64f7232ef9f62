"""Pictures as Mermaid."""

from cfn_pipeline.diagrams.mermaid import mermaid
from tests.diagrams.samples import action, of_file, pipeline, stack

PIPELINE = """\
flowchart LR

    %% Pipeline shop
    p0start(["Starts on<br/>a change, by polling (Source)"])
    subgraph p0s0["Stage0"]
        direction TB
        p0s0a0["Source<br/>S3<br/>code"]
    end
    subgraph p0s1["Stage1"]
        direction TB
        p0s1a0{{"Approve<br/>Waits for an approval"}}:::approval
        subgraph p0s1p1["account 222222222222"]
            p0s1a1["Deploy#59; it<br/>S3<br/>bucket site"]
        end
        p0s1a0 -.-> p0s1a1
    end
    p0start ==> p0s0
    p0s0a0 -->|"App"| p0s1a1
    p0s0 ==> p0s1

    classDef approval stroke:#b26a00,stroke-width:2px
    classDef public stroke:#c62828,stroke-width:2px
    classDef data stroke:#1565c0,stroke-width:2px
"""

STACK = """\
    subgraph p0g0["Databases"]
        p0r0[("Db<br/>RDS DB Instance<br/>public<br/>holds databases")]:::public
    end
    subgraph p0g1["Network"]
        p0r1["Group<br/>EC2 Security Group<br/>if Wide"]
    end
    p0r0 --> p0r1
"""


def test_a_pipeline() -> None:
    picture = pipeline(
        [
            action(
                "Source",
                "Source/S3",
                OutputArtifacts=[{"Name": "App"}],
                Configuration={"S3Bucket": "code"},
            )
        ],
        [
            action("Approve", "Approval/Manual"),
            action(
                "Deploy; it",
                "Deploy/S3",
                RunOrder=2,
                InputArtifacts=[{"Name": "App"}],
                Configuration={"BucketName": "site"},
                RoleArn="arn:aws:iam::222222222222:role/deploy",
            ),
        ],
    )
    assert mermaid([picture]) == PIPELINE


def test_the_conditions_of_a_stage_stand_before_and_after_its_actions() -> None:
    text = mermaid(of_file("examples/pipeline-language/pipeline.yml"))
    for line in (
        'p0s3after1(["On failure<br/>the stage rolls back"])',
        *("p0s3before -.-> p0s3a0", "p0s3before -.-> p0s3a1", "p0s3a4 -.-> p0s3after0"),
    ):
        assert f"        {line}\n" in text


def test_a_stack() -> None:
    database = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"PubliclyAccessible": True, "VPCSecurityGroups": [{"Ref": "Group"}]},
    }
    group = {"Type": "AWS::EC2::SecurityGroup", "Condition": "Wide"}
    assert STACK in mermaid([stack({"Db": database, "Group": group})])


def test_a_label_is_not_taken_for_a_list() -> None:
    assert '"1#46; x<br/>' in mermaid([stack({"1. x": {"Type": "AWS::S3::Bucket"}})])
    assert '"#45; x<br/>' in mermaid([stack({"- x": {"Type": "AWS::S3::Bucket"}})])
