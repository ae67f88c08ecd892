from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vcam.core.document import MAX_BYTES
from vcam.core.errors import SettingsError
from vcam.settings.loader import (
    CONFIG_VARIABLE,
    InvalidSettings,
    LoadedSettings,
    config_path,
    load_settings,
    settings_from_text,
)
from vcam.settings.schema import Settings


def problem_lines(text: str, *overrides: str) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        settings_from_text(text, Path("c.yaml"), overrides)
    return str(caught.value).splitlines()


pytestmark = pytest.mark.usefixtures("own_config_folder")


def test_first_run_needs_no_file(tmp_path):
    loaded = load_settings()
    assert loaded.settings == Settings()
    assert loaded.path == config_path() == tmp_path / "home" / "config.yaml"
    assert not loaded.from_file
    assert loaded.origin("camera.fps") == "default"


def test_missing_file_that_was_asked_for(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match=r"there is no settings file .*gone\.yaml"):
        load_settings(tmp_path / "gone.yaml")
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "named.yaml"))
    with pytest.raises(SettingsError, match=r"named\.yaml"):
        load_settings()


def test_variable_names_the_file(tmp_path, monkeypatch):
    file = tmp_path / "mine.yaml"
    file.write_text("camera: {fps: 12}\n")
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    loaded = load_settings()
    assert loaded.settings.camera.fps == 12
    assert loaded.from_file
    assert loaded.origin("camera.fps") == "line 1"


def test_folder_is_no_file(tmp_path):
    with pytest.raises(SettingsError, match="is not a file"):
        load_settings(tmp_path)


def test_huge_file_is_refused(tmp_path):
    file = tmp_path / "big.yaml"
    file.write_bytes(b"# x\n" * (MAX_BYTES // 4 + 1))
    with pytest.raises(SettingsError, match="larger than 256 KiB"):
        load_settings(file)


def test_text_in_another_encoding(tmp_path):
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"camera:\n  device: Kam\xe9ra\n")
    with pytest.raises(SettingsError, match="line 2: it is not UTF-8"):
        load_settings(file)


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    file = tmp_path / "windows.yaml"
    file.write_bytes(b"\xef\xbb\xbfcamera:\r\n  fps: 15\r\n")
    assert load_settings(file).settings.camera.fps == 15


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n", "camera:\n"])
def test_empty_means_defaults(text):
    assert settings_from_text(text).settings == Settings()


def test_empty_list_means_none():
    assert settings_from_text("reactions:\n  packs:\n").settings.reactions.packs == ()


def test_all_problems_are_told_with_their_lines():
    lines = problem_lines(
        "camera:\n  widht: 3\n  width: 5\n  format: mjpeg\noutputs: 4\n"
        "reactions:\n  packs:\n    - good\n    - 3\n"
    )
    assert lines == [
        "c.yaml, line 2: camera.widht is not a setting; did you mean camera.width? (and 4 more)",
        "  line 3: camera.width is 5; it must be a whole number from 160 to 7680",
        "  line 4: camera.format is 'mjpeg'; it must be one of mjpg, yuyv, any; did you mean mjpg?",
        "  line 5: outputs is 4; it must be a section with settings of its own",
        "  line 9: reactions.packs.1 is 3; it must be text",
    ]


def test_name_from_another_section_is_found():
    (line,) = problem_lines("release_after_ms: 1000\n")
    assert line == (
        "c.yaml, line 1: release_after_ms is not a setting; did you mean camera.release_after_ms?"
    )
    (line,) = problem_lines("mirror: true\n")
    assert "did you mean camera.mirror or outputs.virtual_camera.mirror or " in line


def test_unknown_name_without_a_likely_one():
    (line,) = problem_lines("camera:\n  qqqq: 1\n")
    assert "`vcam config explain` lists them all" in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("camera:\n  fps: 3\n fps: 4\n", "line 3, column 2"),
        ("camera: [a\n", "line 2, column 1"),
        ("camera:\n\tfps: 3\n", "line 2, column 1: a tab stands in the indentation"),
        ("camera: {fps: 3}\ncamera: {fps: 4}\n", "line 2: camera: it stands here twice"),
        ("- camera\n", "line 1: it must hold settings by name"),
        ("camera\n", "line 1: it must hold settings by name"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: but found another document"),
        ("camera: !!python/name:os.system 3\n", "line 1: camera: '3' is not a value"),
        ("camera: !mine {fps: 3}\n", "line 1: camera: the tag !!!mine is not allowed"),
        ("? [a]\n: b\n", "line 1: a setting's name must be a plain word"),
        ("\x01: 3\n", "character #x0001"),
        ("camera: &a [*a]\n", "alias to itself"),
        ("camera: " + "[" * 3000, "nested more than 16 deep"),
        ("camera: {fps: .nan}\n", "camera.fps is nan; it must be a number from 1 to 240"),
        ("camera: {fps: " + "9" * 5000 + "}\n", "is not a value (!!int)"),
        ("camera:\n  fps:\n", "line 2: camera.fps is nothing"),
        ("triggers: {defaults: {dwell_ms: true}}\n", "dwell_ms is true; it must be a whole"),
        ("camera: {device: true}\n", "camera.device is true; it must be text or a whole number"),
    ],
)
def test_problem_names_its_place(text, expected):
    assert expected in problem_lines(text)[0]


