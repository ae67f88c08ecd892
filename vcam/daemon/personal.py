"""What vcam has learnt of its user, put together: who works by it asks here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from vcam.core.observation import Hand
from vcam.daemon.learnt import LearntHands
from vcam.daemon.personal_thresholds import PersonalThresholds
from vcam.daemon.private_file import PrivateFile, personal_folder
from vcam.daemon.taught import TAUGHT_FILE, TaughtPoses
from vcam.daemon.thresholds import card_thresholds, model_sha256
from vcam.poses.classifier import HandDescription
from vcam.poses.negatives import LearntHand
from vcam.poses.verifier import PoseVerifier
from vcam.settings.schema import PersonalSettings

HANDS_FILE = "hands.jsonl"
THRESHOLDS_FILE = "thresholds.json"
HISTORY_FILE = "starts.jsonl"


class Personal:
    """Everything that is learnt. Any thread.

    Attributes:
        learnt: hands of judged starts.
        thresholds: what calibration has found.
        taught: poses that were taught, and what is live of them.
        history_file: where the history goes, if the user wants it kept.

    Args:
        settings: what of it is used.
        folder: where it lies; None takes the user's own.
    """

    def __init__(self, settings: PersonalSettings, folder: Path | None = None) -> None:
        place = folder or personal_folder()
        self.learnt = LearntHands(PrivateFile(place / HANDS_FILE))
        self.thresholds = PersonalThresholds(PrivateFile(place / THRESHOLDS_FILE), model_sha256())
        self.taught = TaughtPoses(PrivateFile(place / TAUGHT_FILE))
        self.history_file = PrivateFile(place / HISTORY_FILE)
        self._settings = settings

    def apply(self, settings: PersonalSettings) -> None:
        """Takes other settings over."""
        self._settings = settings

    @property
    def learns(self) -> bool:
        """Whether starts that are called wrong leave their hands."""
        return self._settings.learn_from_mistakes

    def card(self) -> Mapping[str, float]:
        """`enter` of each pose as the model's card has it."""
        return card_thresholds()

    def enters(self, settings: PersonalSettings | None = None) -> Mapping[str, float]:
        """`enter` of each pose, for where the user's settings say nothing.

        Args:
            settings: to go by; None takes those in force.
        """
        return {**self.card(), **self.taught.enter, **self.calibrated(settings)}

    def calibrated(self, settings: PersonalSettings | None = None) -> Mapping[str, float]:
        """Those of them that calibration has found; none where they are not to be used."""
        return self.thresholds.enter if (settings or self._settings).calibrated else {}

    def verifier(self, describe: Callable[[Hand], HandDescription]) -> PoseVerifier:
        """A second stage over this pose head, for one thread."""
        return PoseVerifier(describe, self._judged)

    def save(self) -> None:
        """Writes what is not written yet."""
        self.learnt.save_quietly()

    def _judged(self) -> tuple[LearntHand, ...]:
        return self.learnt.hands() if self._settings.learn_from_mistakes else ()
