"""Keeps whatever shows the tray at the daemon's state, and carries its clicks to the daemon."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from vcam.control.commands import Command, TakeSnapshot
from vcam.control.contracts import Daemon
from vcam.control.tray.menu import Item, View, has_progress, pause_toggle, view_of
from vcam.control.tray.words import Language
from vcam.core.errors import VcamError

logger = logging.getLogger(__name__)

METERS_PERIOD_S = 0.125
"""Between two looks at the meters: eight changes of the ring a second at most."""

CHANGE_PERIOD_S = 0.1
"""Shortest time between two changes of what is shown."""

STOP_S = 1.0


class Screen(Protocol):
    """What shows the tray. Called from the presenter's threads."""

    def show(self, view: View) -> None:
        """Shows `view` from now on; returns at once, and raises nothing."""
        ...

    def notify(self, message: str) -> None:
        """Tells the user one line, if the desktop can; raises nothing."""
        ...

    def carried_out(self, item: Item) -> None:
        """A chosen line was carried out or refused: its tick must show the truth again."""
        ...


class Presenter:
    """Between the daemon and a screen. Every method may be called from any thread.

    Args:
        daemon: what is shown and steered.
        open_page: opens the page in the user's browser; may take its time.
        language: of the texts.
    """

    def __init__(self, daemon: Daemon, open_page: Callable[[], None], language: Language) -> None:
        self._daemon = daemon
        self._open_page = open_page
        self._language = language
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._visible = False
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._screen: Screen | None = None
        self._showing = threading.Lock()
        self._shown: tuple[Screen, View] | None = None
        self._starting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._unsubscribe: Callable[[], None] = lambda: None

    def view(self) -> View:
        """What to show now, without the progress of a dwell."""
        return view_of(self._daemon.state(), None, self._language)

    def start(self, screen: Screen) -> None:
        """Shows the state and every change of it on `screen` from now on; harmless twice."""
        self._screen = screen
        self._visible = True
        self._changed.set()
        with self._starting:
            if self._threads or self._closed.is_set():
                return
            self._unsubscribe = self._daemon.subscribe(self._changed.set)
            for name, run in (("tray state", self._follow), ("tray orders", self._serve)):
                thread = threading.Thread(target=run, name=name, daemon=True)
                thread.start()
                self._threads.append(thread)

    def hidden(self, screen: Screen) -> None:
        """Tells that nobody can see `screen` now: the dwell is not followed meanwhile."""
        if screen is self._screen:
            self._visible = False

    def choose(self, item: Item) -> None:
        """Carries out what a line of the menu says; returns at once."""
        if item.opens:
            self.open_page()
        elif item.command is not None:
            command = item.command
            self._orders.put(lambda: self._carry_out(command, item))

    def open_page(self) -> None:
        """Opens the page; returns at once."""
        self._orders.put(self._open_page)

    def toggle_pause(self) -> None:
        """Pauses, or ends a pause or a freeze; returns at once."""
        self._orders.put(lambda: self._carry_out(pause_toggle(self._daemon.state()), None))

    def stop(self) -> None:
        """Ends following and serving; harmless twice."""
        with self._starting:
            self._closed.set()
            self._unsubscribe()
            self._unsubscribe = lambda: None
        self._changed.set()
        self._orders.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(STOP_S)

    def _follow(self) -> None:
        try:
            self._show_changes()
        except Exception:
            # The tray is a convenience: whatever is wrong here must not end the pictures.
            logger.exception("the tray cannot show the state")

    def _show_changes(self) -> None:
        state = self._daemon.state()
        while not self._closed.is_set():
            polls = self._visible and has_progress(state)
            if self._changed.wait(METERS_PERIOD_S if polls else None):
                self._changed.clear()
                state = self._daemon.state()
            screen = self._screen
            if screen is None or self._closed.is_set():
                continue
            meters = self._daemon.meters() if polls else None
            if self._show(screen, view_of(state, meters, self._language)):
                self._closed.wait(CHANGE_PERIOD_S)

    def _show(self, screen: Screen, view: View) -> bool:
        """Shows `view`, unless it is what `screen` shows; whether that was needed."""
        with self._showing:
            if self._shown == (screen, view):
                return False
            self._shown = screen, view
            screen.show(view)
            return True

    def _serve(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                order()
            except VcamError as error:
                self._tell(str(error))
            except Exception as error:
                logger.exception("what was chosen in the tray failed")
                self._tell(str(error))

    def _carry_out(self, command: Command, item: Item | None) -> None:
        try:
            outcome = self._daemon.run(command)
        finally:
            screen = self._screen
            if item is not None and screen is not None:
                # First, or an old tick would be confirmed.
                self._show(screen, self.view())
                screen.carried_out(item)
        if isinstance(command, TakeSnapshot) and self._screen is not None:
            # The other commands can be seen in the menu or in the picture.
            self._screen.notify(outcome.message)

    def _tell(self, message: str) -> None:
        logger.warning("Tray: %s", message)
        if self._screen is not None:
            self._screen.notify(message)