def test_bomb_of_aliases_is_refused():
    text = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    for name, before in zip("bcdefgh", "abcdefg", strict=True):
        text += f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n"
    assert "too many values" in problem_lines(text)[0]


def test_alias_may_be_used():
    text = "triggers:\n  gestures:\n    v_sign: &calm {dwell_ms: 700}\n    metal: *calm\n"
    gestures = settings_from_text(text).settings.triggers.gestures
    assert gestures["metal"].dwell_ms == gestures["v_sign"].dwell_ms == 700


def test_words_of_yaml_1_1_stay_words():
    settings = settings_from_text(
        "effects: {progress_ring: off}\ncamera: {device: 12:30, mirror: yes}\n"
        "outputs: {record_to: 2024-01-01}\n"
    ).settings
    assert settings.effects.progress_ring == "off"
    assert settings.camera.device == "12:30"
    assert settings.camera.mirror is True
    assert settings.outputs.record_to == "2024-01-01"


def test_numbers_are_names_of_gestures_too():
    settings = settings_from_text(
        "triggers: {gestures: {1: {enter: 0.8}, no: {enter: 1}}}"
    ).settings
    assert set(settings.triggers.gestures) == {"1", "no"}


def test_overrides_win_over_the_file_and_are_typed():
    loaded = settings_from_text(
        "camera: {fps: 10, device: 2}\n",
        overrides=[
            "camera.fps=15",
            "camera.fps=20",
            "reactions.packs=[badges, party]",
            "triggers.gestures.v_sign.dwell_ms=300",
            "effects.progress_ring=off",
            "outputs.record_to=",
        ],
    )
    assert loaded.settings.camera.fps == 20
    assert loaded.settings.camera.device == 2
    assert loaded.settings.reactions.packs == ("badges", "party")
    assert loaded.settings.triggers.gestures["v_sign"].dwell_ms == 300
    assert loaded.settings.effects.progress_ring == "off"
    assert loaded.origin("camera.fps") == "--set camera.fps=20"
    assert loaded.origin("camera.device") == "line 1"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("camera.widht=5", "camera.widht is not a setting; did you mean camera.width?"),
        ("camera.fps=300", "camera.fps is 300; it must be a number from 1 to 240"),
        ("camera.fps", "write it as section.name=value"),
        ("=5", "write it as section.name=value"),
        ("camera..fps=5", "write it as section.name=value"),
        ("camera=5", "camera is 5; it must be a section"),
        ("camera.fps=[", "the value is not YAML"),
        ("camera.fps.more=5", "camera.fps.more is not a setting"),
        ("camera.device=a: b", "the value is not YAML"),
    ],
)
def test_bad_override(override, expected):
    (line,) = problem_lines("camera: {fps: 10}\n", override)
    assert line.startswith("command line: --set ")
    assert expected in line


def test_bad_overrides_are_all_told():
    lines = problem_lines("", "camera.fps=0", "camera.fps=30", "log_level=loud")
    assert len(lines) == 2


names = st.sampled_from(
    ["camera", "fps", "triggers", "gestures", "v_sign", "enter", "packs", "outputs", "log_level"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def loads_or_refuses(text: str, overrides: tuple[str, ...] = ()) -> None:
    message = "fine"
    try:
        assert isinstance(settings_from_text(text, None, overrides), LoadedSettings)
    except SettingsError as error:
        message = str(error).splitlines()[0]
    assert message.isprintable()
    assert len(message) < 1000


@given(st.text(max_size=200))
@example("%YAML 9999999999999999999999.1\n---\n")
@example('"\\ud800": 1')
@example('log_level: "\\ud800"')
@example("camera: {fps: 0x}")
@example("? ")
@example("a: !!float x")
@settings(max_examples=150, deadline=None)
def test_any_text_gives_settings_or_a_settings_error(text):
    loads_or_refuses(text)


@given(st.text(alphabet="abcf: \n\t-[]{}&*!|>'\"%#?,@.0123456789<=", max_size=80))
@settings(max_examples=250, deadline=None)
def test_any_punctuation_gives_settings_or_a_settings_error(text):
    loads_or_refuses(text)


@given(values)
@settings(max_examples=150, deadline=None)
def test_any_data_gives_settings_or_a_settings_error(data):
    import yaml

    loads_or_refuses(yaml.safe_dump(data))


@given(st.text(max_size=30), values)
@settings(max_examples=150, deadline=None)
def test_any_override_gives_settings_or_a_settings_error(text, value):
    loads_or_refuses("", (text, f"camera.fps={value}", f"triggers.gestures={value}"))


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_settings_or_a_settings_error(tmp_path_factory, raw):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(raw)
    with contextlib.suppress(SettingsError):
        assert isinstance(load_settings(file), LoadedSettings)
