"""The page of a run."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.reports.document import document
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Pipeline, Stage
from cfn_pipeline.rehearsal.report.logs import lines_of_log
from cfn_pipeline.rehearsal.report.page import page_of
from cfn_pipeline.rehearsal.report.words import duration
from cfn_pipeline.rehearsal.run.journal import Journal
from tests.rehearsal.report.journals import action, entry, journal, large

HOSTILE = "</pre><script>alert(1)</script>\x1b[31m\x07\u202e ::error:: \"'&amp;"


@pytest.mark.parametrize("size", [1000, 1001, 500_000])
def test_a_long_log_is_shown_in_part(tmp_path: Path, size: int) -> None:
    log = tmp_path / "log.txt"
    log.write_text("begin" + "x" * (size - 8) + "end")
    text = "\n".join(lines_of_log(log, 1000))
    assert text.startswith("begin")
    assert text.endswith("end")
    assert len(text) < 1300
    assert ("bytes are left out; the whole log: " in text) == (size > 1000)


def test_a_log_has_no_colours_and_no_control_characters(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"\x1b[1;31mred\x1b[0m\tx\r10%\r\n100%\n\x1b]0;title\x07\xff\x00\n")
    assert lines_of_log(log, 1000) == [
        *("red     x", "10%", "100%"),
        "\\x1b]0;title\\x07\N{REPLACEMENT CHARACTER}\\x00",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (3.21, "3.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (64.0, "1 min 4 s"),
        (3599.7, "1 h 0 min"),
        (7500.0, "2 h 5 min"),
    ],
)
def test_times_are_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Page(HTMLParser):
    """What stands on a page: its text, the links, the ids, and the labels."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.tags: list[str] = []
        self._skipped = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self._skipped = tag in ("style", "script")
        self.links += [str(values["href"])] if "href" in values else []
        self.ids += [str(values["id"])] if "id" in values else []
        self.labels += [str(values["aria-label"])] if "aria-label" in values else []

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._skipped = False

    def handle_data(self, data: str) -> None:
        self.words += [] if self._skipped else data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def read(run: Journal) -> Page:
    return Page(page_of(run))


def failed(folder: Path, message: str = "phase BUILD: exit status 1") -> Journal:
    """Return the journal of a run whose build failed, before the stacks of two accounts."""
    deploy = {"ActionMode": "CREATE_UPDATE", "StackName": "shop"}
    role = "arn:aws:iam::222222222222:role/deploy"
    pipeline = Pipeline(
        name="shop",
        bucket="b",
        stages=[
            Stage(name="Source", actions=[action("Source", "App", "Source/S3")]),
            Stage(
                name="Build",
                actions=[
                    action("Build", "Build", "Build/CodeBuild"),
                    action("Build", "Lint", "Build/CodeBuild"),
                    action("Build", "Ask", "Approval/Manual"),
                ],
            ),
            Stage(
                name="Prod",
                actions=[
                    action(
                        *("Prod", "Deploy", "Deploy/CloudFormation"),
                        role=role,
                        region="eu-central-1",
                        configuration=deploy,
                    )
                ],
            ),
        ],
    )
    phases = [
        {"name": "PRE_BUILD", "status": "SUCCEEDED", "seconds": 0.1, "message": ""},
        {"name": "BUILD", "status": "TIMED_OUT", "seconds": 65.0, "message": HOSTILE},
    ]
    (folder / "builds" / "a").mkdir(parents=True)
    (folder / "builds" / "a" / "log.txt").write_text(f"first\n{HOSTILE}\nlast\n")
    log = {"log": "builds/a/log.txt", "phases": phases}
    actions = {
        "Source/App": entry(message="abc"),
        "Build/Build": entry(Status.FAILED, message, **log),
        "Build/Lint": entry(Status.SKIPPED, "skipped by --skip"),
        "Build/Ask": entry(message="approved by --approve", pending=[]),
    }
    return journal(
        folder,
        pipeline,
        actions,
        status=Status.FAILED,
        account="111111111111",
        notices=[HOSTILE],
    )


