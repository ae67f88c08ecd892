from __future__ import annotations

import numpy as np
import pytest

from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects import person_mask as module
from vcam.effects.person_mask import HOLD_S, PersonMask
from vcam.settings.schema.showing import BackgroundSettings

SIZE = (640, 360)


def half_mask(rows: int = 144, columns: int = 256) -> np.ndarray:
    """Person on the left."""
    mask = np.zeros((rows, columns), np.float32)
    mask[:, : columns // 2] = 1
    return mask


def seen(mask: np.ndarray | None, at: float = 1.0, size: tuple[int, int] = SIZE) -> Observation:
    return Observation(0, at, size, mask=mask, mask_at=at)


def picture(edge: int = 320) -> np.ndarray:
    image = np.full((360, 640, 3), 40, np.uint8)
    image[:, :edge] = 200
    return image


def settings(quality: str) -> BackgroundSettings:
    return BackgroundSettings(kind="blur", quality=quality)


@pytest.mark.parametrize("quality", ["fast", "good"])
def test_person_is_255_and_room_is_0(quality: str) -> None:
    person = PersonMask(settings(quality))
    person.update(seen(half_mask()), 1.0)
    alpha = person.alpha(SIZE, Placement(), picture())
    assert alpha is not None
    assert alpha.shape == (360, 640)
    assert alpha.dtype == np.uint8
    assert (alpha[:, :290] == 255).all()
    assert (alpha[:, 350:] == 0).all()


def test_good_follows_the_edge_of_the_picture_where_the_mask_is_beside_it() -> None:
    edge = 316
    errors = {}
    truth = np.zeros((360, 640))
    truth[:, :edge] = 255
    for quality in ("fast", "good"):
        person = PersonMask(settings(quality))
        person.update(seen(half_mask()), 1.0)
        alpha = person.alpha(SIZE, Placement(), picture(edge))
        assert alpha is not None
        errors[quality] = np.abs(alpha - truth).mean()
    assert errors["good"] < 0.6 * errors["fast"]


@pytest.mark.parametrize("quality", ["fast", "good"])
def test_bars_beside_a_letterboxed_picture_are_not_person(quality: str) -> None:
    person = PersonMask(settings(quality))
    person.update(seen(np.ones((144, 256), np.float32), size=(480, 360)), 1.0)
    alpha = person.alpha(SIZE, Placement(1.0, 80, 0), picture())
    assert alpha is not None
    assert (alpha[:, :60] == 0).all()
    assert (alpha[:, 580:] == 0).all()
    assert (alpha[:, 110:530] == 255).all()


def test_a_cropped_picture_shows_the_middle_of_the_mask() -> None:
    person = PersonMask(settings("fast"))
    mask = np.zeros((144, 256), np.float32)
    mask[:36] = 1
    person.update(seen(mask, size=(640, 480)), 1.0)
    alpha = person.alpha(SIZE, Placement(1.0, 0, -60), picture())
    assert alpha is not None
    # The upper quarter of 480 rows ends at row 120, of which 60 are cut off.
    assert (alpha[:50] == 255).all()
    assert (alpha[72:] == 0).all()


def test_there_is_none_before_a_mask_came_and_after_it_has_grown_old() -> None:
    person = PersonMask()
    assert person.alpha(SIZE, Placement(), picture()) is None
    person.update(seen(None), 1.0)
    assert person.alpha(SIZE, Placement(), picture()) is None
    told = seen(half_mask(), 1.0)
    person.update(told, 1.0 + HOLD_S - 0.01)
    assert person.alpha(SIZE, Placement(), picture()) is not None
    person.update(told, 1.0 + HOLD_S + 0.01)
    assert person.alpha(SIZE, Placement(), picture()) is None
    assert not person.is_fresh


def test_the_last_mask_holds_while_none_is_told_and_goes_with_the_observation() -> None:
    person = PersonMask()
    person.update(seen(half_mask(), 1.0), 1.0)
    person.update(seen(None, 1.5), 1.5)
    assert person.is_fresh
    person.update(None, 1.5)
    assert not person.is_fresh


def test_a_mask_that_is_older_than_its_observation_is_taken_for_as_old_as_it_is() -> None:
    person = PersonMask()
    told = Observation(0, 5.0, SIZE, mask=half_mask(), mask_at=5.0 - HOLD_S - 0.1)
    person.update(told, 5.0)
    assert not person.is_fresh


def test_under_load_the_edge_is_no_longer_fitted_and_then_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fits = []
    real = module.guided_coefficients

    def counted(*args: object) -> object:
        fits.append(1)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "guided_coefficients", counted)
    person = PersonMask(settings("good"))
    person.update(seen(half_mask(), 1.0), 1.0)
    person.alpha(SIZE, Placement(), picture())
    assert len(fits) == 1
    for step in range(20):
        person.note_drawing(0.03, step / 30)
    person.alpha(SIZE, Placement(), picture())
    assert len(fits) == 1
    for step in range(20, 40):
        person.note_drawing(0.03, step / 30)
    first = person.alpha(SIZE, Placement(), picture())
    assert first is not None
    first[0, 0] = 77
    again = person.alpha(SIZE, Placement(), picture())
    assert again is not None
    assert again[0, 0] == 77
    person.update(seen(half_mask(), 1.1), 1.1)
    anew = person.alpha(SIZE, Placement(), picture())
    assert anew is not None
    assert anew[0, 0] == 255


def test_a_new_mask_without_the_filter_is_made_in_two_pictures_that_follow_closely() -> None:
    person = PersonMask(settings("fast"))
    shown = []
    # The last one comes after a pause.
    for at, mask in ((1.0, 0), (1.033, 1), (1.067, 1), (1.1, 0), (1.133, 1), (1.3, 0)):
        coming = np.full((144, 256), mask, np.float32)
        person.update(seen(coming, at), at)
        outline = person.outline(SIZE, Placement(), picture())
        assert outline is not None
        shown.append((int(outline.alpha[180, 320]), outline.box[2] > outline.box[0]))
    assert [share for share, _ in shown] == [0, 0, 255, 255, 0, 0]
    assert [person for _, person in shown] == [False, False, True, True, False, False]


def test_another_place_is_another_outline_at_once() -> None:
    person = PersonMask(settings("fast"))
    person.update(seen(half_mask()), 1.0)
    assert person.outline(SIZE, Placement(), picture()) is not None
    person.update(seen(half_mask()), 1.033)
    moved = person.outline(SIZE, Placement(1.0, -200.0, 0.0), picture())
    assert moved is not None
    assert (moved.alpha[:, 150:] == 0).all()


def test_what_was_wanted_of_the_last_outline_is_ready_in_the_next() -> None:
    person = PersonMask(settings("fast"))
    for number in range(3):
        at = 1 + number / 30
        person.update(seen(half_mask(), at), at)
        outline = person.outline(SIZE, Placement(), picture())
        assert outline is not None
        if not number:
            assert outline.room[0, 0] == 0
    assert "room" in outline.__dict__
    assert "bare" not in outline.__dict__
