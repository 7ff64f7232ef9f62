#!/usr/bin/env python3
"""Deploy one rendered template with ``aws cloudformation deploy``.

usage: deploy.py [--edition NAME] [--templates DIR] [--s3-bucket NAME] TARGET [Parameter=Value ...]

TARGET is an environment (dev, prod: the application's stack with the parameters of dev.json or
prod.json) or a template by its name without .yml (kms, ecr, environment-dev, iam ...).
Missing parameters, and a region without what a template needs, are reported before AWS is called.
"""

import argparse
import json
import os
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
    edition,
    load,
)
from cfn_pipeline.aws.cloudformation import TEMPLATE_BODY
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.aws.regions import WITHOUT_CONNECTIONS
from cfn_pipeline.files.makefile import Target


def main(arguments: Sequence[str]) -> int:
    """Deploy, and return the exit code of AWS; exit with 2 if AWS was not called."""
    try:
        return deploy(parse(arguments))
    except CfnPipelineError as error:
        fail(str(error))


def deploy(options: argparse.Namespace) -> int:
    chosen = edition(options.edition)
    target = find(chosen, options.target)
    folder = options.templates / chosen.name
    template = read(folder / target.file)
    environment = target.environment
    configuration = {} if environment is None else read_parameters(folder, environment)
    parameters = configuration | dict(pair(word) for word in options.parameters)
    check_parameters(target.file, load(template, source=target.file), parameters)
    if len(template.encode()) > TEMPLATE_BODY and not options.s3_bucket:
        fail(
            f"{target.file} has {len(template.encode()):,} bytes; CloudFormation takes "
            f"{TEMPLATE_BODY:,} without a bucket: add S3_BUCKET=<the name of one>"
        )
    if shutil.which("aws") is None:
        fail("the AWS CLI is not on PATH; install it, then try again")
    if CONNECTION_PROVIDER in template:
        check_region(target.file)
    command = [
        *("aws", "cloudformation", "deploy"),
        *("--template-file", str(folder / target.file)),
        *("--stack-name", target.stack),
        "--no-fail-on-empty-changeset",
    ]
    if options.s3_bucket:
        command += ["--s3-bucket", options.s3_bucket]
    if target.capabilities:
        command += ["--capabilities", *target.capabilities]
    if parameters:
        # Words, not file://dev.json: version 1 of the CLI reads no configuration file.
        words = [f"{name}={value}" for name, value in parameters.items()]
        command += ["--parameter-overrides", *words]
    return subprocess.run(command, check=False).returncode


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy.py", description=str(__doc__).split("\n")[0])
    parser.add_argument("--edition", default=EDITIONS[0], help="default: %(default)s")
    parser.add_argument("--templates", type=Path, default=Path("templates"))
    parser.add_argument("--s3-bucket", metavar="NAME", help="for templates above 51,200 bytes")
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument("parameters", metavar="Parameter=Value", nargs="*")
    return parser.parse_args(arguments)


def find(chosen: Edition, name: str) -> Target:
    """Return the target of a name."""
    targets = {target.name: target for target in chosen.targets(chosen.application)}
    if name not in targets:
        fail(f"unknown target {name!r}: use {', '.join(targets)}")
    return targets[name]


def check_region(file: str) -> None:
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        command = ["aws", "configure", "get", "region"]
        region = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if region in WITHOUT_CONNECTIONS:
        fail(
            f"{file} reads repositories through a connection, and AWS has no connections in "
            f"{region}; use another region for the pipeline"
        )


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
