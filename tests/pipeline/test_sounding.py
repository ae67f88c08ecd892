from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from vcam.core.events import LiveEffect
from vcam.pipeline.sounding import Sounding


def came(effect: str) -> LiveEffect:
    return LiveEffect(1, "mine", effect, "v_sign", 0.0, None, (), 5)


def test_effects_with_a_sound_are_heard_while_sounds_are_on():
    heard = []
    sounding = Sounding(SimpleNamespace(play=heard.append))
    effects = {
        "pop": SimpleNamespace(sound=Path("pop.wav")),
        "mute": SimpleNamespace(sound=None),
    }
    sounding.set_packs([SimpleNamespace(name="mine", effects=effects)])
    sounding.came(came("pop"))
    assert heard == []
    sounding.switch(True)
    for effect in ("pop", "mute", "unknown"):
        sounding.came(came(effect))
    assert heard == [Path("pop.wav")]
