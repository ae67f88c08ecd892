"""`vcam completion`: the shell's half of click's completion."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands in SHELL.

    Names of packs, gestures, effects and profiles are completed too.

    For bash: vcam completion bash > ~/.local/share/bash-completion/completions/vcam
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    root = context.find_root().command
    click.echo(found(root, {}, "vcam", "_VCAM_COMPLETE").source())
