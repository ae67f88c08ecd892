from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.cli.status_text import change_line, status_text
from vcam.control.state import (
    CameraState,
    Figures,
    OutputState,
    PackState,
    SettingsState,
    State,
    Watcher,
)

FIGURES = Figures(
    output_fps=29.97,
    late_frames=2,
    latency_p50_ms=1.61,
    latency_p95_ms=4.83,
    camera_to_output_ms=61.6,
    vision_hz=11.4,
    cpu_share=0.247,
    uptime_s=3725,
)


def wire(**members):
    state = State(
        version=3,
        vcam="1.2.3",
        pid=77,
        mode="live",
        camera=CameraState(phase="live", name="Cam", width=1280, height=720, fps=30),
        outputs=(
            OutputState(name="virtual camera", phase="open", readers=1),
            OutputState(name="PipeWire", phase="failed", error="no PipeWire"),
        ),
        watchers=(Watcher(program="zoom", pid=812, output="virtual camera"),),
        packs=(
            PackState(name="party", title="Party", on=False),
            PackState(name="torn", title="Torn", on=True, problem="pack.yaml line 3"),
        ),
        profiles=("work",),
        settings=SettingsState(path="/home/me/config.yaml", exists=True),
        figures=FIGURES,
        page="http://127.0.0.1:8765",
    )
    return state.model_copy(update=members).model_dump(mode="json")


def told(**members) -> str:
    return click.unstyle(status_text(wire(**members)))


@pytest.mark.parametrize(
    "part",
    [
        "vcam 1.2.3, pid 77, up 1 h 2 min",
        "Cam, 1280x720 at 30 fps",
        "zoom (pid 812) by virtual camera",
        "virtual camera: open, 1 reader",
        "PipeWire: no PipeWire",
        "off party",
        "on  torn  pack.yaml line 3",
        "none (there is: work)",
        "/home/me/config.yaml",
        "30.0 pictures/s out, 2 late",
        "24.7 % of a core",
        "latency 1.6 ms (median), 4.8 ms (95 %)",
        "62 ms behind: if others hear you before they see you speak, delay the microphone by that",
        "http://127.0.0.1:8765  (vcam open)",
    ],
)
def test_all_that_matters_is_told(part):
    assert part in told()


@pytest.mark.parametrize(
    ("members", "part"),
    [
        ({"mode": "paused"}, "paused: the camera is closed"),
        ({"mode": "frozen"}, "frozen"),
        (
            {"camera": CameraState(phase="lost", name="Cam", message="unplugged")},
            "no picture: unplugged",
        ),
        (
            {"camera": CameraState(phase="asleep", name="Cam", message="nobody looks")},
            "asleep: nobody looks",
        ),
        ({"reactions": False}, "reactions   off"),
        ({"recognition": "no weights"}, "none, as hands are not recognised: no weights"),
        ({"profile": "work", "profile_by": "zoom"}, "work (chosen by zoom)"),
        ({"profile": "work"}, "work\n"),
        ({"watchers": ()}, "nobody that is known"),
        ({"figures": Figures()}, "not measured yet"),
        ({"page": None}, "page        off"),
        ({"notices": ("No icon in the tray",)}, "No icon in the tray"),
    ],
)
def test_what_is_special_is_told(members, part):
    assert part in told(**members)


def test_file_that_has_gone_is_not_called_the_defaults():
    settings = SettingsState(
        path="c.yaml", exists=False, problem="c.yaml has gone; it stays in force"
    )
    lines = told(settings=settings).splitlines()
    start = lines.index("settings    c.yaml (not there)")
    assert lines[start + 1] == "            c.yaml has gone; it stays in force"
    settings = SettingsState(path="c.yaml", exists=False)
    assert "c.yaml (not there: defaults)" in told(settings=settings)


def test_settings_problem_keeps_its_column_over_several_lines():
    settings = SettingsState(path="c.yaml", exists=True, problem="line 3\nline 4", warning="full")
    lines = told(settings=settings).splitlines()
    start = lines.index("settings    c.yaml")
    assert lines[start + 1 : start + 4] == [
        "            not in force: line 3",
        "            line 4",
        "            full",
    ]


def test_delay_that_is_not_known_is_not_told():
    figures = FIGURES.model_copy(update={"camera_to_output_ms": None})
    assert "behind" not in told(figures=figures)


@pytest.mark.parametrize(("delay_ms", "words"), [(2, "nothing need be set"), (45, "delay the")])
def test_sound_is_to_be_delayed_only_where_it_matters(delay_ms, words):
    figures = FIGURES.model_copy(update={"camera_to_output_ms": delay_ms})
    (line,) = [line for line in told(figures=figures).splitlines() if line.startswith("sound")]
    assert f"{delay_ms} ms behind" in line
    assert words in line


def test_latency_of_a_camera_that_sleeps_is_not_told():
    figures = Figures(uptime_s=9, output_fps=2)
    assert "latency" not in told(figures=figures)


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "paused"},
        {"reactions": False},
        {"profile": "work"},
        {"watchers": ()},
        {"settings": SettingsState(path="c", exists=True, problem="line 3")},
        {"packs": (PackState(name="party", title="Party", on=True),)},
    ],
)
def test_change_line_differs_after_a_change(members):
    assert change_line(wire(**members)) != change_line(wire())


def test_change_line_is_the_same_while_only_figures_change():
    assert change_line(wire(figures=Figures(), version=9)) == change_line(wire())
    settings = SettingsState(path="c", exists=True, problem="line 3\n  line 4")
    assert change_line(wire(settings=settings)).endswith("settings: line 3 line 4")


@given(st.floats(0, 1e7))
def test_any_uptime_can_be_told(uptime_s):
    text = told(figures=FIGURES.model_copy(update={"uptime_s": uptime_s}))
    assert text.startswith("vcam 1.2.3, pid 77")
