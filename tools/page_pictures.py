"""Makes the pictures of the page in the documents, from the demo with the settings as they come.

It runs vcam on the demo clip and looks at its page in Chromium (`$CHROMIUM`, else Debian's). Run
from the project's root, with the extra `dev`: `.venv/bin/python tools/page_pictures.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from vcam.capture.demo import demo_clip
from vcam.control.client import Client

FOLDER = Path("docs/pictures")

SETTINGS = """\
# Nothing that the machine has or lacks shall be in the pictures.
outputs:
  virtual_camera: {enabled: false}
  pipewire: {enabled: false}
control:
  page: {port: 0}
  tray: {enabled: false}
"""

SHOWN_AT_S = {"v.jpg": 2.4, "thumb-up.jpg": 5.5}
"""When the demo clip shows them; see docs/demo_clip.md."""

PLAYING_MS = 700
"""After a start, until the glasses have come in; the pose is held for a second more."""

HELD_FROM = 0.9
"""Score from which a picture of a held V is shown."""

ATTEMPTS = 5

PATIENCE_S = 90


@contextmanager
def demo() -> Iterator[Client]:
    """The demo, with a settings file and a runtime folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "config.yaml"
        file.write_text(SETTINGS, encoding="utf-8")
        control = folder / "run" / "control.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "vcam", "run", "--source", "demo", "--config", str(file)],
            env={**os.environ, "VCAM_RUNTIME_DIR": str(control.parent)},
        )
        try:
            end = time.monotonic() + PATIENCE_S
            while not control.exists():
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit("vcam does not start")
                time.sleep(0.1)
            yield Client.connect(control.parent)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@contextmanager
def page_of(
    browser: Browser, vcam: Client, width: int, height: int, **context: Any
) -> Iterator[Page]:
    """The page in a window of that size, opened and live."""
    window = browser.new_context(viewport={"width": width, "height": height}, **context)
    page = window.new_page()
    page.goto(vcam.link(), wait_until="domcontentloaded")
    page.locator("body[data-condition='live']").wait_for()
    yield page
    window.close()


def take(page: Page, name: str) -> None:
    """Saves what the window shows while V is played, with few colours: a third of the size."""
    file = FOLDER / f"{name}.png"
    for _ in range(ATTEMPTS):
        wait_for_v(page)
        page.screenshot(path=file)
        if shows_v(page):
            break
    else:
        raise SystemExit(f"{name}: this machine is too busy to catch the moment")
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file, file.stat().st_size // 1024, "KiB")


def wait_for_v(page: Page) -> None:
    """Returns shortly after the clip's person has shown V, while it is played."""
    playing = page.locator(".playing")
    expect(playing).not_to_contain_text("(V)")
    expect(playing).to_contain_text("(V)")
    page.wait_for_timeout(PLAYING_MS)


def shows_v(page: Page) -> bool:
    """Whether V is still played, alone, and, where its meter can be seen, still held."""
    meter = page.locator("[data-gesture=v_sign] [role=meter]")
    held = not meter.is_visible() or float(meter.get_attribute("aria-valuenow") or 0) > HELD_FROM
    playing = page.locator(".playing").inner_text()
    return held and "(V)" in playing and playing.count("(") == 1


def posing() -> list[FilePayload]:
    """Single pictures of the demo clip."""
    clip = cv2.VideoCapture(str(demo_clip()))
    files: list[FilePayload] = []
    for name, shown_at_s in SHOWN_AT_S.items():
        clip.set(cv2.CAP_PROP_POS_MSEC, 1000 * shown_at_s)
        _, picture = clip.read()
        _, jpeg = cv2.imencode(".jpg", picture)
        files.append({"name": name, "mimeType": "image/jpeg", "buffer": jpeg.tobytes()})
    clip.release()
    return files


def take_all(browser: Browser, vcam: Client) -> None:
    """All four pictures."""
    with page_of(browser, vcam, 1280, 860, locale="en-GB", color_scheme="light") as page:
        page.get_by_role("button", name="Show landmarks and poses").click()
        take(page, "page-gestures")
    with page_of(browser, vcam, 1280, 760, locale="en-GB", color_scheme="dark") as page:
        page.get_by_role("tab", name="Packs").click()
        for thumbnail in page.locator(".thumb img").all():
            expect(thumbnail).to_have_js_property("complete", True)
        take(page, "page-packs")
    with page_of(browser, vcam, 1280, 760, locale="en-GB", color_scheme="light") as page:
        page.get_by_role("tab", name="Try").click()
        page.set_input_files("#pictures", posing())
        expect(page.locator(".result .verdict")).to_have_count(len(SHOWN_AT_S))
        take(page, "page-try")
    with page_of(browser, vcam, 360, 760, locale="id-ID", color_scheme="dark") as page:
        take(page, "page-phone")


def main() -> None:
    """Writes the pictures."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright, demo() as vcam:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        take_all(browser, vcam)
        browser.close()


if __name__ == "__main__":
    main()
