"""The tray by pystray: Windows, macOS, and Linux where GTK can be imported.

Linux was run with its GTK backends; Windows and macOS never were (see docs/tray.md).
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

from vcam.control.tray.icons import draw_icon
from vcam.control.tray.menu import Item, View
from vcam.control.tray.presenter import Presenter

logger = logging.getLogger(__name__)

ICON_SIZE = 64
"""Pixels; every backend scales it down."""

STOP_S = 1.0
ATTEND_S = 0.25
"""Longest that a change waits on macOS until it is shown."""


class PystrayTray:
    """The icon. `show`, `notify` and `stop` may be called from any thread.

    On Windows and Linux the icon has a thread of its own. On macOS it lives on the main thread,
    which must make it and then call `attend` in place of sleeping.

    Args:
        presenter: what is shown, and where clicks go.

    Raises:
        ImportError: pystray has no backend here, or one without menus.
    """

    def __init__(self, presenter: Presenter) -> None:
        self._presenter = presenter
        self._lock = threading.Lock()
        self._shown: View | None = None
        self._pending: View | None = None
        self._icon: Any = None
        self._stopping = False
        self._on_main = sys.platform == "darwin"
        if self._on_main:
            self._icon = self._make()
            self._icon.run_detached()
            self._thread = None
        else:
            # GTK belongs to the thread that loads it.
            made: list[BaseException | None] = []
            ready = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(made, ready), name="tray", daemon=True
            )
            self._thread.start()
            ready.wait()
            if made and made[0] is not None:
                raise ImportError(str(made[0])) from made[0]
        presenter.start(self)

    @property
    def attend(self) -> Callable[[float], None] | None:
        """What the main thread must call in place of sleeping so many seconds; None: nothing."""
        return self._attend if self._on_main else None

    def show(self, view: View) -> None:
        """Shows `view` from now on."""
        if self._on_main:
            with self._lock:
                self._pending = view
        else:
            self._apply(view)

    def notify(self, message: str) -> None:
        """Tells the user one line, where the backend can."""
        if not self._icon.HAS_NOTIFICATION:
            return
        try:
            self._icon.notify(message, "vcam")
        except Exception as error:
            logger.debug("no notification: %s", error)

    def carried_out(self, item: Item) -> None:
        """Shows the menu's ticks as they are: GTK turns them itself when they are clicked."""
        if not self._on_main:
            self._icon.update_menu()

    def stop(self) -> None:
        """Takes the icon away; on macOS off the main thread, the end of the process does that."""
        self._stopping = True
        if self._on_main and threading.current_thread() is not threading.main_thread():
            return
        self._icon.visible = False
        if not self._on_main:
            self._icon.stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_S)

    def _make(self) -> Any:
        import pystray

        if not pystray.Icon.HAS_MENU:
            raise ImportError("pystray's backend for this desktop has no menu")
        view = self._presenter.view()
        self._shown = view
        return pystray.Icon(
            "vcam", draw_icon(view.look, ICON_SIZE), view.title, self._menu(view.menu)
        )

    def _run(self, made: list[BaseException | None], ready: threading.Event) -> None:
        try:
            self._icon = self._make()
        except Exception as error:
            # Besides ImportError, GTK and X have errors of their own for a missing display.
            made.append(error)
            return
        finally:
            ready.set()
        try:
            self._icon.run()
        except Exception:
            # At its end GTK's backend asks for the desktop's notifications, which may be missing.
            level = logging.DEBUG if self._stopping else logging.ERROR
            logger.log(level, "the tray has ended", exc_info=True)

    def _apply(self, view: View) -> None:
        with self._lock:
            shown, self._shown = self._shown, view
            if shown is None or view.look != shown.look:
                self._icon.icon = draw_icon(view.look, ICON_SIZE)
            if shown is None or view.title != shown.title:
                self._icon.title = view.title
            if shown is None or view.menu != shown.menu:
                self._icon.menu = self._menu(view.menu)

    def _menu(self, items: tuple[Item, ...]) -> Any:
        import pystray

        return pystray.Menu(*(self._line(item) for item in items))

    def _line(self, item: Item) -> Any:
        import pystray

        if item.kind == "separator":
            return pystray.Menu.SEPARATOR
        if item.kind == "submenu":
            return pystray.MenuItem(item.label, self._menu(item.items))
        ticked = item.kind in ("check", "radio")
        return pystray.MenuItem(
            item.label,
            lambda icon, line: self._presenter.choose(item),
            checked=(lambda line: item.on) if ticked else None,
            radio=item.kind == "radio",
            default=item.key == "open",
            enabled=item.kind != "heading",
        )

    def _attend(self, seconds: float) -> None:
        """Lets macOS handle what happens to the icon, for so long."""
        import AppKit  # type: ignore[import-not-found]

        with self._lock:
            view, self._pending = self._pending, None
        if view is not None:
            self._apply(view)
        application = AppKit.NSApplication.sharedApplication()
        until = AppKit.NSDate.dateWithTimeIntervalSinceNow_(min(seconds, ATTEND_S))
        event = application.nextEventMatchingMask_untilDate_inMode_dequeue_(
            AppKit.NSEventMaskAny, until, AppKit.NSDefaultRunLoopMode, True
        )
        if event is not None:
            application.sendEvent_(event)
