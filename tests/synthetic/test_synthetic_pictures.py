from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vcam.synthetic import background, clip
from vcam.synthetic import sample as sample_module
from vcam.synthetic.camera import project, rotation_matrix
from vcam.synthetic.clip_script import hand_at, spans
from vcam.synthetic.hand_picture import draw_hand
from vcam.synthetic.hand_shape import build_shape
from vcam.synthetic.look import SKIN_TONES, Look, over, random_look, tone_map
from vcam.synthetic.person_picture import draw_person
from vcam.synthetic.person_shape import ALL, HEAD, SHIRT
from vcam.synthetic.poses import pose_angles

SIZE = (96, 64)
SKIN, PALM = SKIN_TONES["tan"]
LOOK = Look((0.3, 0.6, 0.8), (0.9, 0.9, 0.9), (0.3, 0.3, 0.3), SKIN, PALM)
GREEN = np.tile([0.0, 1.0, 0.0], (64, 96, 1))


def drawn(roll: float = 0.0, **options: float):
    shape, joints = build_shape(pose_angles("palm"))
    rotation = rotation_matrix("z", roll)
    place = np.array([0.0, -8.0, -40.0])
    picture = draw_hand(GREEN, shape, rotation, place, 90.0, LOOK, **options)
    points, _ = project(joints, rotation, place, 90.0, (48.0, 32.0))
    return picture, points


@pytest.fixture(scope="module")
def palm():
    """The first drawing compiles the tracer, which takes most of this module's time."""
    return drawn()


def test_the_hand_is_drawn_where_its_joints_are(palm) -> None:
    picture, points = palm
    inside = 0
    for x, y in points:
        if 1 <= x < 95 and 1 <= y < 63:
            red, green, _ = picture[int(y), int(x)]
            assert red > green, "a joint lies beside the drawn hand"
            inside += 1
    assert inside >= 20
    assert np.array_equal(picture[2, 2], [0, 1, 0]), "the background was changed"
    assert 0 <= picture.min() <= picture.max() <= 1


def test_the_input_picture_is_not_changed(palm) -> None:
    assert np.array_equal(GREEN[32, 48], [0, 1, 0])
    assert not np.array_equal(palm[0], GREEN)


def test_outlines_are_soft(palm) -> None:
    green = palm[0][..., 1] - palm[0][..., 0]
    assert ((green > 0.2) & (green < 0.8)).sum() > 20


def test_less_detail_gives_nearly_the_same_picture_without_a_dark_border(palm) -> None:
    coarse, _ = drawn(detail=0.75)
    assert np.abs(coarse - palm[0]).mean() < 0.02
    column = coarse[-3:, 48]  # the arm leaves through the picture's lower border
    assert column[:, 0].min() > 0.3


def test_a_hand_behind_the_camera_or_outside_draws_nothing(palm) -> None:
    shape, _ = build_shape(pose_angles("fist"))
    for place in ([0.0, 0.0, 60.0], [200.0, 0.0, -40.0]):
        picture = draw_hand(GREEN, shape, np.eye(3), np.array(place), 90.0, LOOK)
        assert np.array_equal(picture, GREEN)


def test_a_sleeve_covers_the_arm_with_cloth(palm) -> None:
    shape, _ = build_shape(pose_angles("palm"), sleeve_cm=2.0)
    place = np.array([0.0, -8.0, -40.0])
    sleeved = draw_hand(GREEN, shape, np.eye(3), place, 90.0, LOOK)
    blue = sleeved[..., 2] > sleeved[..., 0] + 0.02
    assert blue[-6:].sum() > 20
    assert blue[:40].sum() == 0


def test_samples_are_labelled_varied_and_repeatable(palm) -> None:
    a, b = (sample_module.sample("v_sign", 3, SIZE) for _ in range(2))
    assert np.array_equal(a.points, b.points)
    assert np.array_equal(a.image, b.image)
    assert a.image.shape == (64, 96, 3)
    assert a.image.dtype == np.uint8
    assert a.points.shape == (21, 2)
    assert a.view_deg <= 60
    others = [sample_module.sample("v_sign", seed, SIZE) for seed in range(12)]
    assert {other.side for other in others} == {"left", "right"}
    assert {other.background for other in others} == {"gradient", "noise", "room", "person"}
    assert len({other.tone for other in others}) >= 3


