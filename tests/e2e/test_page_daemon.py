"""The page in Chromium over the running program: what it changes is in the file and in force."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, expect

from vcam.capture.demo import demo_clip
from vcam.vision.weights import is_complete

from .pages import Faults
from .processes import demo, until

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]

V_SHOWN_AT_S = 2.4
"""In the demo clip, by its table."""


def _picture(folder: Path) -> Path:
    """A picture of a V."""
    clip = cv2.VideoCapture(str(demo_clip()))
    clip.set(cv2.CAP_PROP_POS_MSEC, V_SHOWN_AT_S * 1000)
    _found, image = clip.read()
    clip.release()
    path = folder / "v.png"
    cv2.imwrite(str(path), image)
    return path


def test_what_the_page_changes_is_in_the_file_and_in_force(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 800})
    with demo(tmp_path) as (running, file):
        faults = Faults(running.url)
        faults.watch(page)
        page.goto(running.read("/api/links", {})["url"], wait_until="domcontentloaded")

        # The preview moves.
        expect(page.locator(".status")).to_contain_text("Live")
        shot = page.locator(".screen img")
        expect(shot).to_have_js_property("naturalWidth", 1280)
        first = shot.screenshot()
        until(lambda: shot.screenshot() != first)

        # A dropped picture gets a class and a confidence.
        page.get_by_role("tab", name="Try").click()
        page.set_input_files("#pictures", [_picture(tmp_path)])
        expect(page.locator(".result .verdict strong")).to_have_text("V")
        assert float(page.locator(".result .verdict span").inner_text()) > 0.8

        # A pack that somebody switches off is off here.
        page.get_by_role("tab", name="Packs").click()
        glasses = page.get_by_role("switch", name="Pack Selfie glasses")
        expect(glasses).to_be_checked()
        running.read("/api/commands", {"do": "pack", "name": "selfie-glasses", "on": False})
        expect(glasses).not_to_be_checked()
        glasses.click()
        expect(glasses).to_be_checked()

        # A threshold that is dragged changes what triggers, and the file keeps its comments.
        page.get_by_role("tab", name="Gestures").click()
        until(lambda: {"v_sign", "metal"} <= set(running.started()))
        assert "thumb_up" not in running.started()
        row = page.locator("[data-gesture=thumb_up]")
        slider = row.get_by_role("slider", name="starts from")
        slider.scroll_into_view_if_needed()
        handle, gauge = slider.bounding_box(), row.locator(".gauge").bounding_box()
        assert handle is not None
        assert gauge is not None
        page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + 15)
        page.mouse.down()
        page.mouse.move(gauge["x"] + gauge["width"] * 0.7, handle["y"] + 15, steps=5)
        page.mouse.up()
        until(lambda: "enter: 0.7 " in file.read_text(encoding="utf-8"))
        text = file.read_text(encoding="utf-8")
        assert "# for the stand-up" in text
        assert "# never by accident" in text
        until(lambda: "thumb_up" in running.started())
        page.get_by_role("tab", name="History").click()
        expect(page.locator("[data-start]", has_text="Thumb up").first).to_be_visible()

        # What is written into the file by hand is shown without being asked for.
        page.get_by_role("tab", name="Settings").click()
        page.locator("#search").fill("camera.fps")
        row = page.locator("[data-key='camera.fps']")
        expect(row).to_contain_text("default")
        file.write_text(text + "camera: {fps: 25}\n", encoding="utf-8")
        expect(row.get_by_role("spinbutton")).to_have_value("25")
        expect(row).to_contain_text("of your file")
        assert faults.all() == []
        page.close()
