"""Print how long a change takes to reach all applications of a fleet.

    python scripts/simulate_rollout.py 10000 --cells 10

A cell is an account and region in which a pipeline deploys the stacks that deliver applications, in
stages of as many actions side by side as CodePipeline allows, and where these are more than a
pipeline may have, another pipeline after it. Each action begins an update of a
stack, and asks for its status until it is done. CloudFormation answers so many requests in a second
for each cell, and refuses the others, which are sent again after a pause that doubles each time.
AWS publishes neither these rates nor how CodePipeline sends again: they are assumptions, and
options of this script. Cells work side by side.
"""

import argparse
import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cfn_pipeline.aws.pipelines import ACTIONS, ACTIONS_IN_STAGE

#: Seconds until a refused request is sent again: the first pause, and the longest.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 20.0
#: Actions of a pipeline beside its source and its build.
_ACTIONS = ACTIONS.most - 2


@dataclass(kw_only=True)
class Bucket:
    """Requests that are answered: so many at once, then so many in a second.

    Args:
        rate: in a second.
        burst: at once, after a while without any.

    """

    rate: float
    burst: int
    _tokens: float = field(init=False)
    _time: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def takes(self, time: float) -> bool:
        """Return whether a request is answered; the times of requests never go back."""
        self._tokens = min(self.burst, self._tokens + (time - self._time) * self.rate)
        self._time = time
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens -= 1
        return True


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is assumed.

    Args:
        minutes: that the update of a stack takes.
        spread: by which part that is longer or shorter.
        starts: updates that CloudFormation begins in a second, for each cell.
        questions: of a status that it answers in a second, for each cell.
        burst: requests of each kind that it answers at once.
        poll: seconds from one question to the next.
        wave: actions of a stage side by side.

    """

    minutes: float = 2.0
    spread: float = 0.25
    starts: float = 1.0
    questions: float = 10.0
    burst: int = 10
    poll: float = 15.0
    wave: int = ACTIONS_IN_STAGE.most


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """What came of it.

    Args:
        seconds: until the last stack is updated.
        waves: stages, one after another.
        requests: that were answered.
        refused: that were sent again.

    """

    seconds: float
    waves: int
    requests: int
    refused: int


def simulate(stacks: int, model: Model, *, seed: int = 1) -> Rollout:
    """Return how the stacks of one cell are updated."""
    chance = random.Random(seed)
    starts = Bucket(rate=model.starts, burst=model.burst)
    questions = Bucket(rate=model.questions, burst=model.burst)
    now, requests, refused = 0.0, 0, 0
    waves = list(_waves(stacks, model.wave))
    for size in waves:
        # When an action acts next, its number in the stage, when its stack is updated (None: it
        # has not begun), and the pause after the next refusal.
        actions: list[tuple[float, int, float | None, float]]
        actions = [(now, number, None, _FIRST_PAUSE) for number in range(size)]
        while actions:
            time, number, end, pause = heapq.heappop(actions)
            now = max(now, time)
            if not (starts if end is None else questions).takes(time):
                refused += 1
                again = time + pause * chance.uniform(0.5, 1.0)
                longer = min(2 * pause, _LONGEST_PAUSE)
                heapq.heappush(actions, (again, number, end, longer))
                continue
            requests += 1
            if end is None:
                part = chance.uniform(1 - model.spread, 1 + model.spread)
                end = time + 60 * model.minutes * part
            elif end <= time:
                continue
            heapq.heappush(actions, (time + model.poll, number, end, _FIRST_PAUSE))
    return Rollout(seconds=now, waves=len(waves), requests=requests, refused=refused)


def _waves(stacks: int, wave: int) -> Iterator[int]:
    for begin in range(0, stacks, wave):
        yield min(wave, stacks - begin)


def _clock(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("applications", type=int, help="how many applications")
    parser.add_argument("--cells", type=int, default=1, help="accounts and regions")
    parser.add_argument("--stacks", type=int, default=1, help="that change, of an application")
    default = Model()
    for name, words in (
        ("minutes", "that the update of a stack takes"),
        ("starts", "updates begun in a second, in a cell"),
        ("questions", "about a status answered in a second, in a cell"),
    ):
        parser.add_argument(f"--{name}", type=float, default=getattr(default, name), help=words)
    parser.add_argument("--wave", type=int, default=default.wave, help="actions side by side")
    options = parser.parse_args(arguments)
    for name in ("applications", "cells", "stacks", "minutes", "starts", "questions", "wave"):
        if getattr(options, name) <= 0:
            parser.error(f"{name} must be greater than 0 (got {getattr(options, name)})")
    if options.wave > default.wave:
        parser.error(f"wave must be at most {default.wave} (got {options.wave})")
    model = Model(
        minutes=options.minutes,
        starts=options.starts,
        questions=options.questions,
        wave=options.wave,
    )
    stacks = -(-options.applications // options.cells) * options.stacks
    rollout = simulate(stacks, model)
    print(f"{options.applications:,} applications in {options.cells} cells of {stacks:,} stacks")
    pipelines = -(-stacks // _ACTIONS)
    print(
        f"in each cell: {pipelines} pipelines and {rollout.waves} waves of at most {model.wave} "
        "stacks, one after another"
    )
    print(f"{rollout.requests:,} requests answered in each cell, {rollout.refused:,} sent again")
    print(f"all updated after {_clock(rollout.seconds)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
