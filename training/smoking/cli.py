"""`python -m training smoking RUN`: is a hand near the mouth worth anything beside the picture?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_to(tools: Any) -> None:
    """Adds this tool to the subparsers of `python -m training`."""
    parser = tools.add_parser(
        "smoking", help="image model and hand near the mouth, compared", description=__doc__
    )
    parser.set_defaults(run=_run)
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="of the image trainer")
    parser.add_argument("--int8", action="store_true", help="its 8-bit form")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="for figures and plots")


def _run(chosen: argparse.Namespace) -> None:
    # Here, because the other tools need neither SciPy nor vision.
    from training.smoking.compare import compare_on, write_comparison

    comparison = compare_on(chosen.run_folder, int8=chosen.int8)
    if chosen.to is not None:
        write_comparison(comparison, chosen.to)
    print(comparison.text())
