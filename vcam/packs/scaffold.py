"""`vcam pack new`: a pack that works at once, as a start for one's own."""

from __future__ import annotations

import json
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL import ImageDraw
from pydantic import TypeAdapter, ValidationError

from vcam.core.errors import PackError
from vcam.effects.pack_file import PACK_FILE
from vcam.effects.schema import PackSpec
from vcam.effects.schema.parts import Name

SCHEMA_FILE = "pack.schema.json"

_SIDE = 256
_SMOOTH = 4

_YAML = """\
# yaml-language-server: $schema={schema}
# All keys: docs/packs.md, or `vcam pack schema`. Look at it while you work: `vcam pack preview .`
# vcam reads the pack again whenever you save, so leave the camera running.
name: {name}
title: {title}
author: {author}
licence: CC-BY-4.0

effects:
  star:
    kind: sticker
    picture: star.png
    anchor: face.forehead
    size: 1.2
    enter: {{style: pop, ms: 350}}
    loop: {{style: wobble, period_ms: 1800, amount: 4}}
    leave: {{style: pop, ms: 250}}

  sparkle:
    kind: particles
    anchor: hand
    pictures: [star.png]
    count: 24
    repeat: true
    spread: 0.6
    life_s: [0.8, 1.4]
    size: [0.12, 0.26]
    speed: [0.6, 1.6]
    direction_deg: 90
    fan_deg: 120
    gravity: 0.6
    grow: [1.0, 0.3]

reactions:
  - {{gesture: v_sign, effect: star}}
  - {{gesture: v_sign, effect: sparkle}}
  - {{gesture: thumb_up, effect: sparkle, mode: once, min_ms: 2000}}
"""


def new_pack(folder: Path, author: str) -> Path:
    """Makes a pack in a folder that does not exist yet; its name is the folder's.

    Args:
        folder: to make.
        author: who draws it.

    Raises:
        PackError: the folder exists, has a name that no pack may have, or cannot be made.
    """
    name = folder.resolve().name
    text = _YAML.format(
        schema=SCHEMA_FILE, name=name, title=json.dumps(_titled(name)), author=json.dumps(author)
    )
    _check_name(name)
    try:
        folder.mkdir(parents=True)
        (folder / PACK_FILE).write_text(text, encoding="utf-8")
        schema = json.dumps(pack_schema(), indent=1)
        (folder / SCHEMA_FILE).write_text(schema + "\n", encoding="utf-8")
        _star().save(folder / "star.png")
    except FileExistsError:
        raise PackError(f"{folder} exists already", "name a folder that does not") from None
    except OSError as error:
        raise PackError(
            f"{folder} cannot be made ({error.strerror})", "check the place and its rights"
        ) from None
    return folder / PACK_FILE


def pack_schema() -> dict[str, Any]:
    """The JSON Schema of a pack.yaml, for editors that complete and check."""
    schema = PackSpec.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _check_name(name: str) -> None:
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError:
        raise PackError(
            f"{name!r} is no name for a pack",
            "use lower-case letters, digits, - and _, at most 48, such as my-cats",
        ) from None


def _titled(name: str) -> str:
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _star() -> Pillow.Image:
    """A star with five points, drawn large and made small, so that its edges are soft."""
    side = _SIDE * _SMOOTH
    picture = Pillow.new("RGBA", (side, side), (255, 200, 40, 0))
    corners = [
        (
            side * (0.5 + (0.46 if point % 2 == 0 else 0.21) * sin(point * pi / 5)),
            side * (0.52 - (0.46 if point % 2 == 0 else 0.21) * cos(point * pi / 5)),
        )
        for point in range(10)
    ]
    draw = ImageDraw.Draw(picture)
    draw.polygon(corners, fill=(255, 200, 40, 255))
    draw.line([*corners, corners[0], corners[1]], (255, 246, 214, 255), side // 28, joint="curve")
    return picture.resize((_SIDE, _SIDE), Pillow.Resampling.LANCZOS)