def test_command_line_writes_pictures_and_labels(palm, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sample_module.sample, "__defaults__", (SIZE, 60.0, False, 0.2))
    sample_module.main(["--out", str(tmp_path), "--poses", "ok,fist", "--count", "1", "--sheet"])
    labels = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
    assert sorted(labels) == ["fist_0.png", "ok_0.png"]
    assert len(labels["ok_0.png"]["joints"]) == 21
    assert cv2.imread(str(tmp_path / "fist_0.png")).shape == (64, 96, 3)
    assert (tmp_path / "sheet.png").exists()


def test_command_line_names_an_unknown_pose(tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit) as refused:
        sample_module.main(["--out", str(tmp_path), "--poses", "horns"])
    assert refused.value.code == 2
    assert "no pose named horns; known: v_sign" in capsys.readouterr().err


def test_the_person_has_a_face_hair_and_a_shirt(palm) -> None:
    whole = draw_person((64, 96), LOOK, (0.0, 0.0, -90.0))
    head = draw_person((64, 96), LOOK, (0.0, 0.0, -90.0), layer=HEAD)
    shirt = draw_person((64, 96), LOOK, (0.0, 0.0, -90.0), layer=SHIRT)
    collar = draw_person((64, 96), LOOK, (0.0, 0.0, -90.0), layer=ALL, front_only=True)
    assert whole[34, 48, 3] == 1
    assert whole[34, 48, 0] > whole[34, 48, 2] + 0.1, "no skin in the middle of the face"
    assert whole[..., 3].sum() >= max(head[..., 3].sum(), shirt[..., 3].sum())
    assert shirt[34, 48, 3] == 0
    assert head[63, 10, 3] == 0
    assert 0 < collar[..., 3].sum() < shirt[..., 3].sum()
    crown = head[..., 3].max(axis=1).argmax() + 1
    assert head[crown, 48, :3].max() < 0.35, "the hair is dark"


def test_closed_eyes_change_only_the_face(palm) -> None:
    near = (0.0, 0.0, -60.0)
    open_, shut = (draw_person((64, 96), LOOK, near, eyes_open=e) for e in (0.9, 0.05))
    rows, columns = np.nonzero(np.abs(open_ - shut).max(axis=2) > 0.02)
    assert 0 < len(rows) < 200
    assert 20 < rows.min() <= rows.max() < 44
    assert 30 < columns.min() <= columns.max() < 66


def test_a_frame_of_the_clip(palm) -> None:
    span = next(span for span in spans() if span.gesture == "v_sign")
    index = round((span.start_s + 0.5) * clip.FPS)
    shown, empty = (clip.frame(i, (96, 54)) for i in (index, 0))
    assert shown.shape == (54, 96, 3)
    assert shown.dtype == np.uint8
    assert np.array_equal(shown, clip.frame(index, (96, 54)))
    assert hand_at("right", 0.0) is None
    left_half = np.abs(shown.astype(int) - empty.astype(int))[:, 10:32].max(axis=2) > 40
    assert left_half.sum() > 30, "the right hand shows on the left of the picture"


def test_spans_are_written_as_csv(tmp_path: Path) -> None:
    clip.write_spans(tmp_path / "spans.csv")
    lines = (tmp_path / "spans.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "gesture,start_s,end_s"
    assert lines[1] == "v_sign,1.5,3.3"
    assert len(lines) == 1 + len(spans())


def test_writing_a_video_without_ffmpeg_says_what_to_do(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(clip.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match="install it"):
        clip.write_video(tmp_path / "x.mp4", iter(()), SIZE)


def test_backgrounds_are_repeatable_pictures() -> None:
    for draw in (background.gradient, background.noise, background.room):
        a, b = (draw(np.random.default_rng(4), 24, 32) for _ in range(2))
        assert np.array_equal(a, b)
        assert a.shape == (24, 32, 3)
        assert 0 <= a.min() <= a.max() <= 1
        assert a.std() > 0.005


def test_tone_curve_and_composition() -> None:
    light = np.array([-1.0, 0.0, 0.2, 1.0, 50.0])
    mapped = tone_map(light)
    assert mapped[0] == mapped[1] == 0
    assert (np.diff(mapped[1:]) > 0).all()
    assert mapped[-1] <= 1
    half = np.array([[[0.5, 0.0, 0.0, 0.5]]])
    assert np.allclose(over(np.ones((1, 1, 3)), half), [1.0, 0.5, 0.5])


def test_random_looks_use_every_skin_tone() -> None:
    rng = np.random.default_rng(0)
    assert {random_look(rng).tone for _ in range(60)} == set(SKIN_TONES)
