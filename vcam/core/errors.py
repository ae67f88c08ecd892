"""Errors that a person can mend: what is wrong, where, and what to do about it."""

from __future__ import annotations


class VcamError(Exception):
    """An expected failure, told in one line.

    Args:
        message: what is wrong and where, without a full stop.
        fix: what the user can do about it; may be empty.
    """

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}: {self.fix}" if self.fix else self.message


class SettingsError(VcamError):
    """A settings file that cannot be used."""


class SourceError(VcamError):
    """A source that cannot be opened, or that stopped giving frames."""


class SourceEnded(SourceError):
    """A source that is finite and has given its last frame; reopening starts it again."""


class OutputError(VcamError):
    """An output that cannot be opened or did not take a frame."""


class OutputMissing(OutputError):
    """An output whose driver or service this machine does not have; another may do its work."""


class WeightsError(VcamError):
    """Network weights that are missing, wrong, or cannot be fetched."""


class PackError(VcamError):
    """A sticker pack that cannot be used."""


class PackTaken(PackError):
    """A pack of that name is installed already."""


class ModelError(VcamError):
    """A trained model or its card that cannot be used."""


class TooManyWatchers(VcamError):
    """No more watchers of the preview are let in."""

    def __init__(self) -> None:
        super().__init__("Too many watch the preview already", "close other pages of vcam")
