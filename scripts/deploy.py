#!/usr/bin/env python3
"""Deploy one rendered template with ``aws cloudformation deploy``.

usage: deploy.py [--edition NAME] [--templates DIR] TARGET [Parameter=Value ...]

TARGET is an environment (dev, prod: the application's stack with the parameters of dev.json or
prod.json) or a template by its name without .yml (kms, ecr, iam, codebuild, pipeline ...).
Missing parameters are reported before AWS is called.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from cfn_pipeline import (
    EDITIONS,
    CfnPipelineError,
    Edition,
    Environment,
    StackFile,
    edition,
    load,
)

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LARGEST_TEMPLATE = 51_200


def main(arguments: Sequence[str]) -> int:
    """Deploy, and return the exit code of AWS; exit with 2 if AWS was not called."""
    try:
        return deploy(parse(arguments))
    except CfnPipelineError as error:
        fail(str(error))


def deploy(options: argparse.Namespace) -> int:
    chosen = edition(options.edition)
    stack, environment = find(chosen, options.target)
    folder = options.templates / chosen.name
    template = read(folder / stack.file)
    configuration = {} if environment is None else read_parameters(folder, environment)
    parameters = configuration | dict(pair(word) for word in options.parameters)
    check_parameters(stack.file, load(template, source=stack.file), parameters)
    if len(template.encode()) > LARGEST_TEMPLATE:
        fail(
            f"{stack.file} has {len(template.encode()):,} bytes; CloudFormation takes "
            f"{LARGEST_TEMPLATE:,} without a bucket: run aws cloudformation deploy --s3-bucket"
        )
    if shutil.which("aws") is None:
        fail("the AWS CLI is not on PATH; install it, then try again")
    command = [
        *("aws", "cloudformation", "deploy"),
        *("--template-file", str(folder / stack.file)),
        *("--stack-name", stack.stack_name(chosen.application, environment)),
        "--no-fail-on-empty-changeset",
    ]
    if stack.capabilities:
        command += ["--capabilities", *stack.capabilities]
    if parameters:
        # Words, not file://dev.json: version 1 of the CLI reads no configuration file.
        words = [f"{name}={value}" for name, value in parameters.items()]
        command += ["--parameter-overrides", *words]
    return subprocess.run(command, check=False).returncode


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy.py", description=str(__doc__).split("\n")[0])
    parser.add_argument("--edition", default=EDITIONS[0], help="default: %(default)s")
    parser.add_argument("--templates", type=Path, default=Path("templates"))
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument("parameters", metavar="Parameter=Value", nargs="*")
    return parser.parse_args(arguments)


def find(chosen: Edition, target: str) -> tuple[StackFile, Environment | None]:
    """Return the template of a target, and its environment if it has one."""
    for environment in chosen.application.environments:
        if environment.name == target:
            return chosen.stack("stack"), environment
    names = [stack.target for stack in chosen.stacks if stack.target != "stack"]
    if target not in names:
        names += [environment.name for environment in chosen.application.environments]
        fail(f"unknown target {target!r}: use {', '.join(names)}")
    return chosen.stack(target), None


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be read ({error.strerror}); run make templates")
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8 text; run make templates")


def read_parameters(folder: Path, environment: Environment) -> dict[str, str]:
    path = folder / f"{environment.name}.json"
    try:
        parameters = json.loads(read(path))["Parameters"]
        wrong = [name for name, value in parameters.items() if not isinstance(value, str)]
    except (ValueError, KeyError, TypeError, AttributeError):
        fail(f'{path} is not a configuration file; write {{"Parameters": {{...}}}}')
    if wrong:
        fail(f"{path}: {', '.join(wrong)}: values of parameters must be strings")
    return dict(parameters)


def pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not (name and equals):
        fail(f"invalid parameter {word!r}: use Name=Value")
    return name, value


def check_parameters(file: str, template: Mapping[str, Any], given: Mapping[str, str]) -> None:
    declared = template.get("Parameters") or {}
    if not isinstance(declared, dict) or not all(isinstance(p, dict) for p in declared.values()):
        fail(f"{file}: Parameters must be a mapping; run make templates")
    unknown = [name for name in given if name not in declared]
    if unknown:
        fail(
            f"{file} has no parameter {', '.join(unknown)}; it has {', '.join(declared) or 'none'}"
        )
    missing = [name for name in declared if "Default" not in declared[name] and not given.get(name)]
    if missing:
        words = " ".join(f"{name}=..." for name in missing)
        fail(f'{file} needs {", ".join(missing)}; add PARAMETERS="{words}"')


def fail(message: str) -> NoReturn:
    print(f"deploy: {message}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
