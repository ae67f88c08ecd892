"""The state that `vcam.testing.FakeDaemon` begins with."""

from __future__ import annotations

from vcam.control.state import (
    CameraState,
    EffectState,
    GestureState,
    Kept,
    KeptState,
    OutputState,
    PackState,
    SettingsState,
    State,
)

LABELS = {"v_sign": ("V", "V"), "thumb_up": ("Thumb up", "Jempol"), "metal": ("Metal", "Metal")}
"""The gestures that it knows, in English and Indonesian."""


def first_state() -> State:
    """A live camera, two packs, three gestures, one profile."""
    return State(
        version=1,
        vcam="0.0.0",
        pid=4242,
        mode="live",
        camera=CameraState(phase="live", name="Fake Camera", width=1280, height=720, fps=30),
        outputs=(OutputState(name="preview", phase="open", readers=0),),
        packs=(
            PackState(
                name="party",
                title="Party",
                on=False,
                thumbnail=True,
                effects=(EffectState(name="hat", gestures=("thumb_up",)),),
            ),
            PackState(
                name="selfie-glasses",
                title="Selfie glasses",
                on=True,
                thumbnail=True,
                effects=(EffectState(name="retro", gestures=("v_sign",)),),
            ),
        ),
        gestures=tuple(
            GestureState(
                name=name,
                label_en=labels[0],
                label_id=labels[1],
                on=True,
                answered=True,
                enter=0.9,
                leave=0.6,
                dwell_ms=500,
            )
            for name, labels in LABELS.items()
        ),
        profiles=("work",),
        settings=SettingsState(path="config.yaml", exists=True),
        kept=KeptState(
            items=(Kept(kind="wrong", what="hands of starts", count=0, size=0, forget="wrong"),)
        ),
    )
