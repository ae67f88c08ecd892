from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.poses.drawings import drawings
from training.poses.sets import DRAWN_PICTURES
from training.poses.table import LandmarkTable, TableWriter
from training.poses.views import (
    INSIDE_SIDE,
    VIEW_SIDE,
    Pictures,
    angles,
    cached_views,
    cut_view,
    cut_views,
)


def test_the_hand_stands_upright_in_its_square(draw_hand) -> None:
    points = draw_hand("palm", 3).points
    image = np.zeros((720, 1280, 3), np.uint8)
    wrist, knuckle = points[0], points[9]
    cv2.circle(image, tuple(map(int, wrist)), 3, (0, 0, 255), -1)
    cv2.circle(image, tuple(map(int, knuckle)), 3, (255, 0, 0), -1)
    view, inside = cut_view(image, points)
    assert view.shape == (VIEW_SIDE, VIEW_SIDE, 3)
    assert inside.shape == (INSIDE_SIDE, INSIDE_SIDE)
    red, blue = (np.argwhere(view[..., channel] > 100).mean(axis=0) for channel in (2, 0))
    assert abs(red[1] - blue[1]) < 12
    assert red[0] > blue[0] + 15


def test_turned_hands_have_turned_squares(draw_hand) -> None:
    points = draw_hand("palm", 3).points
    turned = (points - 100) @ np.array([[0, 1], [-1, 0]], np.float32) + 100
    first, second = angles(np.array([points, turned]))
    assert np.cos(second - first) == pytest.approx(0, abs=1e-3)


def small(draw_hand, data: Path) -> LandmarkTable:
    folder = data / "hands" / "hagrid_crops" / "fist"
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "1.png"), np.full((720, 1280, 3), 200, np.uint8))
    writer = TableWriter()
    writer.add("hagrid_crops", "fist", "1.png", (draw_hand("fist", 1), draw_hand("fist", 2)))
    writer.add("hagrid_crops", "fist", "1.png", (draw_hand("fist", 1),), variant=1)
    writer.add("hagrid_crops", "fist", "gone.png", (draw_hand("fist", 3),))
    clips = data / "clips" / "negative"
    clips.mkdir(parents=True)
    film = cv2.VideoWriter(str(clips / "c.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    for level in (20, 120, 220):
        film.write(np.full((720, 1280, 3), level, np.uint8))
    film.release()
    writer.add("negative", "c", "c.avi", (draw_hand("fist", 4),), at_s=0.2)
    return writer.table()


def test_rows_lead_back_to_their_pictures(tmp_path: Path, draw_hand) -> None:
    table = small(draw_hand, tmp_path)
    views = cut_views(table, np.array([4, 0, 1, 2, 3]), Pictures(tmp_path))
    assert views.rows.tolist() == [0, 1, 2, 3, 4]
    assert views.found.tolist() == [True, True, True, False, True]
    middle = views.images[:, VIEW_SIDE // 2, VIEW_SIDE // 2].mean(axis=1)
    assert middle[0] == 200
    assert middle[2] < 120  # the worsened copy is dark
    assert middle[4] == pytest.approx(220, abs=4)  # the clip's third frame
    assert views.places(np.array([4, 0])).tolist() == [4, 0]
    with pytest.raises(KeyError):
        views.places(np.array([9]))


def test_drawn_pictures_are_drawn_again(draw_hand) -> None:
    """A table made with drawings has no files for them."""
    writer = TableWriter()
    plain, dark = (each for each in drawings(2) if each.shape == "fist")
    for drawing in (plain, dark):
        hand = replace(draw_hand("fist", 1), points=drawing.sample().points.astype(np.float32))
        name = str(drawing.number)
        writer.add(DRAWN_PICTURES, drawing.shape, name, (hand,), variant=drawing.variant)
    views = cut_views(writer.table(), np.array([0, 1]), Pictures())
    assert views.found.all()
    again, _ = cut_view(plain.sample().image, plain.sample().points)
    np.testing.assert_array_equal(views.images[0], again)
    assert views.images[1].mean() < 0.7 * views.images[0].mean()


def test_squares_are_kept(tmp_path: Path, draw_hand) -> None:
    table = small(draw_hand, tmp_path / "data")
    pictures, rows = Pictures(tmp_path / "data"), np.array([0, 4])
    first = cached_views(table, rows, pictures, tmp_path / "kept")
    (tmp_path / "data" / "hands" / "hagrid_crops" / "fist" / "1.png").unlink()
    again = cached_views(table, rows, pictures, tmp_path / "kept")
    np.testing.assert_array_equal(first.images, again.images)
    assert not cached_views(table, np.array([0]), pictures, tmp_path / "kept").found.any()
    assert len(list((tmp_path / "kept").iterdir())) == 1
