from __future__ import annotations

import pytest

from vcam.core.errors import SettingsError
from vcam.settings.wishes import GONE, applied, assignment, joined, value_at, wished, without


def test_later_wishes_win_over_what_they_are_about():
    earlier = {("a", "b"): 1, ("a", "c"): 2, ("d",): 3}
    assert joined(earlier, {("a",): GONE}) == {("d",): 3, ("a",): GONE}
    assert joined(earlier, {("a", "b"): 5})[("a", "b")] == 5


def test_sections_that_lose_their_last_value_go_too_and_others_stay():
    data = {"a": {"b": {"c": 1}}, "d": {}, "e": {"f": 1, "g": 2}}
    gone = {("a", "b", "c"): GONE, ("e", "f"): GONE, ("d", "x"): GONE, ("z", "y"): GONE}
    assert applied(gone, data) == {"d": {}, "e": {"g": 2}}


def test_set_goes_through_empty_sections():
    assert applied({("a", "b", "c"): 1}, {"a": None}) == {"a": {"b": {"c": 1}}}


def test_applied_values_are_copies():
    wishes = wished({"profiles.work": {"reactions": False}}, ())
    data = applied(wishes, {})
    data["profiles"]["work"]["reactions"] = True
    assert wishes[("profiles", "work")] == {"reactions": False}


def test_value_at():
    assert value_at({"a": {"b": None}}, ("a", "b")) is None
    assert value_at({"a": {"b": None}}, ("a", "b", "c")) is GONE


@pytest.mark.parametrize(
    ("override", "left"),
    [
        ("camera.fps=3", []),
        ("camera.width=640", ["camera.width=640"]),
        ("camera={fps: 3, width: 640}", ["camera.width=640"]),
        ("camera={}", []),
        (
            "camera = {device: 'a, b', when: always}",
            ["camera.device=a, b", "camera.when=always"],
        ),
    ],
)
def test_overrides_less_what_is_wished(override, left):
    assert without([override], {("camera", "fps"): 5}) == tuple(left)


def test_override_below_what_is_wished_goes():
    assert without(["camera.fps=3"], {("camera",): GONE}) == ()


def test_assignment():
    assert assignment("camera.device=a=b") == ("camera.device", "a=b")
    assert assignment(" reactions.packs =[a, b]") == ("reactions.packs", ["a", "b"])
    with pytest.raises(SettingsError, match="sets nothing"):
        assignment("camera.fps")
    with pytest.raises(SettingsError, match="not YAML"):
        assignment("camera.device=a: b")
