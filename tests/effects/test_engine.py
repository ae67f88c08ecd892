"""Random packs, random events: whatever is valid draws, what is not is told, nothing is left."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcam.core.errors import PackError
from vcam.core.events import EventKind, GestureEvent, LiveEffect, ReactionRule
from vcam.core.observation import Face, Hand, Observation
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack, load_pack
from vcam.reactions.stage import Stage
from vcam.settings.schema import EffectSettings

Make = Callable[..., Path]

ANCHORS = ("screen", "face.eyes", "face.chin", "shoulders", "hand", "hand.index", "hands.between")
COLOURS = ["#ff4f70", "#2fb7ff"]

small = st.floats(-3, 3).map(lambda value: round(value, 3))
sizes = st.floats(0.01, 2).map(lambda value: round(value, 3))
share = st.floats(0, 1).map(lambda value: round(value, 3))
ranges = st.tuples(sizes, sizes).map(sorted).map(list)
common: dict[str, Any] = {
    "layer": st.sampled_from(["behind", "front"]),
    "z": st.integers(-100, 100),
    "blend": st.sampled_from(["normal", "add", "screen", "multiply"]),
    "whose": st.sampled_from(["each", "one"]),
    "leave": st.builds(dict, style=st.sampled_from(["none", "fade", "pop", "drop", "rise"])),
}
placed: dict[str, Any] = {
    **common,
    "anchor": st.sampled_from(ANCHORS),
    "size": sizes,
    "offset": st.tuples(small, small).map(list),
    "opacity": share,
    "side": st.sampled_from(["auto", "fixed"]),
}
burst = st.fixed_dictionaries(
    {},
    optional={
        "count": st.integers(1, 20),
        "shape": st.sampled_from(["ball", "ring", "heart", "star"]),
        "speed": ranges,
        "trail_s": share,
        "twinkle": share,
    },
)


def kind(name: str, needed: dict[str, Any] | None = None, **more: Any) -> Any:
    return st.fixed_dictionaries(
        {"kind": st.just(name), **(needed or {})},
        optional={
            key: value for key, value in (common | more).items() if key not in (needed or {})
        },
    )


looks = st.sampled_from(
    [{"pictures": ["a.png"]}, {"paper": COLOURS}, {"glow": COLOURS}, {"streaks": COLOURS}]
)
particles = st.tuples(
    kind(
        "particles",
        anchor=st.sampled_from(ANCHORS),
        start=st.sampled_from(["top", "bottom", "corners", "point", "everywhere"]),
        count=st.integers(1, 60),
        repeat=st.booleans(),
        size=ranges,
        speed=ranges,
        life_s=ranges,
        depth=share,
        drag=sizes,
        gravity=small,
        trail_s=share,
        burst=burst,
    ),
    looks,
).map(lambda both: {**both[0], **both[1]})
effects = st.one_of(
    kind("sticker", {"picture": st.just("a.png"), "anchor": placed["anchor"]}, **placed),
    particles,
    kind(
        "text",
        {"anchor": placed["anchor"]},
        letter=sizes,
        look=st.sampled_from(["bubble", "cloud", "tag", "plain"]),
        tail=st.sampled_from(["left", "right", "none"]),
    ),
    kind("lasers", count=st.integers(1, 8), width=sizes, length=sizes),
    kind(
        "lightning",
        {"anchor": placed["anchor"]},
        to=st.sampled_from([*ANCHORS, "other_hand"]),
        count=st.integers(1, 4),
        branches=st.integers(0, 4),
        wildness=share,
    ),
    kind("dim", amount=share, colour=st.sampled_from(COLOURS)),
    kind("flash", peak=share, ms=st.integers(80, 900), times=st.integers(1, 4)),
    kind("background", {"style": st.sampled_from(["blur", "colour", "gradient"])}),
)
tastes = st.builds(
    EffectSettings,
    show=st.sampled_from(["subtle", "normal", "wild"]),
    reduced_motion=st.booleans(),
    speech=st.text(max_size=60),
    name_tag=st.text(max_size=30),
)


def write(folder: Path, effect: dict[str, Any]) -> None:
    body = {
        "name": folder.name,
        "title": "T",
        "author": "me",
        "licence": "MIT",
        "effects": {"it": effect},
    }
    (folder / "pack.yaml").write_text(json.dumps(body), encoding="utf-8")


def two_people(
    make_face: Callable[..., Face], make_hand: Callable[..., Hand]
) -> Callable[[float], Observation]:
    mask = np.zeros((36, 48), np.float32)
    mask[10:, 15:30] = 1

    def at(seconds: float) -> Observation:
        return Observation(
            round(seconds * 1000),
            seconds,
            (320, 240),
            (make_hand(80, 150, 50, track_id=7), make_hand(240, 150, 40, track_id=8)),
            (make_face(100, 80, 30), make_face(220, 90, 40, track_id=2)),
            mask,
        )

    return at


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(effect=effects, taste=tastes, elapsed_s=st.floats(0, 8))
def test_whatever_is_valid_loads_and_draws(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_hand: Callable[..., Hand],
    caplog: pytest.LogCaptureFixture,
    effect: dict[str, Any],
    taste: EffectSettings,
    elapsed_s: float,
) -> None:
    folder = make_pack()
    write(folder, effect)
    compositor = Compositor([load_pack(folder)])
    compositor.apply(taste)
    # What is drawn beyond its canvas would show in the frame round it.
    frame = np.full((280, 360, 3), 77, np.uint8)
    canvas = frame[20:260, 20:340]
    seen = two_people(make_face, make_hand)
    leaving_at = 1.0 + 0.8 * elapsed_s
    for at in (1.0 + 0.9 * elapsed_s, 1.0 + elapsed_s):
        shown = LiveEffect(1, "mine", "it", "manual", 1.0, leaving_at, (7,), 5)
        compositor.draw(canvas, [shown], seen(at), at)
    compositor.close()
    assert not caplog.records
    frame[20:260, 20:340] = 77
    assert (frame == 77).all()


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    effect=effects,
    key=st.sampled_from(["kind", "anchor", "z", "layer", "colour", "unknown", "leave", "sound"]),
    value=st.sampled_from([None, -1e9, "nonsense", [], {"a": 1}, float("nan")]),
)
def test_what_is_not_valid_is_told_in_one_line(
    make_pack: Make, effect: dict[str, Any], key: str, value: object
) -> None:
    folder = make_pack()
    write(folder, {**effect, key: value})
    refusal = ""
    try:
        load_pack(folder)
    except PackError as error:
        refusal = str(error)
    if refusal:
        assert str(folder / "pack.yaml") in refusal
        assert "line 1" in refusal
        assert "\n" not in refusal
    else:
        # A sound may be named as nothing; of these keys no other may.
        assert (key, value) == ("sound", None)


def every_kind(folder: Path) -> Pack:
    kinds: dict[str, dict[str, Any]] = {
        "sticker": {"kind": "sticker", "picture": "a.png", "anchor": "hand"},
        "confetti": {"kind": "particles", "pictures": ["a.png"], "spin_deg": [-90, 90]},
        "fireworks": {"kind": "particles", "glow": COLOURS, "burst": {"count": 10}},
        "rain": {"kind": "particles", "streaks": COLOURS, "start": "top", "repeat": True},
        "text": {"kind": "text", "anchor": "face.mouth"},
        "lasers": {"kind": "lasers", "layer": "behind"},
        "lightning": {"kind": "lightning", "anchor": "hand"},
        "dim": {"kind": "dim"},
        "flash": {"kind": "flash"},
        "room": {"kind": "background", "style": "colour"},
    }
    write(folder, {})
    body = json.loads((folder / "pack.yaml").read_text(encoding="utf-8"))
    body["effects"] = kinds
    (folder / "pack.yaml").write_text(json.dumps(body), encoding="utf-8")
    return load_pack(folder)


def test_ten_thousand_events_leave_nothing_behind(
    make_pack: Make, make_face: Callable[..., Face], make_hand: Callable[..., Hand]
) -> None:
    pack = every_kind(make_pack())
    names = list(pack.effects)
    rules = [
        ReactionRule(f"g{number}", "mine", name, ("hold", "once")[number % 2], 200, 100, 100)
        for number, name in enumerate(names)
    ]
    stage, compositor = Stage(rules), Compositor([pack])
    seen = two_people(make_face, make_hand)
    canvas = np.full((24, 32, 3), 77, np.uint8)
    draw_random = random.Random(1)
    at = 0.0
    kept = []
    for number in range(10_000):
        at += draw_random.uniform(0.001, 0.08)
        gesture = f"g{draw_random.randrange(len(names))}"
        what = draw_random.choice([EventKind.START, EventKind.END, EventKind.END])
        stage.handle([GestureEvent(what, gesture, at, (7,), at, 1.0, 1.0)])
        if number % 25 == 0:
            compositor.draw(canvas, stage.live(at), seen(at), at)
        if number in (5_000, 9_999):
            kept.append(kept_things(compositor))
    assert all(before * 2 + 50 >= after for before, after in zip(*kept, strict=True))
    for gesture in range(len(names)):
        stage.handle([GestureEvent(EventKind.END, f"g{gesture}", at, (7,), at, 1.0, 1.0)])
    at += 10
    assert stage.live(at) == ()
    canvas[:] = 77
    compositor.draw(canvas, stage.live(at), seen(at), at)
    assert (canvas == 77).all()
    assert not compositor.wants(())
    assert compositor.mask_hz(()) == 0
    sides, brought, flashes, stamps_bytes, dots = kept_things(compositor)
    assert (sides, brought, flashes) == (0, 0, 0)
    assert stamps_bytes <= 16 * 1024 * 1024
    assert dots <= 8 * 1024 * 1024


def kept_things(compositor: Compositor) -> tuple[int, ...]:
    """Entries of everything that could grow."""
    return (
        len(compositor._stickers._sides),
        len(compositor._scenery._brought),
        len(compositor._lights._guard._let),
        compositor._swarms._atlas.used_bytes,
        compositor._swarms._glow._stamps.used_bytes,
    )
