"""The page's settings and languages in Chromium, over a real settings file."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from vcam.control.commands import ChangeSettings
from vcam.settings.fields import field_tree

from .pages import Open, Opened

PANEL = "settings"


def changes(vcam: Opened) -> list[dict[str, Any]]:
    return [command.set for command in vcam.sent(ChangeSettings)]


def test_refused_value_is_told_at_its_field(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.faults.expect("409")
        row = vcam.setting("camera.fps")
        field = row.get_by_role("spinbutton")
        field.fill("500")
        field.press("Enter")
        expect(row.get_by_role("alert")).to_contain_text("a number from 1 to 240")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_value("500")
        assert not vcam.daemon.commands
        field.fill("25")
        field.press("Enter")
        expect(row.get_by_role("alert")).to_have_count(0)
        expect(row.get_by_role("status")).to_have_text("Saved")
        assert changes(vcam) == [{"camera.fps": 25}]
        text = vcam.daemon.settings_file.read_text(encoding="utf-8")
        assert "fps: 25" in text
        assert "# the lamp flickers at 30" in text


def test_origin_what_it_needs_and_the_way_back(page_of: Open) -> None:
    with page_of() as vcam:
        row = vcam.setting("camera.fps")
        expect(row).to_contain_text("line 3 of your file")
        expect(row).to_contain_text("reopens the camera")
        row.get_by_role("button", name="Back to the default").click()
        expect(row.get_by_role("spinbutton")).to_have_value("30")
        expect(row).to_contain_text("default")
        expect(row.get_by_role("button")).to_have_count(0)
        assert vcam.sent(ChangeSettings)[0].unset == ("camera.fps",)


def test_each_kind_of_setting_has_its_editor(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.setting("camera.mirror").get_by_role("switch").click()
        vcam.setting("effects.progress_ring").get_by_role("combobox").select_option("off")
        text = vcam.setting("outputs.pause.text").get_by_role("textbox")
        text.fill("Kopi dulu")
        text.press("Enter")
        folder = vcam.setting("outputs.snapshot.folder").get_by_role("textbox")
        folder.fill("pictures")
        folder.press("Enter")
        expect(folder).to_have_value("pictures")
        folder.fill("")
        folder.press("Enter")
        vcam.until(lambda: len(changes(vcam)) == 5)
        assert changes(vcam) == [
            {"camera.mirror": True},
            {"effects.progress_ring": "off"},
            {"outputs.pause.text": "Kopi dulu"},
            {"outputs.snapshot.folder": "pictures"},
            {"outputs.snapshot.folder": None},
        ]


def test_list_grows_and_shrinks(page_of: Open) -> None:
    with page_of() as vcam:
        row = vcam.setting("reactions.packs")
        row.get_by_role("textbox").fill("party")
        row.get_by_role("button", name="Add").click()
        row.get_by_role("button", name="Remove selfie-glasses").click()
        expect(row.locator("li")).to_have_count(1)
        vcam.until(lambda: len(changes(vcam)) == 2)
        assert changes(vcam) == [
            {"reactions.packs": ["selfie-glasses", "party"]},
            {"reactions.packs": ["party"]},
        ]


def test_settings_of_one_gesture_and_of_one_profile(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.page.locator("#search").fill("triggers.gestures")
        vcam.page.get_by_label("Gesture", exact=True).select_option("metal")
        row = vcam.page.locator("[data-key='triggers.gestures.metal.leave']")
        expect(row.get_by_role("spinbutton")).to_have_value("0.55")
        expect(row).to_contain_text("line 7 of your file")
        dwell = vcam.page.locator("[data-key='triggers.gestures.metal.dwell_ms']")
        dwell.get_by_role("spinbutton").fill("800")
        dwell.get_by_role("spinbutton").press("Enter")
        expect(dwell).to_contain_text("of your file")
        vcam.page.locator("#search").fill("profiles reactions")
        choice = vcam.page.locator("[data-key='profiles.work.reactions']").get_by_role("combobox")
        choice.select_option("no")
        vcam.until(lambda: len(changes(vcam)) == 2)
        assert changes(vcam) == [
            {"triggers.gestures.metal.dwell_ms": 800},
            {"profiles.work.reactions": False},
        ]


def test_search_finds_by_name_and_by_help(page_of: Open) -> None:
    with page_of() as vcam:
        tops = {leaf.key.partition(".")[0] for leaf in field_tree().leaves() if "." in leaf.key}
        # What stands in no section has one of its own.
        expect(vcam.page.locator(".section")).to_have_count(len(tops) + 1)
        vcam.page.locator("#search").fill("camera light")
        keys = vcam.page.locator("[data-key]").evaluate_all(
            "rows => rows.map((row) => row.dataset.key)"
        )
        assert keys == ["camera.when"]
        vcam.page.locator("#search").fill("no such words")
        expect(vcam.page.locator("#settings .empty")).to_be_visible()


def test_what_is_typed_survives_changes_by_others(page_of: Open) -> None:
    with page_of() as vcam:
        field = vcam.setting("outputs.pause.text").get_by_role("textbox")
        field.fill("half a sen")
        vcam.daemon.run(ChangeSettings(set={"camera.fps": 20}))
        vcam.setting_arrives("camera.fps", 20)
        expect(field).to_have_value("half a sen")
        expect(field).to_be_focused()


def test_language_is_switched_and_kept_in_the_settings(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.page.locator("#language").select_option("id")
        expect(vcam.page.get_by_role("tab", name="Setelan")).to_have_attribute(
            "aria-selected", "true"
        )
        expect(vcam.page.locator("html")).to_have_attribute("lang", "id")
        vcam.until(lambda: changes(vcam) == [{"control.language": "id"}])
        expect(vcam.setting("camera.release_after_ms")).to_contain_text("Tutup setelah (ms)")
        vcam.daemon.run(ChangeSettings(set={"control.language": "en"}))
        expect(vcam.page.get_by_role("tab", name="Settings")).to_be_visible()


def test_the_browsers_language_is_taken(page_of: Open) -> None:
    with page_of(locale="id-ID") as vcam:
        expect(vcam.page.locator(".status")).to_contain_text("Siaran")
        vcam.page.get_by_role("tab", name="Gestur").click()
        expect(vcam.gesture("thumb_up").locator("h3")).to_have_text("Jempol")
        expect(vcam.gesture("thumb_up").locator(".reason")).to_have_text("menutupi wajah")
        expect(vcam.gesture("v_sign").locator(".score")).to_have_text("0,97")


def test_theme_is_switched_and_remembered(page_of: Open) -> None:
    with page_of(color_scheme="light") as vcam:
        paper = "getComputedStyle(document.body).backgroundColor"
        light = vcam.page.evaluate(paper)
        for name in ("as the system", "light"):
            vcam.page.get_by_role("button", name=f"Theme: {name}").click()
        assert vcam.page.evaluate(paper) != light
        vcam.page.reload(wait_until="domcontentloaded")
        expect(vcam.page.get_by_role("button", name="Theme: dark")).to_be_visible()
        assert vcam.page.evaluate(paper) != light
