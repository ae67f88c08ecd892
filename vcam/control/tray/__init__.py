"""An icon in the tray that tells what vcam does, and a menu that steers it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from vcam.control.contracts import Daemon

if TYPE_CHECKING:
    from vcam.control.tray.presenter import Presenter
    from vcam.control.tray.pystray_tray import PystrayTray
    from vcam.control.tray.status_notifier import NotifierTray

logger = logging.getLogger(__name__)

__all__ = ["Tray", "start_tray"]


class Tray:
    """The icon while the daemon runs; made by `start_tray`."""

    def __init__(self, presenter: Presenter) -> None:
        self._presenter = presenter
        self._lock = threading.Lock()
        self._stopped = False
        self._screens: list[NotifierTray | PystrayTray] = []

    @property
    def attend(self) -> Callable[[float], None] | None:
        """On macOS, what the main thread must call in place of sleeping; None elsewhere.

        It takes the longest time to stay, in seconds, and may come back sooner.
        """
        found = (getattr(screen, "attend", None) for screen in self._screens)
        return next((attend for attend in found if attend is not None), None)

    def stop(self) -> None:
        """Takes the icon away; harmless twice."""
        with self._lock:
            self._stopped = True
            screens, self._screens = self._screens, []
        self._presenter.stop()
        for screen in screens:
            screen.stop()

    def _add(self, screen: NotifierTray | PystrayTray) -> None:
        with self._lock:
            if not self._stopped:
                self._screens.append(screen)
                return
        screen.stop()

    def begin(self) -> None:
        """Looks for a tray; loads what that takes, a tenth of a second."""
        try:
            if sys.platform.startswith("linux"):
                from vcam.control.tray.status_notifier import NotifierTray

                self._add(NotifierTray(self._presenter, self._fall_back))
            else:
                self._use_pystray()
        except ImportError as error:
            logger.info("No icon in the tray: %s", error)
        except Exception:
            logger.exception("No icon in the tray")

    def _use_pystray(self) -> None:
        from vcam.control.tray.pystray_tray import PystrayTray

        self._add(PystrayTray(self._presenter))

    def _fall_back(self, reason: str) -> bool:
        """Tries the other kind of tray; whether this one can end."""
        if self._stopped:
            return True
        if not os.environ.get("DISPLAY"):
            logger.info("No icon in the tray: %s", reason)
            return False
        try:
            self._use_pystray()
        except ImportError as error:
            logger.info("No icon in the tray: %s, and %s", reason, error)
            return False
        return True


def start_tray(daemon: Daemon, open_page: Callable[[], None], language: str) -> Tray | None:
    """Shows the icon; returns at once, and it appears when the desktop has made room.

    Without a tray the log says so in one line, and on Linux one that appears later is used. On
    macOS this must be called on the main thread.

    Args:
        daemon: what is shown and steered.
        open_page: opens the page in the user's browser; called on a thread of the tray.
        language: `en`, `id`, or `auto` for the system's own.

    Returns:
        The icon; None on macOS where this is not the main thread.
    """
    if sys.platform == "darwin" and threading.current_thread() is not threading.main_thread():
        # AppKit ends the whole process that touches it from another thread.
        logger.info("No icon in the tray: on macOS it needs the main thread")
        return None
    from vcam.control.tray.presenter import Presenter
    from vcam.control.tray.words import choose_language

    tray = Tray(Presenter(daemon, open_page, choose_language(language)))
    if sys.platform == "darwin":
        tray.begin()
    else:
        # Loading D-Bus and Pillow must not hold up the first picture.
        threading.Thread(target=tray.begin, name="tray start", daemon=True).start()
    return tray
