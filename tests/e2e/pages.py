"""The web page in a real browser, over a fake daemon, and what must not happen on it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)

from vcam.control.server import ControlServer
from vcam.settings.schema import PageSettings

from .page_daemon import PageDaemon

CHROMIUM = Path("/usr/bin/chromium")

PATIENCE_S = 20.0
"""Far beyond what anything takes, for machines that are busy with other things."""


@dataclass
class Faults:
    """What a page must not have: errors in its console, failed requests, foreign ones."""

    url: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listens to all that the page reports."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("response", self._response)
        page.on("request", lambda request: self._foreign(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(message.text)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.requests.append(f"{response.status} {response.url}")

    def _foreign(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.requests.append(f"foreign: {url}")

    def expect(self, *parts: str) -> None:
        """Faults that hold one of these texts are what the test is about."""
        self.expected.extend(parts)

    def all(self) -> list[str]:
        """Everything that was wrong and not expected."""
        faults = self.console + self.requests
        return [fault for fault in faults if not any(part in fault for part in self.expected)]


@dataclass
class Opened:
    """A page that is open, and what stands behind it."""

    page: Page
    daemon: PageDaemon
    server: ControlServer
    faults: Faults

    def gesture(self, name: str) -> Locator:
        """The row of a gesture."""
        return self.page.locator(f"[data-gesture={name}]")

    def pack(self, name: str) -> Locator:
        """The card of a pack."""
        return self.page.locator(f"[data-pack={name}]")

    def setting(self, key: str) -> Locator:
        """The row of a setting, whose section is unfolded by searching for it."""
        self.page.locator("#search").fill(key)
        return self.page.locator(f'[data-key="{key}"]')

    def setting_arrives(self, key: str, value: object) -> None:
        """Waits until the page has read a value of the settings that has changed."""
        script = """async ([key, value]) => {
          const { settingValue } = await import("/static/js/store.js");
          return settingValue(key) === value;
        }"""
        self.until(lambda: self.page.evaluate(script, [key, value]))

    def sent(self, kind: type[Any], at_least: int = 0) -> list[Any]:
        """The commands of a kind that the daemon has carried out.

        Args:
            kind: of which.
            at_least: so many are waited for: the page shows a change before it is carried out.
        """

        def carried_out() -> list[Any]:
            return [command for command in self.daemon.commands if isinstance(command, kind)]

        self.until(lambda: len(carried_out()) >= at_least)
        return carried_out()

    def until(self, question: Any, patience_s: float = PATIENCE_S) -> None:
        """Waits until `question()` is true, letting the browser work meanwhile."""
        end = time.monotonic() + patience_s
        while not question():
            assert time.monotonic() < end, "it has not come to pass"
            self.page.wait_for_timeout(20)


Open = Callable[..., AbstractContextManager[Opened]]
"""Opens the page: on which panel, and what the browser's context is made with."""


def picture() -> FilePayload:
    """A file of one colour, as somebody drops it."""
    buffer = BytesIO()
    Image.new("RGB", (80, 60), (90, 120, 150)).save(buffer, "PNG")
    return {"name": "me.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; skips the test where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}; on Debian: apt install chromium")
    expect.set_options(timeout=PATIENCE_S * 1000)
    arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, folder: Path, fragment: str = "", **context: Any) -> Iterator[Opened]:
    """The page, opened by a one-time link, with all that it needs, ended at the end."""
    daemon = PageDaemon(folder)
    daemon.pictures.show()
    server = ControlServer(daemon, PageSettings(port=0), folder / "run")
    server.start()
    context = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **context}
    window: BrowserContext = browser.new_context(**context)
    try:
        page = window.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        faults = Faults(server.url)
        faults.watch(page)
        # Not "load": a stream that has no picture yet keeps a page loading.
        page.goto(server.link(), wait_until="domcontentloaded")
        page.locator("body[data-condition='live']").wait_for()
        page.locator("[data-gesture]").first.wait_for()
        if fragment:
            page.locator(f"#tab-{fragment}").click()
        yield Opened(page, daemon, server, faults)
        assert not faults.all(), faults.all()
    finally:
        window.close()
        daemon.pictures.close()
        server.stop()
