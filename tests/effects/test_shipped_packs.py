from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vcam.core.events import LiveEffect
from vcam.core.observation import Face, Hand, Observation
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.effects.schema import StickerSpec
from vcam.poses.vocabulary import GESTURES

SELFIE_POSES = {"v_sign", "thumb_up", "metal"}
NAMES = ("badges", "party", "selfie-glasses")
MAX_ART_BYTES = 1_500_000


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {name: load_pack(path) for name, path in find_packs([shipped_pack_folder()]).items()}


def test_the_three_packs_are_there_and_load(packs: dict[str, Pack]) -> None:
    assert sorted(packs) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_pack_answers_the_three_selfie_poses(packs: dict[str, Pack], name: str) -> None:
    assert {rule.gesture for rule in packs[name].rules} >= SELFIE_POSES


def test_what_the_packs_answer_are_gestures(packs: dict[str, Pack]) -> None:
    answered = {rule.gesture for pack in packs.values() for rule in pack.rules}
    assert answered <= set(GESTURES)
    assert {"two_v_signs", "two_thumbs_up"} <= answered


def test_each_pose_has_glasses_of_its_own(packs: dict[str, Pack]) -> None:
    effects = {rule.gesture: rule.effect for rule in packs["selfie-glasses"].rules}
    assert len(set(effects.values())) == 3
    for effect in packs["selfie-glasses"].effects.values():
        assert isinstance(effect.spec, StickerSpec)
        assert effect.spec.anchor == "face.eyes"


def test_every_anchor_is_used(packs: dict[str, Pack]) -> None:
    used = {effect.spec.anchor for pack in packs.values() for effect in pack.effects.values()}
    assert used == {"face.eyes", "face.top", "hand", "screen"}


def test_the_party_moves(packs: dict[str, Pack]) -> None:
    flames = packs["party"].effects["flames"].sprites[0]
    assert flames.frame_count > 10
    assert 0.5 < flames.duration_s < 3


def test_the_art_is_small_and_every_picture_has_its_source() -> None:
    folder = shipped_pack_folder()
    art = [path for kind in ("png", "webp", "gif") for path in folder.glob(f"*/*.{kind}")]
    assert art
    assert sum(path.stat().st_size for path in art) < MAX_ART_BYTES
    for path in art:
        assert (path.parent / "source" / f"{path.stem}.svg").is_file(), path


@pytest.mark.parametrize("name", NAMES)
def test_every_effect_draws_while_it_stays_and_nothing_after(
    packs: dict[str, Pack],
    name: str,
    make_face: Callable[..., Face],
    make_hand: Callable[..., Hand],
) -> None:
    for effect in packs[name].effects:
        compositor = Compositor([packs[name]])

        def changed(at: float, effect: str = effect, compositor: Compositor = compositor) -> int:
            live = LiveEffect(1, name, effect, "metal", 0.0, 1.5, (7,), 3)
            scene = Observation(round(at * 100), at, (640, 480), (make_hand(),), (make_face(),))
            canvas = np.full((480, 640, 3), 60, np.uint8)
            compositor.draw(canvas, [live], scene, at)
            return int((canvas != 60).any(axis=2).sum())

        assert changed(1.2) > 300, effect
        assert changed(2.6) == 0, effect


def test_glasses_lie_with_their_lenses_on_the_eyes(
    packs: dict[str, Pack], make_face: Callable[..., Face]
) -> None:
    for effect in packs["selfie-glasses"].effects:
        face = make_face(320, 240, 100, roll=0.3)
        canvas = np.full((480, 640, 3), 200, np.uint8)
        live = LiveEffect(1, "selfie-glasses", effect, "metal", 0.0, None, (), 3)
        compositor = Compositor([packs["selfie-glasses"]])
        compositor.draw(canvas, [live], Observation(1, 1.0, (640, 480), (), (face,)), 1.0)
        changed = (canvas != 200).any(axis=2)
        for x, y in face.eyes.round().astype(int):
            assert changed[y - 12 : y + 13, x - 12 : x + 13].all(), effect
        assert not changed[:120].any(), effect
