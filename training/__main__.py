"""`python -m training <tool> …`: trains the networks that are ours."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from training.app import cli as app
from training.images import cli as images
from training.people import cli as people
from training.poses import cli as poses
from training.smoking import cli as smoking
from vcam.core.errors import VcamError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one tool; returns the exit status: 0, or 1 after one line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    tools = parser.add_subparsers(title="tools", required=True, metavar="TOOL")
    poses.add_to(tools)
    images.add_to(tools)
    people.add_to(tools)
    smoking.add_to(tools)
    app.add_to(tools)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        chosen.run(chosen)
    except VcamError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
