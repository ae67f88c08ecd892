from __future__ import annotations

import csv
import re
import sys

import numpy as np
import pytest

from vcam.core.errors import SourceEnded, SourceError, VcamError
from vcam.lab import film, synth
from vcam.lab.clips import find_clips
from vcam.lab.film import FilmSource, FilmSpec, make_take, parse_film, spans_of
from vcam.lab.scoring import read_labels

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(film, "SIZE", (160, 90))
    monkeypatch.setattr(synth, "SIZE", (160, 90))
    monkeypatch.setattr(film, "TAKE_S", 2.0)


def test_film_is_named_and_named_again():
    spec = parse_film("synth:poses?minutes=2&seed=3&fps=15&gestures=v_sign,metal")
    assert spec == FilmSpec("poses", 2.0, 3, 15.0, ("v_sign", "metal"))
    assert parse_film(spec.name) == spec
    assert parse_film("synth:negative") == FilmSpec()


@pytest.mark.parametrize(
    "text",
    [
        *("synth:", "synth:dancing", "synth:poses?hours=1", "synth:poses?minutes=long"),
        *("synth:poses?minutes=0", "synth:poses?seed=-1", "synth:poses?fps=1000"),
        *("synth:poses?minutes=1&take=99", "synth:poses?minutes=nan"),
    ],
)
def test_film_that_there_is_not(text):
    with pytest.raises(VcamError, match="synth:"):
        parse_film(text)


def test_long_film_is_cut_into_takes():
    clips = find_clips(["synth:negative?minutes=0.1&seed=2"])
    assert [clip.film.take for clip in clips] == [0, 1, 2]
    assert {clip.group for clip in clips} == {"synth:negative"}
    assert len({clip.name for clip in clips}) == 3


def test_frames_nobody_looks_at_are_not_drawn(monkeypatch):
    take = make_take(FilmSpec("negative", 0.03, 1), 0)
    drawn = []
    monkeypatch.setattr(take, "frame", lambda t: drawn.append(t) or np.zeros((90, 160, 3), "uint8"))
    source = FilmSource(take, 10.0, wanted=lambda at: at < 0.35)
    with pytest.raises(SourceError, match="not open"):
        source.read()
    source.open()
    frames = []
    for _ in range(int(np.ceil(take.duration_s * 10))):
        frames.append(source.read())
    with pytest.raises(SourceEnded):
        source.read()
    assert drawn == pytest.approx([0, 0.1, 0.2, 0.3])
    assert [frame.index for frame in frames] == list(range(len(frames)))


def test_film_of_nothing_that_can_be_shown():
    with pytest.raises(VcamError, match="juggling") as told:
        make_take(FilmSpec("poses", 1, gestures=("juggling",)), 0)
    assert ".py" not in told.value.fix
    assert {"v_sign", "heart_hands", "wave"} <= set(re.findall(r"\w+", told.value.fix))


def test_missing_package_is_told_with_its_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "vcam.synthetic.script", None)
    with pytest.raises(VcamError, match="not installed") as told:
        make_take(FilmSpec(), 0)
    assert "vcam[lab]" in str(told.value)


@pytest.mark.parametrize("encoder", ["ffmpeg", "opencv"])
def test_clips_are_written_with_their_labels(tmp_path, monkeypatch, encoder):
    if encoder == "opencv":
        monkeypatch.setattr(synth.shutil, "which", lambda name: None)
    elif synth.shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    spec = FilmSpec("poses", 0.03, 5, fps=5)
    (written,) = synth.write_film(tmp_path / "new", spec)
    clip = tmp_path / "new" / "poses-5-000.mp4"
    assert written["clip"] == str(clip)
    assert clip.stat().st_size > 1000
    spans = read_labels(clip)
    meant = spans_of(make_take(spec, 0))
    assert [span.gesture for span in spans] == [span.gesture for span in meant]
    assert spans[0].start_s == pytest.approx(meant[0].start_s, abs=1e-3)
    with clip.with_suffix(".csv").open() as stream:
        assert next(csv.reader(stream))[:3] == ["gesture", "start_s", "end_s"]


def test_ordinary_movement_has_an_empty_table(tmp_path):
    (written,) = synth.write_film(tmp_path, FilmSpec("negative", 0.02, 5, fps=2))
    assert written["shown"] == 0
    assert read_labels(tmp_path / "negative-5-000.mp4") == []
