from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from vcam.outputs.sound import MOST_AT_A_TIME, SoundPlayer


class Process:
    def __init__(self) -> None:
        self.over = False

    def poll(self):
        return 0 if self.over else None

    def kill(self) -> None:
        self.over = True


def player(programs=("pw-play", "aplay"), platform="linux", start=None):
    started, processes = [], []

    def begin(command, file):
        started.append(command)
        assert file.stem == "a"
        processes.append(Process())
        return processes[-1]

    made = SoundPlayer(
        platform, lambda name: f"/bin/{name}" if name in programs else None, start or begin
    )
    return made, started, processes


def test_the_first_player_that_is_there_plays():
    made, started, _ = player()
    assert made.play_now(Path("a.wav"))
    assert started == [["/bin/pw-play", "a.wav"]]


def test_a_player_of_wav_alone_is_not_asked_for_other_sounds(caplog):
    made, started, _ = player(("aplay",))
    assert not made.play_now(Path("a.ogg"))
    assert made.play_now(Path("a.wav"))
    assert started == [["/bin/aplay", "-q", "a.wav"]]


def test_powershell_is_handed_no_name_that_it_would_take_for_a_script():
    made, started, _ = player(("powershell",), platform="win32")
    assert made.play_now(Path("a.wav"))
    assert not any("a.wav" in word for word in started[0])
    assert "$env:VCAM_SOUND" in started[0][-1]


def test_a_missing_player_is_told_once(caplog):
    made, _, _ = player(())
    with caplog.at_level(logging.WARNING):
        assert not made.play_now(Path("a.wav"))
        assert not made.play_now(Path("a.wav"))
    assert len(caplog.records) == 1
    assert "pw-play, paplay, aplay" in caplog.text


def test_a_player_that_does_not_start_is_told(caplog):
    def fail(command, file):
        raise OSError(13, "Permission denied")

    made, _, _ = player(start=fail)
    assert not made.play_now(Path("a.wav"))
    assert "does not start (Permission denied)" in caplog.text


def test_too_many_sounds_at_a_time_are_left_out():
    made, _, processes = player()
    played = [made.play_now(Path("a.wav")) for _ in range(MOST_AT_A_TIME + 2)]
    assert played.count(True) == MOST_AT_A_TIME
    processes[0].over = True
    assert made.play_now(Path("a.wav"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_player_finds_the_file_in_its_environment(tmp_path):
    made = SoundPlayer("win32", lambda name: str(tmp_path / "player"))
    player = tmp_path / "player"
    player.write_text('#!/bin/sh\nprintf %s "$VCAM_SOUND" > "$(dirname "$0")/played"\n')
    player.chmod(0o755)
    assert made.play_now(tmp_path / "a; b.wav")
    made._playing[0][0].wait(20)
    assert (tmp_path / "played").read_text() == str(tmp_path / "a; b.wav")
