"""A browser that opens the camera in a page, and reports to the test what it sees."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np

PAGE = Path(__file__).with_name("watch.html")
PATIENCE_S = 60


class Watcher:
    """Serves the page, and keeps what it reports.

    The page waits before it opens the camera until the test says `allow("open")`, and watches
    until `allow("stop")`.
    """

    def __init__(self) -> None:
        self._reports: dict[str, list[Any]] = {}
        self._allowed: set[str] = set()
        self._news = threading.Condition()
        self.has_crashed: Callable[[], bool] = lambda: False
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/wait/"):
                    watcher._wait_allowed(self.path.rsplit("/", 1)[1])
                    self._answer(b"go", "text/plain")
                else:
                    self._answer(PAGE.read_bytes(), "text/html")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                watcher._note(self.path.rsplit("/", 1)[1], json.loads(body))
                self._answer(b"", "text/plain")

            def _answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def allow(self, step: str) -> None:
        """Lets the page go on."""
        with self._news:
            self._allowed.add(step)
            self._news.notify_all()

    def report(self, step: str) -> Any:
        """The page's first report of a step, as soon as it is there."""
        return self.reports(step, 1)[0]

    def reports(self, step: str, count: int) -> list[Any]:
        """All reports of a step, as soon as there are so many."""
        give_up_at = time.monotonic() + PATIENCE_S
        with self._news:
            while (
                len(self._reports.get(step, ())) < count
                and "failed" not in self._reports
                and time.monotonic() < give_up_at
                and not self.has_crashed()
            ):
                self._news.wait(0.5)
            found = list(self._reports.get(step, ()))
        assert len(found) >= count, f"no {step!r} but {self._reports.get('failed')}"
        return found

    def picture(self, number: int) -> np.ndarray:
        """What the page saw at its so-manieth look: uint8 (H, W, 3) BGR."""
        return picture_of(self.reports("seen", number + 1)[number])

    def close(self) -> None:
        """Ends the server."""
        for step in ("open", "stop"):
            self.allow(step)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _wait_allowed(self, step: str) -> None:
        with self._news:
            self._news.wait_for(lambda: step in self._allowed)

    def _note(self, step: str, data: Any) -> None:
        with self._news:
            self._reports.setdefault(step, []).append(data)
            self._news.notify_all()


def picture_of(report: Any) -> np.ndarray:
    """The picture in a report of `seen`."""
    data = base64.b64decode(report["picture"].split(",", 1)[1])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def chromium(url: str, profile: Path) -> list[str]:
    """Command that opens the page in Chromium without a window, the camera granted."""
    return [
        "chromium",
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        "--enable-features=WebRtcPipeWireCamera",
        f"--user-data-dir={profile}",
        url,
    ]


def firefox(url: str, profile: Path) -> list[str]:
    """Command that opens the page in Firefox without a window, the camera granted."""
    profile.mkdir()
    wanted = {
        "media.webrtc.camera.allow-pipewire": True,
        "media.navigator.permission.disabled": True,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.normandy.enabled": False,
        "media.autoplay.default": 0,
    }
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items())
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    return ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile), url]
