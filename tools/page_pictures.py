"""Makes the pictures of the page in the documents, from the demo and nobody's own data.

It runs vcam on the demo clip and looks at its page in Chromium (`$CHROMIUM`, else Debian's). Run
from the project's root, with the extra `dev`: `.venv/bin/python tools/page_pictures.py`, or with
the names of some of them: `… page-teach page-models`.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import cv2
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from vcam.capture.demo import demo_clip
from vcam.control.client import Client
from vcam.testing.tiny_models import write_tiny_model

FOLDER = Path("docs/pictures")

SETTINGS = """\
# Nothing that the machine has or lacks shall be in the pictures.
outputs:
  virtual_camera: {enabled: false}
  pipewire: {enabled: false}
control:
  page: {port: 0}
  tray: {enabled: false}
recognisers:
  folder: FOLDER
  rules:
    - when: {recogniser: light, class: dark, hold_ms: 3000}
      do: log
"""

SHOWN_AT_S = {"v.jpg": 2.4, "thumb-up.jpg": 5.5}
"""When the demo clip shows them; see docs/demo_clip.md."""

PLAYING_MS = 700
"""After a start, until the glasses have come in; the pose is held for a second more."""

HELD_FROM = 0.9
"""Score from which a picture of a held V is shown."""

ATTEMPTS = 5

PATIENCE_S = 90

TAUGHT = "digit_2"
"""The clip's V is a two as well."""

SAMPLES = 12


@contextmanager
def demo() -> Iterator[Client]:
    """The demo, with settings, a model and folders of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "config.yaml"
        models = folder / "models"
        write_tiny_model(models, not_for="decisions about people")
        file.write_text(SETTINGS.replace("FOLDER", str(models)), encoding="utf-8")
        control = folder / "run" / "control.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "vcam", "run", "--source", "demo", "--config", str(file)],
            env={
                **os.environ,
                "VCAM_RUNTIME_DIR": str(control.parent),
                "XDG_DATA_HOME": str(folder / "data"),
            },
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
    for _ in range(ATTEMPTS):
        wait_for_v(page)
        shown = page.screenshot()
        if shows_v(page):
            break
    else:
        raise SystemExit(f"{name}: this machine is too busy to catch the moment")
    file = FOLDER / f"{name}.png"
    with Image.open(io.BytesIO(shown)) as picture:
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


def teach(page: Page, vcam: Client) -> None:
    """Teaches the clip's V as a digit, by the button, up to the judgement."""
    page.get_by_role("tab", name="Teach").click()
    seen, pad = page.locator(".seen"), page.locator(f"[data-pad={TAUGHT}] .pad")
    while not has_samples(vcam):
        expect(seen).to_contain_text("I see: V")
        pad.hover()
        page.mouse.down()
        while "I see: V" in seen.inner_text() and not has_samples(vcam):
            page.wait_for_timeout(50)
        page.mouse.up()
        page.wait_for_timeout(500)
    page.get_by_role("button", name="Train", exact=True).click()
    use = page.locator(".judged").get_by_role("button", name="Use it")
    expect(use).to_be_visible()
    use.scroll_into_view_if_needed()


def has_samples(vcam: Client) -> bool:
    """Whether enough samples were taken."""
    poses = vcam.state()["teaching"]["poses"]
    return any(len(pose["samples"]) >= SAMPLES for pose in poses)


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


def show_gestures(page: Page, _vcam: Client) -> None:
    """The hand's landmarks over the picture, beside the gestures."""
    page.get_by_role("button", name="Show landmarks and poses").click()


def show_packs(page: Page, _vcam: Client) -> None:
    """The packs, with all thumbnails there."""
    page.get_by_role("tab", name="Packs").click()
    for thumbnail in page.locator(".thumb img").all():
        expect(thumbnail).to_have_js_property("complete", True)


def show_tried(page: Page, _vcam: Client) -> None:
    """Pictures that were tried."""
    page.get_by_role("tab", name="Try").click()
    page.set_input_files("#pictures", posing())
    expect(page.locator(".result .verdict")).to_have_count(len(SHOWN_AT_S))


def show_models(page: Page, _vcam: Client) -> None:
    """A model that a rule runs."""
    page.get_by_role("tab", name="Models").click()
    expect(page.locator("[data-model=light].running .bars")).to_be_visible()


class View(NamedTuple):
    """A window, and what is done in it before it is taken."""

    width: int
    height: int
    scheme: str = "light"
    locale: str = "en-GB"
    show: Callable[[Page, Client], None] = lambda page, vcam: None


VIEWS = {
    "page-gestures": View(1280, 860, show=show_gestures),
    "page-packs": View(1280, 760, scheme="dark", show=show_packs),
    "page-try": View(1280, 760, show=show_tried),
    "page-models": View(1280, 700, show=show_models),
    "page-teach": View(1280, 900, show=teach),
    "page-phone": View(360, 760, scheme="dark", locale="id-ID"),
}


def main() -> None:
    """Writes the pictures."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright, demo() as vcam:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name in sys.argv[1:] or VIEWS:
            view = VIEWS[name]
            looks = {"locale": view.locale, "color_scheme": view.scheme}
            with page_of(browser, vcam, view.width, view.height, **looks) as page:
                view.show(page, vcam)
                take(page, name)
        browser.close()


if __name__ == "__main__":
    main()
