"""An entry in the desktop's autostart folder (XDG), where there is no systemd."""

from __future__ import annotations

from pathlib import Path

from vcam.autostart.entry import Launch, Standing, remove, says, write

ENTRY = "vcam.desktop"

TEMPLATE = """\
[Desktop Entry]
Type=Application
Version=1.5
Name=vcam
Comment=A virtual camera that answers hand poses
Icon=camera-web
Exec={command}
Terminal=false
"""

_RESERVED = set(" \t\n\"'\\><~|&;$*?#()`")


def entry_text(launch: Launch) -> str:
    """The desktop entry; variables are set by `env`, for which the format has no key."""
    words = list(launch.command)
    if launch.environment:
        settings = [f"{name}={value}" for name, value in sorted(launch.environment.items())]
        words = ["env", *settings, *words]
    return TEMPLATE.format(command=" ".join(map(_quoted, words)))


def _quoted(word: str) -> str:
    """A word of `Exec`: quoted where it must be, then escaped once more as any string value."""
    plain = word.replace("%", "%%")
    if not _RESERVED & set(plain):
        return plain
    for character in '\\"`$':
        plain = plain.replace(character, "\\" + character)
    return '"' + plain.replace("\\", "\\\\") + '"'


class DesktopAutostart:
    """Writes the entry.

    Args:
        launch: what is started.
        folder: such as `~/.config/autostart`.
    """

    def __init__(self, launch: Launch, folder: Path) -> None:
        self._text = entry_text(launch)
        self._entry = folder / ENTRY

    def turn_on(self) -> tuple[str, ...]:
        """Writes the entry.

        Raises:
            VcamError: it cannot be written.
        """
        if not write(self._entry, self._text):
            return ()
        return (f"wrote {self._entry}", "vcam starts at the next login")

    def turn_off(self) -> tuple[str, ...]:
        """Removes the entry.

        Raises:
            VcamError: it cannot be removed.
        """
        return (f"removed {self._entry}",) if remove(self._entry) else ()

    def standing(self) -> Standing:
        """Whether the entry is there, and whether it is the one we would write."""
        on = self._entry.exists()
        note = ""
        if on and not says(self._entry, self._text):
            note = "it starts another vcam, or was changed; vcam autostart on writes it anew"
        return Standing(on, str(self._entry), note)
