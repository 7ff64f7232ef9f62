"""``cfn-pipeline completion``: the script with which a shell completes the command."""

import click

from cfn_pipeline.cli import printing

#: The variable by which the script asks the command what completes a line.
_VARIABLE = "_CFN_PIPELINE_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script with which bash, zsh or fish completes verbs, options and values.

    \b
    bash: eval "$(cfn-pipeline completion bash)"   in ~/.bashrc; bash 4.4 or newer
    zsh:  eval "$(cfn-pipeline completion zsh)"    in ~/.zshrc, after compinit
    fish: cfn-pipeline completion fish > ~/.config/fish/completions/cfn-pipeline.fish

    Example: cfn-pipeline completion zsh
    """  # noqa: D301 - click reads the backspace as: keep these lines
    from click.shell_completion import get_completion_class

    of_shell = get_completion_class(shell)
    if of_shell is None:  # pragma: no cover - click has the three
        raise click.UsageError(f"click cannot complete {shell}")
    command = click.get_current_context().find_root().command
    printing.document(of_shell(command, {}, "cfn-pipeline", _VARIABLE).source() + "\n")