def test_the_reason_of_a_failure_is_first_and_then_the_picture(tmp_path: Path) -> None:
    page = read(failed(tmp_path))
    order = (
        *("shop Failed after 1 min 4 s", "Build / Build : phase BUILD: exit status 1"),
        *("begin a new run", "Source App", "Actions", "What this does not prove"),
    )
    places = [page.text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "Not reached" in page.text


def test_the_picture_has_the_state_of_each_stage_and_action_in_words(tmp_path: Path) -> None:
    page = read(failed(tmp_path))
    assert page.labels == [
        "Pipeline shop, the run as it went",
        *("Stage Source: succeeded", "App: 1.2 s"),
        *("Stage Build: failed", "Build: Failed, 1.2 s", "Lint: Skipped"),
        *("Ask: approved by --approve", "Stage Prod: not reached"),
    ]
    assert "account 222222222222, eu-central-1" in page.text
    assert "Actions of a stage without an arrow between them run at the same time." in page.text


def test_links_lead_to_actions_that_have_begun_and_nowhere_else(tmp_path: Path) -> None:
    page = read(failed(tmp_path))
    assert set(page.links) == {"#Source/App", "#Build/Build", "#Build/Lint", "#Build/Ask"}
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    outside = r"https?:|url\(|@import|\ssrc=|fetch|XMLHttpRequest"
    assert not re.search(outside, page.source.replace("http://example", ""))


def test_phases_are_in_plain_words(tmp_path: Path) -> None:
    text = read(failed(tmp_path)).text
    assert "Phase Status Time Pre build Succeeded 0.1 s Build Timed out 1 min 5 s" in text
    assert "TIMED_OUT" not in text


def test_text_of_others_stays_text_and_is_printable(tmp_path: Path) -> None:
    page = read(failed(tmp_path, HOSTILE))
    assert page.tags.count("script") == 1
    assert page.source.replace("\n", "").isprintable()
    assert "first </pre><script>alert(1)</script>\\x07\\u202e" in page.text
    assert "\\x1b[31m" in page.text


def stack(topic: str) -> str:
    note = {"Type": "String", "Value": {"Ref": "Tag"}}
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": topic}},
        "Note": {"Type": "AWS::SSM::Parameter", "Properties": note},
    }
    return json.dumps({"Parameters": {"Tag": {"Type": "String"}}, "Resources": resources})


def proposed(folder: Path) -> Journal:
    """Return the journal of a run that makes a change set, asks, and deploys a new stack."""
    states = (
        State(name=name, files={"stack.yml": text}, parameters={"Tag": tag})
        for name, text, tag in (("old", stack("one"), "a1"), ("new", stack(HOSTILE), "b2"))
    )
    actions = [
        action("Prod", "Change", "Deploy/CloudFormation"),
        action("Prod", "Ask", "Approval/Manual", 2),
        action("Prod", "Other", "Deploy/CloudFormation", 3),
    ]
    row = {"action": "Modify", "resource": "Topic", "type": "T", "replacement": "", "cause": ""}
    pending = {"stack": "shop", "change_set": "next", "changes": [row]}
    details: Any = {"stack": "shop", "mode": "CHANGE_SET_REPLACE", "change_set": "next"}
    return journal(
        folder,
        Pipeline(name="shop", bucket="b", stages=[Stage(name="Prod", actions=actions)]),
        {
            "Prod/Change": entry(
                **details, changes=[row], difference=json.loads(document(compare(*states)))
            ),
            "Prod/Ask": entry(
                pending=[pending],
                messages=[{"function": "tell", "text": f"Stack shop\n\n{HOSTILE}"}],
            ),
            "Prod/Other": entry(stack="other", mode="CREATE_UPDATE", is_new=True),
        },
    )


def test_changes_are_told_by_meaning_and_then_as_the_change_set_has_them(tmp_path: Path) -> None:
    page = read(proposed(tmp_path))
    order = (
        "What changes: 1 replaced, 1 changed; values of parameters: 1 change",
        "replaced Topic (AWS::SNS::Topic)",
        "(replaces it)",
        "changed Note (AWS::SSM::Parameter)",
        "Value: the value of parameter Tag changes in the stack",
        "the stack: parameter Tag is b2; before: a1",
        "Change set: 1",
        "By meaning: Prod/Change",
        "Message of tell Stack shop </pre><script>",
        "The stack is new",
    )
    places = [page.text.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert page.tags.count("script") == 1
    assert page.source.replace("\n", "").isprintable()


def test_a_run_that_has_not_begun_has_a_page_without_a_picture(tmp_path: Path) -> None:
    run = failed(tmp_path)
    del run.data["definition"]
    run.data["error"] = "pipeline.yml: no pipeline"
    page = read(run)
    assert "pipeline.yml: no pipeline" in page.text
    assert "figure" not in page.tags


@pytest.mark.parametrize(("stages", "log"), [(2, 500_000), (50, 500_000)])
def test_logs_take_two_megabytes_at_most(tmp_path: Path, stages: int, log: int) -> None:
    page: Any = read(large(tmp_path, stages, log=log))
    logs = "".join(re.findall(r"<pre>\n(.*?)</pre>", page.source, re.DOTALL))
    assert 400_000 < len(logs) < 2_200_000
    assert logs.count("bytes are left out") == stages
