"""The real AWS CLI, speaking to a local AWS."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.rehearsal.local_aws.account import Account

ROOT = Path(__file__).parents[2]
AWS = ROOT / ".deploy" / "bin" / "aws"


class Cli:
    """Runs ``aws`` against an account."""

    def __init__(self, account: Account) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.environment = {**kept, **account.environment, "AWS_PAGER": ""}
        self._endpoint = str(account.endpoint)
        self._ended: dict[str, int] = {}

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(AWS), "--endpoint-url", self._endpoint, *words],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *words: str) -> Any:
        done = self(*words, "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def deploy(
        self,
        file: str,
        stack: str,
        parameters: Mapping[str, str] | None = None,
        *more: str,
    ) -> subprocess.CompletedProcess[str]:
        words = [f"{name}={value}" for name, value in (parameters or {}).items()]
        # The CLI calls its change sets by the second, and none may be called as another.
        while int(time.time()) == self._ended.get(stack):
            time.sleep(0.05)
        done = self(
            *("cloudformation", "deploy", "--template-file", file, "--stack-name", stack),
            *(("--parameter-overrides", *words) if words else ()),
            *more,
        )
        self._ended[stack] = int(time.time())
        return done

    def status(self, stack: str) -> str:
        found = self.json("cloudformation", "describe-stacks", "--stack-name", stack)
        return str(found["Stacks"][0]["StackStatus"])
