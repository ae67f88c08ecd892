"""The page: picture or webcam in, label and confidence out, what was tried, the model's card."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from training.app.look import Looker
from training.errors import TrainingError
from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.recognizers.card import ModelCard

HEADER = ("time", "read as", "confidence", "counts")
"""Of the list of what was tried."""

MOST_TRIED = 200
"""Lines of that list; the oldest go."""

_PRIVACY = (
    "Pictures are looked at where this page runs and are not kept; the list below lives in this "
    "browser tab alone."
)

Row = tuple[str, str, str, str]


def try_picture(
    looker: Looker,
    picture: Image | None,
    tried: list[Row],
    now: Callable[[], time.struct_time] = time.localtime,
) -> tuple[dict[str, float] | None, Image | None, str, list[Row]]:
    """What the page shows after one picture.

    Args:
        looker: reads it.
        picture: uint8 (h, w, 3) RGB; None where it was taken away.
        tried: what was tried in this tab, the newest first.
        now: local time of day.

    Returns:
        Scores per class, what the model saw, one line, and the longer list.
    """
    if picture is None:
        return None, None, "", tried
    try:
        looked = looker.look(picture)
    except VcamError as error:
        return None, None, str(error), tried
    best = looked.best
    if not best:
        return None, None, looked.message, tried
    row = (
        time.strftime("%H:%M:%S", now()),
        best,
        f"{looked.scores[best]:.0%}",
        "yes" if looked.counts else "no",
    )
    return dict(looked.scores), looked.seen, looked.message, [row, *tried][:MOST_TRIED]


def build_page(looker: Looker, card: ModelCard, text: str) -> Any:
    """The page as a Gradio app, not yet served.

    Args:
        looker: reads pictures.
        card: of the model.
        text: the card to read, Markdown.

    Raises:
        TrainingError: Gradio is not installed.
    """
    gradio = _gradio()

    def on_picture(picture: Image | None, tried: list[Row]) -> tuple[Any, ...]:
        scores, seen, message, longer = try_picture(looker, picture, tried)
        return scores, seen, message, longer, [list(row) for row in longer]

    with gradio.Blocks(title=card.title, delete_cache=(60, 60)) as page:
        tried = gradio.State([])
        gradio.Markdown(f"# {card.title}\n{card.intended_use}\n\n**Not for:** {card.not_for}")
        with gradio.Row():
            picture = gradio.Image(
                label="Picture or webcam", sources=["upload", "webcam", "clipboard"]
            )
            with gradio.Column():
                label = gradio.Label(label="Read as", num_top_classes=min(5, len(card.classes)))
                message = gradio.Textbox(label="In words", interactive=False)
                seen = gradio.Image(
                    label="What the model saw", interactive=False, height=180, buttons=[]
                )
        gradio.Markdown(_PRIVACY)
        table = gradio.Dataframe(
            headers=list(HEADER), label="Tried in this tab", interactive=False, type="array"
        )
        clear = gradio.Button("Clear the list")
        with gradio.Accordion("Model card", open=False):
            gradio.Markdown(text)
        picture.change(
            on_picture, [picture, tried], [label, seen, message, tried, table], api_name="look"
        )
        clear.click(lambda: ([], []), None, [tried, table], api_name=False)
    return page


def serve(page: Any, host: str, port: int | None) -> None:
    """Serves the page until it is interrupted; to this machine alone unless told otherwise.

    Raises:
        TrainingError: the port is taken.
    """
    try:
        page.launch(server_name=host, server_port=port, share=False, quiet=False)
    except OSError as error:
        raise TrainingError(f"cannot serve the page: {error}", "give another --port") from error


def _gradio() -> Any:
    # Nobody is told that somebody tries a model.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    try:
        import gradio
    except ImportError as error:
        raise TrainingError("the page needs Gradio", "install it: pip install gradio") from error
    return gradio
