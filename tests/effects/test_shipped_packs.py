from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vcam.core.events import LiveEffect
from vcam.core.observation import Face, Hand, Observation
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.effects.schema import BackgroundSpec, DimSpec, FlashSpec, StickerSpec
from vcam.poses.vocabulary import GESTURES
from vcam.settings.schema import EffectSettings

SELFIE_POSES = {"v_sign", "thumb_up", "metal"}
NAMES = ("badges", "faces", "party", "reactions", "selfie-glasses")
MAX_PACK_BYTES = 1_500_000
MAX_DECODED_BYTES = 16 * 1024 * 1024


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {name: load_pack(path) for name, path in find_packs([shipped_pack_folder()]).items()}


def test_the_packs_are_there_and_load(packs: dict[str, Pack]) -> None:
    assert sorted(packs) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_pack_answers_the_three_selfie_poses(packs: dict[str, Pack], name: str) -> None:
    assert {rule.gesture for rule in packs[name].rules} >= SELFIE_POSES


def test_what_the_packs_answer_are_gestures(packs: dict[str, Pack]) -> None:
    answered = {rule.gesture for pack in packs.values() for rule in pack.rules}
    assert answered <= set(GESTURES)
    assert {"two_v_signs", "two_thumbs_up"} <= answered


def test_every_reaction_of_macos_has_its_gesture(packs: dict[str, Pack]) -> None:
    pack = packs["reactions"]

    def played(gesture: str) -> set[str]:
        return {rule.effect for rule in pack.rules if rule.gesture == gesture}

    assert played("thumb_up") == {"thumb-up"}
    assert played("thumb_down") == {"thumb-down"}
    assert "balloons" in played("v_sign")
    assert played("two_v_signs") == {"confetti"}
    assert played("two_thumbs_up") == {"dusk", "fireworks"}
    assert played("two_thumbs_down") >= {"gloom", "rain"}
    assert "hearts" in played("heart_hands")
    assert played("two_metals") >= {"night", "lasers"}
    assert "lightning" in played("metal")


@pytest.mark.parametrize("name", ["faces", "reactions"])
def test_of_what_fills_the_picture_one_hand_calls_balloons_alone(
    packs: dict[str, Pack], name: str
) -> None:
    for rule in packs[name].rules:
        fills = getattr(packs[name].effects[rule.effect].spec, "anchor", "screen") == "screen"
        if fills and not rule.gesture.startswith(("two_", "heart_")):
            assert rule.effect.startswith("balloons"), rule


@pytest.mark.parametrize("name", ["faces", "reactions"])
def test_new_packs_speak_two_languages(packs: dict[str, Pack], name: str) -> None:
    assert packs[name].title_id
    for effect in packs[name].effects.values():
        assert effect.spec.title
        assert effect.spec.title_id


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_takes_little_memory(packs: dict[str, Pack], name: str) -> None:
    sprites = {id(each): each for e in packs[name].effects.values() for each in e.sprites}
    assert sum(each.decoded_bytes for each in sprites.values()) < MAX_DECODED_BYTES


def test_each_pose_has_glasses_of_its_own(packs: dict[str, Pack]) -> None:
    effects = {rule.gesture: rule.effect for rule in packs["selfie-glasses"].rules}
    assert len(set(effects.values())) == 3
    for effect in packs["selfie-glasses"].effects.values():
        assert isinstance(effect.spec, StickerSpec)
        assert effect.spec.anchor == "face.eyes"


def test_all_sorts_of_anchors_are_used(packs: dict[str, Pack]) -> None:
    used = {
        effect.spec.anchor
        for pack in packs.values()
        for effect in pack.effects.values()
        if not isinstance(effect.spec, DimSpec | FlashSpec | BackgroundSpec)
    }
    assert used >= {"face.eyes", "face.top", "face.nose", "face.mouth", "face.forehead"}
    assert used >= {"shoulders", "hand", "hand.index", "hands.between", "screen"}


def test_the_party_moves(packs: dict[str, Pack]) -> None:
    flames = packs["party"].effects["flames"].sprites[0]
    assert flames.frame_count > 10
    assert 0.5 < flames.duration_s < 3


@pytest.mark.parametrize("name", NAMES)
def test_the_art_is_small_and_agrees_with_its_sources(name: str) -> None:
    folder = shipped_pack_folder() / name
    art = [path for kind in ("png", "webp", "gif") for path in folder.glob(f"*.{kind}")]
    assert sum(path.stat().st_size for path in art) < MAX_PACK_BYTES
    sources = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("source/*.svg")}
    assert {path.stem for path in art} == set(sources)
    for path in art:
        assert (path.suffix == ".webp") == ("data-frames" in sources[path.stem]), path


@pytest.mark.parametrize("name", NAMES)
def test_every_effect_draws_while_it_stays_and_nothing_after(
    packs: dict[str, Pack],
    name: str,
    make_face: Callable[..., Face],
    make_hand: Callable[..., Hand],
) -> None:
    hands = (make_hand(), make_hand(460, 300, 90, 8))
    for hand in hands:
        hand.points[[8, 20]] += np.array([[-40, -110], [50, -90]], np.float32)
    for effect in packs[name].effects:
        compositor = Compositor([packs[name]])
        compositor.apply(EffectSettings(name_tag="Sari", speech="Halo!"))

        def changed(at: float, effect: str = effect, compositor: Compositor = compositor) -> int:
            live = LiveEffect(1, name, effect, "metal", 0.0, 2.4, (7, 8), 3)
            scene = Observation(round(at * 100), at, (640, 480), hands, (make_face(),))
            canvas = np.full((480, 640, 3), 60, np.uint8)
            compositor.draw(canvas, [live], scene, at)
            return int((canvas != 60).any(axis=2).sum())

        assert changed(2.2) > 300, effect
        assert changed(3.5) == 0, effect


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
