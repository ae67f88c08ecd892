"""What several files of the end-to-end tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from vcam.outputs.pipewire import PipeWireOutput
from vcam.settings.schema import PipeWireSettings

from .pages import Open, Opened, chromium, opened
from .pipewire_session.pictures import FORMAT, picture
from .pipewire_session.reading import Feeder, GStreamerReader
from .pipewire_session.session import PipeWireSession
from .processes import Daemon


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page_of(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Open:
    """Opens the page on a panel: the one asked for, or the file's own PANEL."""
    own = getattr(request.module, "PANEL", "")

    def make(panel: str = own, **context: Any) -> AbstractContextManager[Opened]:
        return opened(browser, tmp_path, panel, **context)

    return make


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a `vcam` of one's own runs in, with settings that are empty."""
    config = tmp_path / "config.yaml"
    config.write_text("")
    return {
        **os.environ,
        "VCAM_RUNTIME_DIR": str(tmp_path / "runtime"),
        "VCAM_CONFIG": str(config),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., Daemon]]:
    """Starts `vcam` with these arguments; what still runs at the end is killed."""
    daemons: list[Daemon] = []

    def run(*arguments: str, session: bool = False) -> Daemon:
        daemons.append(Daemon(arguments, environment, session))
        return daemons[-1]

    yield run
    for daemon in daemons:
        daemon.end()


@pytest.fixture(scope="module")
def pipewire() -> Iterator[PipeWireSession]:
    """PipeWire and its session manager, apart from what runs on this machine."""
    session = PipeWireSession()
    yield session
    session.close()


@pytest.fixture
def session(pipewire, monkeypatch):
    for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(key, pipewire.environment[key])
    monkeypatch.delenv("PIPEWIRE_REMOTE", raising=False)
    monkeypatch.delenv("PIPEWIRE_RUNTIME_DIR", raising=False)
    return pipewire


@pytest.fixture
def output(session):
    output = PipeWireOutput(PipeWireSettings())
    output.open(FORMAT)
    yield output
    output.close()


@pytest.fixture
def feeder(output):
    feeder = Feeder(output.send, picture())
    yield feeder
    feeder.end()


@pytest.fixture
def read(session):
    readers = []

    def start(*arguments, **keywords):
        readers.append(GStreamerReader(session, *(arguments or (FORMAT,)), **keywords))
        return readers[-1]

    yield start
    for reader in readers:
        if reader.process.poll() is None:
            reader.process.send_signal(signal.SIGCONT)
        reader.end()
