"""The control server: a thread of its own that serves the page and the API until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from vcam.control.contracts import Daemon
from vcam.control.instance import runtime_dir
from vcam.control.server.access import Access
from vcam.control.server.listening import listen, own_hosts
from vcam.control.server.runtime import ControlFile
from vcam.core.clock import Clock, MonotonicClock
from vcam.settings.schema import PageSettings

if TYPE_CHECKING:
    from vcam.control.server.serving import Server

logger = logging.getLogger(__name__)

STOP_S = 0.5


class ControlServer:
    """Serves the daemon to this machine.

    `start` returns when the port listens and `control.json` stands; FastAPI and uvicorn are loaded
    on the server's thread after that, and who comes earlier waits that long for an answer.

    Args:
        daemon: who does what is asked.
        settings: host and port.
        runtime: folder of `control.json`; None for the user's own.
        clock: when links end.
    """

    def __init__(
        self,
        daemon: Daemon,
        settings: PageSettings,
        runtime: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._daemon = daemon
        self._settings = settings
        self._access = Access(clock or MonotonicClock())
        self._file = ControlFile(runtime or runtime_dir())
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopping = False
        self._running: tuple[asyncio.AbstractEventLoop, Server] | None = None
        self._ready = threading.Event()
        self._url = ""

    @property
    def url(self) -> str:
        """Address of the page, such as `http://127.0.0.1:8765`; empty before `start`."""
        return self._url

    @property
    def token(self) -> str:
        """What programs send as `Authorization: Bearer …`."""
        return self._access.token

    def link(self) -> str:
        """A fresh link that opens the page in one browser, once, within 15 minutes. Any thread."""
        return f"{self._url}/open?code={self._access.new_code()}"

    def start(self) -> None:
        """Listens.

        Raises:
            OutputError: no port is to be had, or the runtime folder is not the user's own.
        """
        listening = listen(self._settings.host, self._settings.port)
        port = listening.getsockname()[1]
        host = self._settings.host
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        try:
            self._file.write(url, self._access.token)
        except BaseException:
            listening.close()
            raise
        self._socket, self._url = listening, url
        self._thread = threading.Thread(
            target=self._serve, args=(listening, port), name="page server", daemon=True
        )
        self._thread.start()

    def wait_ready(self, timeout_s: float) -> bool:
        """Waits until requests are answered; for measuring, nothing else needs it."""
        return self._ready.wait(timeout_s)

    def stop(self) -> None:
        """Ends streams and sockets, frees the port, removes `control.json`; harmless twice."""
        self._file.remove()
        with self._lock:
            self._stopping = True
            running = self._running
        if running is not None:
            loop, server = running
            try:
                loop.call_soon_threadsafe(server.ask_to_stop)
            except RuntimeError:
                logger.debug("the page's server had ended by itself")
        if self._thread is not None:
            self._thread.join(STOP_S)
        if self._socket is not None:
            self._socket.close()

    def _serve(self, listening: socket.socket, port: int) -> None:
        try:
            asyncio.run(self._main(listening, port))
        except Exception:
            logger.exception("the page's server has ended")
            # Who connects now is refused at once, and clients see that the page is off.
            self._file.remove()
            listening.close()

    async def _main(self, listening: socket.socket, port: int) -> None:
        # Only now: loading them takes a good part of a second.
        from vcam.control.server.application import Application
        from vcam.control.server.serving import Server, quiet_logs

        quiet_logs()
        application = Application(self._daemon, self._access, own_hosts(port), self.link)
        server = Server(application.asgi, application.stop)
        with self._lock:
            if self._stopping:
                return
            self._running = asyncio.get_running_loop(), server
        asyncio.get_running_loop().call_soon(self._ready.set)
        await server.serve(sockets=[listening])
