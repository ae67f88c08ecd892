"""`python -m training app RUN`: a page to try a trained image model on."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from training.app.bundle import write_bundle
from training.app.look import Looker, find_with_vcam
from training.app.page import build_page, serve
from training.images.card import card_text
from training.images.models import open_model
from vcam.recognizers.image_model import ImageModel

logger = logging.getLogger(__name__)


def add_to(tools: Any) -> None:
    """Adds this tool to the subparsers of `python -m training`."""
    parser = tools.add_parser("app", help="try an image model in the browser", description=__doc__)
    parser.set_defaults(run=_run)
    parser.add_argument("model", type=Path, help="a run, or a .tflite file with its card")
    parser.add_argument("--int8", action="store_true", help="of a run, the 8-bit form")
    parser.add_argument("--host", default="127.0.0.1", help="to serve on (default: this machine)")
    parser.add_argument("--port", type=int, help="to serve on (default: the first free from 7860)")
    parser.add_argument(
        "--bundle", type=Path, metavar="FOLDER", help="write a folder for a host, and serve nothing"
    )


def _run(chosen: argparse.Namespace) -> None:
    trained = open_model(chosen.model, int8=chosen.int8)
    text = card_text(trained.card)
    if chosen.bundle is not None:
        write_bundle(trained, text, chosen.bundle)
        logger.info("wrote %s: give it to a host for Gradio pages as it is", chosen.bundle)
        return
    model = ImageModel(trained.content, trained.card)
    page = build_page(Looker(model, find_with_vcam), trained.card, text)
    serve(page, chosen.host, chosen.port)
