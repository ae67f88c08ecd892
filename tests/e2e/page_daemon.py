"""A fake daemon behind the page, with real settings and the shipped packs."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path

from vcam.control.state import (
    CameraState,
    EffectState,
    Figures,
    GestureState,
    HandOutline,
    Meter,
    Meters,
    OutputState,
    PackState,
    SettingsState,
    SettingValue,
    Start,
    Watcher,
)
from vcam.daemon.thumbnails import pack_thumbnail
from vcam.daemon.values import setting_values
from vcam.effects.pack import load_pack, shipped_pack_folder
from vcam.poses.vocabulary import LABELS, SELFIE_POSES
from vcam.settings.store import SettingsStore
from vcam.testing import FakeDaemon

SETTINGS_FILE = """\
# my own words
camera:
  fps: 24  # the lamp flickers at 30
triggers:
  gestures:
    metal:
      leave: 0.55
profiles:
  work:
    apps: [zoom]
    packs: [badges]
"""

HISTORY = (
    Start(
        id=3,
        gesture="metal",
        at=1.7e9 + 95,
        held_ms=540,
        score=0.93,
        effects=("selfie-glasses/blaze", "party/flames"),
        undone=True,
        trace=((-2.0, 0.05), (-0.7, 0.2), (-0.5, 0.92), (0.0, 0.95), (0.8, 0.93), (1.1, 0.1)),
    ),
    Start(
        id=2,
        gesture="thumb_up",
        at=1.7e9 + 61,
        held_ms=710,
        score=0.91,
        effects=("selfie-glasses/hearts",),
        wrong=True,
        trace=((-2.0, 0.1), (-0.8, 0.91), (0.0, 0.92), (0.5, 0.3)),
    ),
    Start(
        id=1,
        gesture="v_sign",
        at=1.7e9,
        held_ms=520,
        score=0.97,
        effects=("selfie-glasses/retro",),
    ),
)


def hand_points(
    x: float = 0.22, y: float = 0.8, size: float = 0.5
) -> tuple[tuple[float, float], ...]:
    """21 landmarks of a hand that shows V: a fan of fingers over the wrist at (x, y)."""
    reach = (0.55, 1.0, 0.98, 0.5, 0.45)
    points = [(x, y)]
    for finger, length in enumerate(reach):
        angle = math.radians(140 - 22 * finger)
        for joint in (0.45, 0.65, 0.83, 1.0):
            along = size * length * joint
            points.append((x + along * math.cos(angle) * 9 / 16, y - along * math.sin(angle)))
    return tuple(points)


METERS = Meters(
    at=1.7e9,
    gestures=(
        Meter(gesture="v_sign", score=0.97, progress=0.62),
        Meter(gesture="thumb_up", score=0.21, reason="over the face"),
        Meter(gesture="metal", score=0.94, active=True),
    ),
    hands=(HandOutline(side="right", pose="v_sign", score=0.97, points=hand_points()),),
    faces=((0.45, 0.32, 0.17, 0.38),),
)


class PageDaemon(FakeDaemon):
    """A fake daemon whose settings are a real file and whose packs are the shipped ones.

    Args:
        folder: for the settings file and the snapshots.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings_file = folder / "config.yaml"
        self.settings_file.write_text(SETTINGS_FILE, encoding="utf-8")
        self._store = SettingsStore(self.settings_file)
        self.starts = HISTORY
        self.meters_now = METERS
        self.change(
            camera=CameraState(phase="live", name="HD Webcam C920", width=1280, height=720, fps=30),
            outputs=(
                OutputState(name="vcam (/dev/video10)", phase="open", readers=1),
                OutputState(name="PipeWire", phase="failed", error="PipeWire does not run here"),
                OutputState(name="page", phase="open", readers=1),
            ),
            watchers=(Watcher(program="zoom", pid=812, output="vcam (/dev/video10)"),),
            packs=_shipped_packs(),
            gestures=self._gestures(),
            settings=SettingsState(path=str(self.settings_file), exists=True),
            figures=Figures(
                output_fps=29.9,
                late_frames=2,
                latency_p50_ms=7.4,
                latency_p95_ms=11.8,
                camera_to_output_ms=84.6,
                vision_hz=5.0,
                cpu_share=0.17,
                uptime_s=5423,
            ),
        )

    def settings(self) -> tuple[SettingValue, ...]:
        """What the file says, read and checked for real."""
        loaded = self._store.loaded
        return setting_values(loaded, loaded.settings, None)

    def thumbnail(self, pack: str) -> bytes:
        """The real one."""
        self._known_pack(pack)
        folder = shipped_pack_folder() / pack
        return pack_thumbnail(load_pack(folder), folder)

    def _change_settings(self, changes: dict[str, object], unset: tuple[str, ...]) -> None:
        self._store.change(changes, unset)
        state, settings = self.state(), self._store.loaded.settings
        plays = settings.teaching.poses
        poses = tuple(
            pose.model_copy(
                update={"answer": (pose.name in plays and plays[pose.name].effect) or ""}
            )
            for pose in state.teaching.poses
        )
        models = settings.recognisers.models
        recognisers = tuple(
            model.model_copy(
                update={"on": model.name not in models or models[model.name].enabled is not False}
            )
            for model in state.recognisers
        )
        self.change_settings(
            gestures=self._gestures(),
            teaching=state.teaching.model_copy(update={"poses": poses}),
            recognisers=recognisers,
            people=state.people.model_copy(update={"on": settings.people.enabled}),
        )

    def _gestures(self) -> tuple[GestureState, ...]:
        triggers = self._store.loaded.settings.triggers
        gestures = []
        for name, label in LABELS.items():
            if name == "none":
                continue
            holds = triggers.thresholds(name)
            gestures.append(
                GestureState(
                    name=name,
                    label_en=label.en,
                    label_id=label.id,
                    on=holds.enabled,
                    answered=name in SELFIE_POSES,
                    enter=holds.enter,
                    leave=holds.leave,
                    dwell_ms=holds.dwell_ms,
                )
            )
        return tuple(gestures)


@functools.cache
def _shipped_packs() -> tuple[PackState, ...]:
    return tuple(_read_packs())


def _read_packs() -> Iterator[PackState]:
    for folder in sorted(path for path in shipped_pack_folder().iterdir() if path.is_dir()):
        pack = load_pack(folder)
        answers: dict[str, list[str]] = {name: [] for name in pack.effects}
        for rule in pack.rules:
            answers[rule.effect].append(rule.gesture)
        yield PackState(
            name=pack.name,
            title=pack.title,
            on=pack.name == "selfie-glasses",
            author=pack.author,
            licence=pack.licence,
            thumbnail=True,
            effects=tuple(
                EffectState(name=name, gestures=tuple(gestures))
                for name, gestures in answers.items()
            ),
        )
