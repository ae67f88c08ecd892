from __future__ import annotations

from vcam.daemon.loading import answered_gestures, load_packs
from vcam.settings.schema import ReactionSettings


def test_only_what_the_packs_answer_is_watched_for():
    packs = load_packs(ReactionSettings(packs=("selfie-glasses",)))
    assert answered_gestures(packs) == ("v_sign", "thumb_up", "metal")


def test_without_packs_nothing_is_watched_for():
    assert answered_gestures([]) == ()


def test_pack_that_is_not_there_is_told_and_left_out(caplog):
    packs = load_packs(ReactionSettings(packs=("selfie-glasses", "no-such-pack")))
    assert [pack.name for pack in packs] == ["selfie-glasses"]
    assert "no-such-pack" in caplog.text
