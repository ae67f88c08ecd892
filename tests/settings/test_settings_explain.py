from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.document import parse_document, parse_value
from vcam.core.errors import SettingsError
from vcam.settings.explain import (
    EXAMPLE_NAMES,
    all_keys,
    default_yaml,
    effective_data,
    effective_yaml,
    explain,
    explain_data,
    json_schema,
    shipped_config_dir,
    yaml_value,
)
from vcam.settings.fields import field_tree, find_field
from vcam.settings.loader import settings_from_text
from vcam.settings.profiles import profile_for, with_profile
from vcam.settings.schema import Settings


def test_shipped_default_file_is_what_the_schema_says():
    shipped = (shipped_config_dir() / "default.yaml").read_text(encoding="utf-8")
    assert shipped == default_yaml(), (
        "the schema changed: python -m vcam.settings.explain > config/default.yaml"
    )


def test_default_file_loads_as_the_defaults():
    assert settings_from_text(default_yaml()).settings == Settings()


def test_examples_in_the_default_file_can_be_taken_out_of_their_comments():
    """Who uncomments an example gets settings that load, each field where it belongs."""
    lines = default_yaml().splitlines()
    for key, name in EXAMPLE_NAMES.items():
        section, _, rest = key.partition(".*.")
        top = section.split(".")[-1]
        start = next(n for n, line in enumerate(lines) if line.split(":")[0].strip() == top)
        begin = max(n for n in range(start) if "For example" in lines[n])
        indent = lines[start].index(top)
        example = [line[indent + 2 :] for line in lines[begin + 1 : start]]
        document = [" " * indent + f"{top}:", *(" " * indent + line for line in example)]
        path = section.split(".")[:-1]
        text = "\n".join([f"{part}:" for part in path] + document)
        read = parse_document(text).data
        for part in section.split("."):
            read = read[part]
        inner = next(iter(read.values()))
        inner = inner[rest][name] if rest else read[name]
        wanted = find_field((*section.split("."), "*", *([rest, "*"] if rest else [])))
        assert wanted is not None
        assert set(inner) == set(wanted.children), key


def test_every_mapping_of_free_names_has_an_example():
    def free(node):
        yield from [node.key] if node.takes_free_names else []
        for child in node.children.values():
            yield from free(child)

    assert set(free(field_tree())) == set(EXAMPLE_NAMES)


def test_shipped_profiles_load():
    profiles = sorted(shipped_config_dir().glob("*.yaml"))
    assert {"default.yaml", "profiles.yaml", "selfie.yaml", "work.yaml"} <= {
        profile.name for profile in profiles
    }
    for profile in profiles:
        settings_from_text(profile.read_text(encoding="utf-8"), profile)
    work = settings_from_text((shipped_config_dir() / "work.yaml").read_text(encoding="utf-8"))
    assert work.settings.reactions.enabled
    assert profile_for(work.settings, ["zoom"]) == "work"
    assert not with_profile(work.settings, "work").reactions.enabled


def test_every_field_has_help_and_a_type():
    for leaf in field_tree().leaves():
        assert leaf.help, leaf.key
        assert leaf.expected != "anything", leaf.key


def test_explained_field_tells_type_bounds_default_and_help():
    text = explain("camera.width")
    assert "Width to ask the camera for" in text
    assert "a whole number from 160 to 7680" in text
    assert "1280" in text


def test_explained_section_lists_its_fields():
    text = explain("outputs.preview")
    assert "outputs.preview.mirror" in text
    assert "camera.fps" not in text


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("reactions.packs", "applies   at once"),
        ("camera.fps", "applies   the camera is opened again"),
        ("outputs.width", "applies   the virtual camera is opened again"),
        ("vision.max_hands", "recognised again"),
        ("control.page", "applies: at once; the page and the tray start again"),
    ],
)
def test_explained_field_tells_what_a_change_needs(key, words):
    assert words in explain(key)


def test_free_names_are_explained():
    assert "Smoothed score" in explain("triggers.gestures.v_sign.enter")
    assert "triggers.gestures.*.enter" in all_keys()


def test_explaining_everything_lists_all_keys():
    text = explain("")
    assert all(key in text for key in all_keys())


def test_unknown_key_is_answered_with_the_likely_one():
    with pytest.raises(SettingsError, match=r"did you mean camera\.width\?"):
        explain("camera.widht")
    with pytest.raises(SettingsError, match="lists them all"):
        explain("zzz.yyy")


def test_explained_data_has_one_object_a_field():
    (field,) = explain_data("camera.format")
    assert field["choices"] == ["mjpg", "yuyv", "any"]
    assert field["default"] == "mjpg"
    assert (field["kind"], field["applies"]) == ("choice", "camera")
    (field,) = explain_data("triggers.defaults.enter")
    assert (field["low"], field["high"], field["nullable"]) == (0, 1, True)


def test_schema_refuses_unknown_names():
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["additionalProperties"] is False


def test_schema_takes_the_shipped_files_and_refuses_a_wrong_one():
    validator = pytest.importorskip("jsonschema_rs").Draft202012Validator(json_schema())
    for file in shipped_config_dir().glob("*.yaml"):
        data = parse_document(file.read_text(encoding="utf-8")).data
        assert validator.is_valid(data), file.name
    for wrong in ({"camera": {"widht": 3}}, {"profiles": {"p": {"apps": [""]}}}):
        assert not validator.is_valid(wrong)


def test_effective_yaml_loads_as_the_same_settings_and_names_origins():
    loaded = settings_from_text(
        'camera:\n  device: "off"\ntriggers: {gestures: {1: {enter: 0.5}}}\n',
        overrides=["camera.fps=15"],
    )
    text = effective_yaml(loaded)
    assert "device: 'off'  # line 2" in text
    assert "fps: 15  # --set camera.fps=15" in text
    assert "width: 1280\n" in text
    assert settings_from_text(text).settings == loaded.settings
    assert effective_data(loaded)["camera"]["fps"] == 15


values = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


@given(values | st.lists(st.text()))
@settings(max_examples=200, deadline=None)
def test_written_value_reads_back(value):
    assert parse_value(yaml_value(value)) == value
