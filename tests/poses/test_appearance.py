from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.errors import ModelError
from vcam.poses.appearance import (
    AppearanceReader,
    appearance_input,
    is_asked,
    log_probabilities,
    mixed,
    read_together,
)
from vcam.poses.card import AppearanceCard
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES
from vcam.synthetic.sample import sample
from vcam.vision.region import hand_square

SIDE = 16


def card(head: float = 0.7, pictures: float = 0.4, temperature: float = 1.0) -> AppearanceCard:
    return AppearanceCard(
        side=SIDE,
        temperature=temperature,
        head_exponent=head,
        exponent=pictures,
        asked_for=("v_sign", "thumb_up", "metal"),
        asked_from=0.02,
        head_thresholds={},
        model_sha256="0" * 64,
        trained_on=(),
        settings={},
        tools={},
    )


class FakeNetwork:
    """Says the first pose of bright left halves."""

    name = "fake"
    input_shape = (1, SIDE * SIDE + 2)
    output_shapes = ((1, 2),)

    def run(self, x):
        left = x[: SIDE * SIDE].reshape(SIDE, SIDE)[:, : SIDE // 2].mean()
        return [np.array([[left * 4, 0.0]], np.float32)]


def square(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


@given(st.integers(0, 50), st.floats(0.2, 1.0), st.floats(-3.1, 3.1))
def test_dusk_looks_like_day(seed: int, light: float, turn: float) -> None:
    picture = square(seed)
    day = appearance_input(picture, turn)
    dusk = appearance_input((picture * light).astype(np.uint8), turn)
    assert day.dtype == np.float32
    assert len(day) == SIDE * SIDE + 2
    # The deviation's floor keeps a dark square a little paler.
    assert np.corrcoef(day[:-2], dusk[:-2])[0, 1] > 0.999
    assert dusk[:-2].std() > 0.5
    np.testing.assert_allclose(day[-2:], [np.cos(turn), np.sin(turn)], atol=1e-6)


def test_a_plain_square_is_not_blown_up_to_noise() -> None:
    plain = square(1) // 128 + 100  # levels 100 and 101
    assert np.abs(appearance_input(plain, 0.0)[:-2]).max() < 0.2


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=13), st.floats(0.3, 5))
def test_logits_become_probabilities(logits: list[float], temperature: float) -> None:
    likely = np.exp(log_probabilities(np.array(logits, np.float32), temperature))
    assert likely.sum() == pytest.approx(1, abs=1e-3)
    assert likely[np.argmax(logits)] == pytest.approx(likely.max(), abs=1e-5)


def test_the_picture_takes_back_what_the_landmarks_lost() -> None:
    thumb_by_landmarks = np.array([0.95, 0.04, 0.01], np.float32)
    shaka_by_picture = np.log(np.array([0.02, 0.97, 0.01], np.float32))
    both = mixed(thumb_by_landmarks, shaka_by_picture, card())
    assert both.sum() == pytest.approx(1, abs=1e-5)
    assert both[0] < 0.75
    again = mixed(thumb_by_landmarks, np.log(thumb_by_landmarks), card())
    assert again.argmax() == 0
    alone = mixed(thumb_by_landmarks, shaka_by_picture, card(head=1.0, pictures=0.0))
    np.testing.assert_allclose(alone, thumb_by_landmarks, atol=1e-4)


def test_many_hands_at_once_are_mixed_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    scores, pictures = (rng.dirichlet(np.ones(5), 4).astype(np.float32) for _ in range(2))
    together = mixed(scores, np.log(pictures), card())
    for row in range(4):
        np.testing.assert_allclose(
            together[row], mixed(scores[row], np.log(pictures[row]), card()), rtol=1e-5
        )


def test_a_square_is_read_by_the_network() -> None:
    reader = AppearanceReader(FakeNetwork(), card(), 2)
    bright_left = np.zeros((SIDE, SIDE, 3), np.uint8)
    bright_left[:, : SIDE // 2] = 200
    assert reader.read(bright_left, 0.0)[0] > np.log(0.9)
    assert reader.read(bright_left[:, ::-1], 0.0)[0] < np.log(0.1)


@pytest.mark.parametrize("poses", [1, 3])
def test_a_network_of_other_poses_is_refused(poses: int) -> None:
    with pytest.raises(ModelError, match="does not fit"):
        AppearanceReader(FakeNetwork(), card(), poses)


@pytest.fixture(scope="module")
def shipped() -> PoseClassifier:
    return PoseClassifier.load()


@pytest.mark.parametrize("pose", ["v_sign", "thumb_up", "metal", "palm"])
def test_the_shipped_network_reads_drawn_hands(shipped: PoseClassifier, pose: str) -> None:
    """Squares that end in it upside down, mirrored or in other colours would not be read."""
    reader = shipped.appearance
    assert reader is not None
    right = 0
    for seed in range(12):
        drawn = sample(pose, 900 + seed, (320, 240), max_view_deg=20, quick=True)
        said = reader.read(*hand_square(drawn.image, drawn.points, reader.card.side))
        right += POSES[int(said.argmax())] == pose
    assert right >= 6


def test_pictures_are_asked_for_selfie_poses_alone(shipped: PoseClassifier) -> None:
    part = shipped.card.appearance
    assert part is not None
    scores = np.full((3, len(POSES)), 1e-4, np.float32)
    for row, pose, share in ((0, "fist", 0.99), (1, "metal", 0.03), (2, "v_sign", 0.9)):
        scores[row, POSES.index(pose)] = share
    assert is_asked(scores, part, POSES).tolist() == [False, True, True]
    pictures = np.log(np.full((3, len(POSES)), 1 / len(POSES), np.float32))
    together = read_together(scores, pictures, part, POSES)
    np.testing.assert_array_equal(together[0], scores[0])
    assert together[2].sum() == pytest.approx(1, abs=1e-5)


def test_what_a_check_rules_out_stays_out() -> None:
    likely = mixed(
        np.array([0.0, 0.3, 0.7], np.float32), np.log(np.array([0.999, 5e-4, 5e-4])), card()
    )
    assert likely[0] == 0
    assert likely.sum() == pytest.approx(1, abs=1e-5)
