"""The tray on a real desktop, steered by the mouse: with a fake daemon, and with the real one.

`VCAM_TRAY_PICTURE=FILE.png` keeps a picture of the open menu of the real daemon.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import vcam
from vcam.control.commands import COMMANDS
from vcam.control.state import State
from vcam.control.tray import start_tray
from vcam.control.tray.menu import menu_of
from vcam.testing.daemon import FakeDaemon
from vcam.vision.weights import is_complete

from .desktops import PATIENCE_S, Desktop, need, wait_until
from .pages import chromium

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and D-Bus")

LIVE, PAUSED = (0x0D, 0x7C, 0x7F), (0x5B, 0x62, 0xB8)
SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.fixture
def desktop():
    need()
    # pytest's own folders have names that are too long for a socket.
    with tempfile.TemporaryDirectory(prefix="vcam", ignore_cleanup_errors=True) as folder:
        made = Desktop(Path(folder))
        yield made
        made.close()


class Fake:
    """A fake daemon and a tray in this process."""

    def __init__(self, desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
            monkeypatch.setenv(name, desktop.environment[name])
        self.daemon = FakeDaemon()
        self._opened: list[str] = []
        self._tray = start_tray(self.daemon, lambda: self._opened.append("page"), "en")

    def state(self) -> State:
        return self.daemon.state()

    def run(self, *words: str) -> None:
        self.daemon.run(COMMANDS.validate_python({"do": words[0], "name": words[2], "on": False}))

    def opened(self) -> bool:
        return bool(self._opened)

    def stop(self) -> None:
        assert self._tray is not None
        self._tray.stop()


class Real:
    """`vcam run` on the demo clip as a process, asked by `vcam status`."""

    def __init__(
        self, desktop: Desktop, folder: Path, python: str = sys.executable, **environment: str
    ) -> None:
        browser = folder / "browser"
        self._link = folder / "link"
        browser.write_text(f'#!/bin/sh\necho "$1" > {self._link}\n')
        browser.chmod(0o755)
        config = folder / "config.yaml"
        config.write_text(
            "# mine\n"
            "camera: {when: always}\n"
            "outputs: {virtual_camera: {enabled: false}, pipewire: {enabled: false}}\n"
            "control: {language: en, page: {port: 0}}\n"
            "profiles: {work: {packs: [badges]}}\n"
            "log_level: debug\n"
        )
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        told = {
            "VCAM_CONFIG": str(config),
            "VCAM_RUNTIME_DIR": str(runtime),
            "BROWSER": str(browser),
            **environment,
        }
        weights = os.environ.get("VCAM_WEIGHTS_DIR") or str(_weights_dir())
        desktop.environment |= {**told, "VCAM_WEIGHTS_DIR": weights}
        self._environment = desktop.environment
        self._python = python
        self._desktop = desktop
        self._process = desktop.start(python, "-m", "vcam", "run", "--source", "demo")
        wait_until((runtime / "control.json").exists, "vcam's page")

    def state(self) -> State:
        return State.model_validate_json(json.dumps(self._vcam("status")))

    def run(self, *words: str) -> None:
        self._vcam(*words)

    def opened(self) -> bool:
        return self._link.exists() and "/open?code=" in self._link.read_text()

    def link(self) -> str:
        told = self._vcam("open", "--print")
        assert isinstance(told, dict)
        return str(told["url"])

    def stop(self) -> None:
        self._vcam("stop")
        assert self._process.wait(PATIENCE_S) == 0

    def _vcam(self, *words: str) -> object:
        told = subprocess.run(
            [self._python, "-m", "vcam", *words, "--json"],
            env=self._environment,
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        ).stdout
        return json.loads(told)


def _weights_dir() -> Path:
    from vcam.vision.weights import weights_dir

    return weights_dir()


@pytest.fixture(params=["fake", "real"])
def steered(request, desktop, tmp_path, monkeypatch):
    need("xfce4-panel")
    if request.param == "real" and not is_complete():
        pytest.skip("no weights; run: vcam weights pull")
    if os.environ.get("VCAM_TRAY_PICTURE"):
        desktop.start("display", "-window", "root", "xc:#3d6470")
    desktop.start_panel()
    made = Fake(desktop, monkeypatch) if request.param == "fake" else Real(desktop, tmp_path)
    yield made
    made.stop()


def open_menu(desktop: Desktop, icon: tuple[int, int]) -> tuple[int, int, int, int]:
    """Opens the menu by the mouse; gives where it is, once it stays there."""
    desktop.click(*icon, button=3)

    def settled():
        before = desktop.popups()
        return before if before and before == desktop.popups() and before[0][1] > 0 else None

    return wait_until(settled, "the menu")[0]


def row_of(desktop: Desktop, popup: tuple[int, int, int, int], state: State, key: str):
    """Where to click for a line of the menu."""
    keys = [item.key for item in menu_of(state, "en") if item.kind != "separator"]

    def complete():
        rows = desktop.menu_rows(popup)
        return rows if len(rows) == len(keys) else None

    return wait_until(complete, f"a menu of {len(keys)} lines")[keys.index(key)]


def look_of_row(desktop: Desktop, popup: tuple[int, int, int, int], row: tuple[int, int]):
    """The pixels of one line of the menu, with its tick."""
    left, _top, width, _height = popup
    return np.asarray(desktop.screen().crop((left, row[1] - 9, left + width, row[1] + 9)))


def has_pack(steered, name: str) -> bool:
    return any(pack.name == name and pack.on for pack in steered.state().packs)


def test_pack_is_toggled_by_the_mouse_and_every_menu_shows_the_truth(desktop, steered, request):
    icon = wait_until(lambda: desktop.find(LIVE), "the icon")
    popup = open_menu(desktop, icon)
    row = row_of(desktop, popup, steered.state(), "pack party")
    keep_picture(desktop, popup, steered)
    off = look_of_row(desktop, popup, row)
    assert not has_pack(steered, "party")
    desktop.click(*row)
    wait_until(lambda: has_pack(steered, "party"), "the pack to be on")

    popup = open_menu(desktop, icon)
    row = row_of(desktop, popup, steered.state(), "pack party")
    assert not np.array_equal(look_of_row(desktop, popup, row), off)
    # Now somebody else changes it, while the menu is open.
    steered.run("pack", "off", "party")
    wait_until(lambda: np.array_equal(look_of_row(desktop, popup, row), off), "the tick to go away")
    desktop.do("key", "Escape")


def keep_picture(desktop: Desktop, popup: tuple[int, int, int, int], steered) -> None:
    target = os.environ.get("VCAM_TRAY_PICTURE")
    if target and isinstance(steered, Real):
        left, top, _width, _height = popup
        desktop.screen().crop((left - 90, top - 40, 800, 600)).save(target)


def test_primary_click_opens_the_page_and_middle_click_pauses(desktop, steered):
    icon = wait_until(lambda: desktop.find(LIVE), "the icon")
    desktop.click(*icon)
    wait_until(steered.opened, "the page")
    desktop.click(*icon, button=2)
    wait_until(lambda: steered.state().mode == "paused", "the pause")
    wait_until(lambda: desktop.find(PAUSED), "the icon of the pause")
    desktop.click(*icon, button=2)
    wait_until(lambda: steered.state().mode == "live", "the end of the pause")
    wait_until(lambda: desktop.find(LIVE), "the icon")


def test_pack_switched_off_in_the_tray_is_off_on_the_page(desktop, tmp_path):
    need("xfce4-panel")
    if not is_complete():
        pytest.skip("no weights; run: vcam weights pull")
    with chromium() as browser:
        desktop.start_panel()
        steered = Real(desktop, tmp_path)
        try:
            icon = wait_until(lambda: desktop.find(LIVE), "the icon")
            page = browser.new_page(locale="en-GB")
            page.goto(steered.link(), wait_until="domcontentloaded")
            page.get_by_role("tab", name="Packs").click()
            glasses = page.get_by_role("switch", name="Pack Selfie glasses")
            expect(glasses).to_be_checked()
            popup = open_menu(desktop, icon)
            desktop.click(*row_of(desktop, popup, steered.state(), "pack selfie-glasses"))
            expect(glasses).not_to_be_checked()
            assert not has_pack(steered, "selfie-glasses")
        finally:
            steered.stop()


def test_panel_that_is_started_again_gets_the_icon_again(desktop, monkeypatch):
    need("xfce4-panel")
    steered = Fake(desktop, monkeypatch)
    try:
        for _ in range(2):
            panel = desktop.start_panel()
            wait_until(lambda: desktop.find(LIVE), "the icon")
            desktop.end(panel)
            wait_until(lambda: not desktop.find(LIVE), "the panel's end")
    finally:
        steered.stop()


@pytest.mark.parametrize("backend", ["gtk", "appindicator"])
def test_pystray_with_gtk_where_only_an_older_kind_of_tray_is(desktop, tmp_path, backend):
    need("trayer")
    if not is_complete():
        pytest.skip("no weights; run: vcam weights pull")
    packages = _packages_for_system_python(backend)
    trayer = "--edge bottom --align right --widthtype pixel --width 200 --heighttype pixel"
    desktop.start("trayer", *trayer.split(), "--height", "32", "--expand", "true")
    steered = Real(desktop, tmp_path, SYSTEM_PYTHON, PYTHONPATH=packages, PYSTRAY_BACKEND=backend)
    try:
        icon = wait_until(lambda: desktop.find(LIVE), "the icon")
        popup = open_menu(desktop, icon)
        desktop.click(*row_of(desktop, popup, steered.state(), "pack party"))
        wait_until(lambda: has_pack(steered, "party"), "the pack to be on")
        if backend == "gtk":
            desktop.click(*icon)
            wait_until(steered.opened, "the page")
    finally:
        steered.stop()


def _packages_for_system_python(backend: str) -> str:
    """A PYTHONPATH with which the system's Python, which has GTK, can run this vcam."""
    if shutil.which(SYSTEM_PYTHON) is None:
        pytest.skip(f"needs {SYSTEM_PYTHON}")
    spec = importlib.util.find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    own = Path(spec.origin).parents[1]
    path = os.pathsep.join((str(Path(vcam.__file__).parents[1]), str(own)))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    library = "AyatanaAppIndicator3" if backend == "appindicator" else "Gtk"
    number = "0.1" if backend == "appindicator" else "3.0"
    check = (
        "import sys, gi, numpy, pystray._base\n"
        f"gi.require_version({library!r}, {number!r})\n"
        f"assert '%d.%d' % sys.version_info[:2] == {version!r}, 'another version of Python'"
    )
    told = subprocess.run(
        [SYSTEM_PYTHON, "-c", check],
        env={**os.environ, "PYTHONPATH": path, "PYSTRAY_BACKEND": "dummy"},
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if told.returncode != 0:
        pytest.skip(f"{SYSTEM_PYTHON} cannot: {told.stderr.strip().splitlines()[-1]}")
    return path
