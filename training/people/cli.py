"""`python -m training people build|compare`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import numpy as np

from training.common.environment import Environment
from training.common.files import markdown_table, write_json
from training.people.compare import PLANS, compared, ways
from training.people.faces import FaceSeeker, read_set
from training.people.mobile import MobileRecipe
from training.people.projection import make_model, write_model
from training.people.rivals import Enrolled, embeddings
from training.people.splits import split
from vcam.recognizers.people_model import (
    MODEL_FILE,
    FaceModel,
    PeopleSource,
    load_card,
    load_model,
)

logger = logging.getLogger(__name__)

_COLUMNS = (
    "way",
    "set",
    "accuracy",
    "named_right",
    "named_wrong",
    "false_accepts_left_out",
    "false_accepts_strangers",
    "cpu_s",
)


def add_to(tools: Any) -> None:
    """Adds this tool to the subparsers of `python -m training`."""
    parser = tools.add_parser("people", help="telling people apart", description=__doc__)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")
    build = steps.add_parser("build", help="make the model that vcam ships")
    build.add_argument("pictures", type=Path, help="folder of pictures of many people")
    build.add_argument("--name", default="HaGRID", help="of the set, for the card")
    build.add_argument(
        "--licence", default="HaGRID, a CC BY-SA 4.0 variant", help="of the set, for the card"
    )
    build.add_argument("--faces", type=Path, help="measure-only sets, for figures and thresholds")
    build.add_argument("--to", type=Path, default=MODEL_FILE, help="the .npz file")
    build.set_defaults(run=_build)
    compare = steps.add_parser("compare", help="all ways to tell people apart in one table")
    compare.add_argument("faces", type=Path, help="folder with orl, five_people and attribute")
    compare.add_argument("--json", type=Path, help="write the figures there")
    compare.add_argument("--ways", default="", help="only those whose title has this in it")
    compare.add_argument("--mobile", action="store_true", help="MobileNetV2 too; takes minutes")
    compare.add_argument("--epochs", type=int, default=MobileRecipe().epochs, help="of MobileNetV2")
    compare.add_argument("--weights", default="none", help="of it: none, or a Keras weights file")
    compare.set_defaults(run=_compare)


def _build(chosen: argparse.Namespace) -> None:
    seeker = FaceSeeker()
    faces = read_set(chosen.pictures, seeker)
    made = make_model(faces)
    source = PeopleSource(name=chosen.name, licence=chosen.licence, pictures=len(faces.faces))
    figures: dict[str, object] = {}
    sure, unknown = 0.45, 0.25
    if chosen.faces is not None:
        sure, unknown, figures = _thresholds(made.model, chosen.faces, seeker)
    write_model(made, chosen.to, (source,), (sure, unknown), figures)
    logger.info("Wrote %s", chosen.to)


def _thresholds(
    model: FaceModel, folder: Path, seeker: FaceSeeker
) -> tuple[float, float, dict[str, object]]:
    """Likeness that 0.5 % of looks at strangers reach, and that 98 % of looks at the enrolled do.

    Strangers are those of whichever set is hardest: before one camera and in one light, people
    look more alike than pictures from everywhere do, and so it is before a webcam. The goal is
    1 %; half of it is room for other people than those that this is found on.
    """
    foreign = embeddings(read_set(folder / "attribute", seeker), model)
    strange: dict[str, list[float]] = {}
    known: list[float] = []
    for name, plan in PLANS.items():
        faces = read_set(folder / name, seeker)
        given, people = embeddings(faces, model), faces.people
        for seed in range(5):
            part = split(people, plan.each, plan.unknown, seed, seed)
            rival = Enrolled(given[part.enrolled], people[part.enrolled])
            for kind, rows in (("attribute", foreign), (name, given[part.unknown])):
                strange.setdefault(kind, []).extend(rival(rows).max(axis=1).tolist())
            if name == "orl":
                known += rival(given[part.asked]).max(axis=1).tolist()
    sure = max(float(np.quantile(each, 0.995)) for each in strange.values())
    unknown = float(np.quantile(known, 0.02))
    figures: dict[str, object] = {
        "looks_at_strangers": {kind: len(each) for kind, each in strange.items()},
        "looks_at_enrolled": len(known),
    }
    return sure, min(unknown, sure - 0.05), figures


def _compare(chosen: argparse.Namespace) -> None:
    environment = Environment.begin()
    seeker = FaceSeeker()
    sets = {name: read_set(chosen.faces / name, seeker) for name in PLANS}
    strangers = read_set(chosen.faces / "attribute", seeker)
    mobile = MobileRecipe(epochs=chosen.epochs, weights=chosen.weights) if chosen.mobile else None
    listed = [
        way for way in ways(load_model(), load_card().sure, mobile) if chosen.ways in way.title
    ]
    rows = compared(sets, strangers, listed, lambda row: logger.info("%s", row))
    pictures = {
        name: {"pictures": each.pictures, "without_a_face_found": each.missed}
        for name, each in {**sets, "attribute": strangers}.items()
    }
    print(markdown_table(_COLUMNS, [[row.get(column, "") for column in _COLUMNS] for row in rows]))
    if chosen.json is not None:
        write_json(
            chosen.json,
            {"rows": rows, "pictures": pictures, "environment": environment.record()},
        )
