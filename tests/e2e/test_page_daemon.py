"""The page in Chromium over the running program: what it changes is in the file and in force."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest
from playwright.sync_api import Browser, expect

from vcam.capture.demo import demo_clip
from vcam.vision.weights import is_complete

from .pages import Faults, chromium

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]

PATIENCE_S = 90
"""Far beyond what anything takes, for machines that are busy with other things."""

V_SHOWN_AT_S = 2.4
"""In the demo clip, by its table."""

SETTINGS = """\
# for the stand-up
triggers:
  gestures:
    thumb_up:
      enter: 0.99  # never by accident
outputs:
  virtual_camera: {enabled: false}
  pipewire: {enabled: false}
control:
  page: {port: 0}
  tray: {enabled: false}
"""


@dataclass
class Running:
    """A running vcam: where it is steered from, and its settings file."""

    url: str
    token: str
    file: Path

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Asks as tray and command line do; a body is sent."""
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(self.url + path, data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def started(self) -> list[str]:
        """The gestures that have started, the newest first."""
        return [start["gesture"] for start in self.ask("/api/history")["history"]]


def until(question: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < end, "it has not come to pass"
        time.sleep(0.1)


def _picture(folder: Path) -> Path:
    """A picture of a V."""
    clip = cv2.VideoCapture(str(demo_clip()))
    clip.set(cv2.CAP_PROP_POS_MSEC, V_SHOWN_AT_S * 1000)
    _found, image = clip.read()
    clip.release()
    path = folder / "v.png"
    cv2.imwrite(str(path), image)
    return path


@contextmanager
def demo(folder: Path) -> Iterator[Running]:
    file = folder / "config.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "VCAM_RUNTIME_DIR": str(runtime)}
    process = subprocess.Popen(
        [sys.executable, "-m", "vcam", "run", "--source", "demo", "--config", str(file)],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        until((runtime / "control.json").exists)
        known = json.loads((runtime / "control.json").read_text(encoding="utf-8"))
        yield Running(known["url"], known["token"], file)
    finally:
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def test_what_the_page_changes_is_in_the_file_and_in_force(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 800})
    with demo(tmp_path) as running:
        faults = Faults(running.url)
        faults.watch(page)
        page.goto(running.ask("/api/links", {})["url"], wait_until="domcontentloaded")

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
        running.ask("/api/commands", {"do": "pack", "name": "selfie-glasses", "on": False})
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
        until(lambda: "enter: 0.7 " in running.file.read_text(encoding="utf-8"))
        text = running.file.read_text(encoding="utf-8")
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
        running.file.write_text(text + "camera: {fps: 25}\n", encoding="utf-8")
        expect(row.get_by_role("spinbutton")).to_have_value("25")
        expect(row).to_contain_text("of your file")
        assert faults.all() == []
        page.close()
