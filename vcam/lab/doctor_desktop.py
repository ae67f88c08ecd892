"""The doctor's look at the Linux desktop: PipeWire, the portal, browsers, and the tray."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vcam.lab.checks import Check, ok, warn
from vcam.lab.probing import BusNames, Command, bus_names, run_command
from vcam.outputs.pipewire.library import INSTALL, OLDEST, library_version, parse_version
from vcam.settings.schema import PipeWireSettings, TraySettings

PORTAL = "org.freedesktop.portal.Desktop"
TRAY_HOST = "org.kde.StatusNotifierWatcher"

CHROMIUMS = {
    "chromium": "chromium",
    "chromium-browser": "chromium",
    "google-chrome": "google-chrome",
    "google-chrome-stable": "google-chrome",
    "brave-browser": "BraveSoftware/Brave-Browser",
    "microsoft-edge": "microsoft-edge",
    "vivaldi": "vivaldi",
}
"""Commands of browsers that are built on Chromium, and the folders of their settings."""

CHROMIUM_LAB = "enable-webrtc-pipewire-camera@1"
CHROMIUM_FLAG = (
    "open chrome://flags/#enable-webrtc-pipewire-camera in {name}, choose Enabled, and restart it"
)
FIREFOX_SWITCH = re.compile(
    r'^user_pref\("media\.webrtc\.camera\.allow-pipewire",\s*(true|false)\)', re.MULTILINE
)
FIREFOX_FLAG = "open about:config in Firefox, and set media.webrtc.camera.allow-pipewire to {to}"
SESSION_METADATA = 'metadata.name = "default"'
"""What every session manager of PipeWire publishes and the daemon alone does not."""

START_MANAGER = "systemctl --user start wireplumber (package wireplumber)"
GNOME_TRAY = "install the extension AppIndicator and KStatusNotifierItem Support"


def _environment() -> Mapping[str, str]:
    return dict(os.environ)


@dataclass(frozen=True)
class DesktopProbe:
    """Looks at the desktop; its parts are replaced in tests.

    Attributes:
        environment: as `os.environ`.
        home: the user's folder.
        which: finds a command.
        names: asks the session bus.
        library: version of PipeWire's library.
        run: runs a command.
    """

    environment: Mapping[str, str] = field(default_factory=_environment)
    home: Path = field(default_factory=Path.home)
    which: Callable[[str], str | None] = shutil.which
    names: BusNames = bus_names
    library: Callable[[], str | None] = library_version
    run: Command = run_command

    def check_pipewire(self, settings: PipeWireSettings) -> Check:
        """Whether a PipeWire camera can be published and be found by browsers."""
        name = "PipeWire"
        if not settings.enabled:
            return ok(name, "switched off")
        version = self.library()
        if version is None:
            return warn(name, "its library is not installed, so there is no such camera", INSTALL)
        if parse_version(version) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            return warn(name, f"{version} is too old: {oldest} is needed", INSTALL)
        if not self._pipewire_answers():
            fix = "systemctl --user start pipewire wireplumber"
            return warn(name, f"{version} is installed, but not running", fix)
        told = self.run(["pw-cli", "ls", "Metadata"])
        if told is not None and SESSION_METADATA not in told:
            what = f"{version} runs without a session manager, so no program gets pictures"
            return warn(name, what, START_MANAGER)
        names = self.names()
        if names is None or PORTAL not in names:
            return warn(
                name,
                f"{version} runs, but browsers reach cameras through xdg-desktop-portal, which is "
                "not there",
                "install xdg-desktop-portal and the backend of your desktop, such as "
                "xdg-desktop-portal-gtk",
            )
        return ok(name, f"{version}, with the portal")

    def check_browsers(self, has_pipewire: bool, has_loopback: bool) -> Check:
        """Whether the browsers that are installed can see our camera.

        Args:
            has_pipewire: there is our camera in PipeWire.
            has_loopback: there is our v4l2loopback device, which all see without a flag, except
                Firefox once its switch for PipeWire is on.
        """
        name = "browsers"
        chromiums = [command for command in CHROMIUMS if self.which(command)]
        firefox = next((c for c in ("firefox", "firefox-esr") if self.which(c)), None)
        installed = [*chromiums, *([firefox] if firefox else [])]
        if not installed:
            return ok(name, "none is installed that vcam knows")
        there = ", ".join(installed)
        if not has_pipewire and not has_loopback:
            fix = "mend the virtual camera or PipeWire as said above"
            return warn(name, f"{there}: no camera of ours is there to be seen", fix)
        if has_loopback:
            if firefox and not has_pipewire and self._firefox_switch() is True:
                return warn(
                    name,
                    "Firefox looks for cameras in PipeWire alone, and ours is not there",
                    FIREFOX_FLAG.format(to="false"),
                )
            return ok(name, f"{there}: all see the v4l2loopback device")
        fixes = [
            CHROMIUM_FLAG.format(name=command)
            for command in chromiums
            if not self._has_chromium_flag(command)
        ]
        if firefox and self._firefox_switch() is not True:
            fixes.append(FIREFOX_FLAG.format(to="true"))
        if fixes:
            return warn(name, f"{there}: not all look for cameras in PipeWire", "; ".join(fixes))
        return ok(name, f"{there}: all look for cameras in PipeWire")

    def check_tray(self, settings: TraySettings) -> Check:
        """Whether the desktop has a tray for our icon."""
        name = "tray"
        if not settings.enabled:
            return ok(name, "switched off")
        if not (self.environment.get("DISPLAY") or self.environment.get("WAYLAND_DISPLAY")):
            return ok(name, "there is no desktop here")
        names = self.names()
        if names is None:
            fix = "start vcam from the desktop's own session"
            return warn(name, "there is no session bus, so no icon will show", fix)
        if TRAY_HOST in names:
            return ok(name, "the desktop shows icons")
        gnome = "gnome" in self.environment.get("XDG_CURRENT_DESKTOP", "").casefold()
        fix = GNOME_TRAY if gnome else "add a tray (status notifier) to the panel"
        return warn(name, "the desktop has no tray; the page and the commands do the same", fix)

    def _pipewire_answers(self) -> bool:
        folder = self.environment.get("PIPEWIRE_RUNTIME_DIR") or self.environment.get(
            "XDG_RUNTIME_DIR"
        )
        if not folder:
            return False
        # Connecting, since the socket's file outlives a daemon that was killed.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(0.5)
            try:
                probe.connect(
                    str(Path(folder) / self.environment.get("PIPEWIRE_REMOTE", "pipewire-0"))
                )
            except OSError:
                return False
        return True

    def _has_chromium_flag(self, command: str) -> bool:
        try:
            state = json.loads(
                (self.home / ".config" / CHROMIUMS[command] / "Local State").read_text()
            )
            return CHROMIUM_LAB in state["browser"]["enabled_labs_experiments"]
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _firefox_switch(self) -> bool | None:
        """What the profiles of Firefox say; None when they say nothing or different things."""
        said = set()
        for prefs in (self.home / ".mozilla" / "firefox").glob("*/prefs.js"):
            try:
                match = FIREFOX_SWITCH.search(prefs.read_text(errors="replace"))
            except OSError:
                continue
            said.add(match[1] == "true" if match else None)
        return said.pop() if len(said) == 1 else None
