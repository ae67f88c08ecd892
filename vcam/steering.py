"""The page and the tray: started when the picture is out, started anew when their settings change.

Neither can end the camera: what fails is told in the log and in the state, and the rest goes on.
"""

from __future__ import annotations

import logging
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING

from vcam.core.errors import VcamError
from vcam.daemon.daemon import PipelineDaemon
from vcam.settings.schema import ControlSettings

if TYPE_CHECKING:
    from vcam.control.server import ControlServer
    from vcam.control.tray import Tray

logger = logging.getLogger(__name__)

GRACE_S = 0.3
"""The page's own request that changes its port is answered before its server goes."""

STOP_S = 0.8


class Steering:
    """Runs the page's server and the tray icon from a thread of its own.

    FastAPI and the tray's libraries are imported here, and only for what is switched on.

    Args:
        daemon: what they steer.
        settings: which of them are wanted.
        platform: as `sys.platform`.
    """

    def __init__(
        self, daemon: PipelineDaemon, settings: ControlSettings, platform: str = sys.platform
    ) -> None:
        self._daemon = daemon
        self._wanted = settings
        self._page: ControlServer | None = None
        self._tray: Tray | None = None
        self._page_as: object = None
        self._tray_as: object = None
        self._tray_on_main = platform == "darwin"
        self._changed = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="steering", daemon=True)

    def start(self) -> None:
        """Begins to start what is wanted; returns at once."""
        self._thread.start()

    def apply(self, settings: ControlSettings) -> None:
        """Takes new settings over; returns at once. Any thread."""
        self._wanted = settings
        self._changed.set()

    def stop(self) -> None:
        """Ends page and tray; within a second."""
        self._ended.set()
        self._changed.set()
        self._thread.join(STOP_S)

    def attend(self, timeout_s: float) -> bool:
        """On macOS, runs the tray, which lives on the main thread there; elsewhere does nothing.

        Args:
            timeout_s: longest time to stay.

        Returns:
            Whether the time was used up.
        """
        if not self._tray_on_main:
            return False
        self._guarded("tray", self._bring_tray)
        attend = self._tray.attend if self._tray is not None else None
        if attend is None:
            return False
        try:
            attend(timeout_s)
        except Exception:
            logger.exception("The tray failed, going on without it")
            self._tray = None
            return False
        return True

    def open_page(self) -> None:
        """Opens the page in the user's browser, by a fresh link. Any thread."""
        page = self._page
        if page is None:
            logger.warning("The page is off: set control.page.enabled to true")
            return
        # Some browsers keep the call waiting for as long as they run.
        threading.Thread(
            target=_open_in_browser, args=(page.link(),), name="browser", daemon=True
        ).start()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._changed.clear()
            self._guarded("page", self._bring_page)
            if not self._tray_on_main:
                self._guarded("tray", self._bring_tray)
            self._changed.wait()
            self._ended.wait(GRACE_S)
        self._guarded("page", self._stop_page)
        self._guarded("tray", self._stop_tray)

    def _guarded(self, what: str, act: Callable[[], None]) -> None:
        try:
            act()
        except VcamError as error:
            logger.error("No %s: %s", what, error)
            self._daemon.notices.set(what, f"No {what}: {error}")
        except Exception as error:
            logger.exception("No %s, going on without it", what)
            self._daemon.notices.set(what, f"No {what} ({type(error).__name__}: see the log)")

    def _bring_page(self) -> None:
        wanted = self._wanted.page
        if self._page_as == wanted:
            return
        self._page_as = wanted
        self._stop_page()
        self._daemon.notices.set("page", "")
        if not wanted.enabled:
            return
        from vcam.control.server import ControlServer

        page = ControlServer(self._daemon, wanted)
        page.start()
        self._page = page
        self._daemon.set_page(page.url)
        logger.info("page at %s", page.link())

    def _bring_tray(self) -> None:
        wanted = self._wanted
        told = wanted.tray, wanted.language
        if self._tray_as == told:
            return
        self._tray_as = told
        self._stop_tray()
        self._daemon.notices.set("tray", "")
        if not wanted.tray.enabled:
            return
        from vcam.control.tray import start_tray

        self._tray = start_tray(self._daemon, self.open_page, wanted.language)
        if self._tray is None:
            self._daemon.notices.set("tray", "No tray icon: this desktop has no place for one")

    def _stop_page(self) -> None:
        page, self._page = self._page, None
        self._daemon.set_page(None)
        if page is not None:
            page.stop()

    def _stop_tray(self) -> None:
        tray, self._tray = self._tray, None
        if tray is not None:
            tray.stop()


def _open_in_browser(link: str) -> None:
    try:
        if not webbrowser.open(link):
            logger.warning("No browser was found; run `vcam open`")
    except Exception:
        logger.exception("The browser could not be started; run `vcam open`")
