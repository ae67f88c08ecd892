from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from vcam.cli import main


def test_help_lists_every_command_once_and_whole():
    text = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    assert "..." not in text.partition("ARGS]...")[2]
    listed = re.findall(r"^  (\w+) ", text.partition("\nRun:")[2], re.MULTILINE)
    assert sorted(listed) == sorted(main.commands)
    assert max(map(len, text.splitlines())) <= 80


GROUPS = [name for name, command in main.commands.items() if isinstance(command, click.Group)]


@pytest.mark.parametrize("name", GROUPS)
def test_help_of_a_group_cuts_nothing_short(name):
    text = CliRunner().invoke(main, [name, "--help"], terminal_width=80).output
    assert "..." not in text.partition("Commands:")[2]


def test_each_command_fits_its_line():
    text = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    commands = text.partition("\nRun:")[2]
    wrapped = [line for line in commands.splitlines() if line.startswith("    ")]
    assert not wrapped
