from __future__ import annotations

import subprocess
import sys

from vcam.core.clock import MonotonicClock
from vcam.core.events import LiveEffect
from vcam.core.geometry import Placement
from vcam.daemon.building import LateCompositor, build_pipeline
from vcam.daemon.loading import load_packs
from vcam.settings.schema import ReactionSettings, Settings
from vcam.testing import FakeCamera, FakeOutput, plain_image


def drawn_by(compositor: LateCompositor) -> bool:
    canvas = plain_image(320, 180)
    live = (LiveEffect(1, "party", "confetti", "v_sign", 0.0, None, (), 7),)
    for at in (0.5, 0.8):
        compositor.draw(canvas, live, None, at, Placement(), at)
    return bool((canvas != 90).any())


def test_effects_are_drawn_as_soon_as_there_are_packs():
    compositor = LateCompositor()
    compositor.set_packs(())
    assert not drawn_by(compositor)
    compositor.set_packs(load_packs(ReactionSettings(packs=("party",))))
    assert drawn_by(compositor)
    compositor.set_packs(load_packs(ReactionSettings(packs=("badges",))))
    assert drawn_by(compositor), "what was drawn last may leave in peace"


def test_pipeline_of_the_settings():
    pipeline = build_pipeline(Settings(), FakeCamera(), [FakeOutput("out")], [], MonotonicClock())
    assert pipeline.by_hand.react("v_sign"), "the packs of the settings are on"
    without = build_pipeline(
        Settings(), FakeCamera(), [FakeOutput("out")], [], MonotonicClock(), packs=()
    )
    assert not without.by_hand.react("v_sign")
    off = Settings.model_validate({"reactions": {"enabled": False}})
    assert not build_pipeline(off, FakeCamera(), [], [], MonotonicClock()).by_hand.react("v_sign")


def test_first_picture_waits_for_neither_networks_nor_stickers():
    code = (
        "import sys, vcam.app; "
        "late = ('vcam.vision', 'vcam.effects.pack', 'vcam.control', 'ai_edge_litert'); "
        "print([name for name in sys.modules if name.startswith(late)])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
