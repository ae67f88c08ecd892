"""The taught poses that are recognised now, and the samples that they are learnt from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from vcam.core.errors import VcamError
from vcam.core.observation import NONE_POSE, PoseReading
from vcam.daemon.private_file import PersonalError, PrivateFile, personal_folder
from vcam.poses.classifier import HandDescription
from vcam.poses.taught.model import TaughtModel
from vcam.poses.taught.samples import (
    MAX_BYTES,
    MOST_POSES,
    NAME,
    DamagedSamples,
    Sample,
    Samples,
    from_bytes,
    to_bytes,
)
from vcam.poses.vocabulary import GESTURES

TAUGHT_FILE = "poses.json"
"""In the folder of what is learnt of the user."""


class TaughtPoses:
    """What is live, and the samples, held in memory and kept in a file. Any thread.

    Attributes:
        file: where the samples are kept.
        model: what is recognised now; None for nothing. Replaced as a whole.

    Args:
        file: where the samples are kept.
    """

    def __init__(self, file: PrivateFile) -> None:
        self.file = file
        self.model: TaughtModel | None = None
        self._lock = threading.RLock()
        self._samples: Samples | None = None
        self._unsaved = False

    @property
    def gestures(self) -> tuple[str, ...]:
        """The poses that are live."""
        model = self.model
        return model.poses if model is not None else ()

    @property
    def enter(self) -> Mapping[str, float]:
        """Score from which each of them counts, unless the settings say otherwise."""
        model = self.model
        return model.enter if model is not None else {}

    def with_taught(self, description: HandDescription, reading: PoseReading) -> PoseReading:
        """A reading with the scores of the taught poses.

        Args:
            description: of the hand.
            reading: its reading, perhaps judged by others meanwhile.
        """
        model = self.model
        return reading if model is None else replace(reading, taught=model.read(description))

    @property
    def samples(self) -> Samples:
        """All samples; the first call reads them."""
        samples = self._samples
        if samples is None:
            with self._lock:
                if self._samples is None:
                    self._samples = self.file.read(from_bytes, Samples())
                samples = self._samples
        return samples

    def add(self, pose: str, samples: Sequence[Sample]) -> None:
        """Notes more samples of a pose, in memory; `save` writes them."""
        with self._lock:
            self._samples = self.samples.add(pose, samples)
            self._unsaved = True

    def next_id(self) -> int:
        """A number that no sample and no take has had."""
        with self._lock:
            samples = self.samples
            self._samples = replace(samples, next_id=samples.next_id + 1)
            return samples.next_id

    def change(self, change: Callable[[Samples], Samples]) -> None:
        """Changes the samples, on disk too.

        Raises:
            PersonalError: they cannot be written; nothing has changed.
        """
        with self._lock:
            old = self.samples
            self._write(change(old))

    def save(self) -> None:
        """Writes what `add` has noted.

        Raises:
            PersonalError: it cannot be written; it is in memory still, and tried again with the
                next change.
        """
        with self._lock:
            if self._unsaved:
                self._write(self.samples)

    def forget(self) -> None:
        """Forgets all samples and what was learnt of them, in memory and on disk.

        Raises:
            PersonalError: the file is still there.
        """
        with self._lock:
            # Numbers go on: a page that shows a sample must never be shown another one for it.
            self._samples = Samples(next_id=self.samples.next_id)
            self._unsaved = False
            self.model = None
            self.file.delete()

    def _write(self, samples: Samples) -> None:
        if samples.poses:
            content = to_bytes(samples, own=True)
            if len(content) > MAX_BYTES:
                # It could not be read again, and all would be lost.
                raise PersonalError(
                    f"There are too many samples: more than {MAX_BYTES >> 20} MB",
                    "throw samples out, or forget a pose: vcam poses forget NAME",
                )
            self.file.write(content)
        else:
            self.file.delete()
        self._samples, self._unsaved = samples, False


def taught_names() -> tuple[str, ...]:
    """The poses that were taught, by the file of the user, and the digits that come with vcam.

    For those who speak to no daemon.
    """
    from vcam.poses.taught.known import DIGITS, known_hands

    file = PrivateFile(personal_folder() / TAUGHT_FILE)
    return tuple(dict.fromkeys((*TaughtPoses(file).samples.poses, *known_hands(DIGITS).names)))


def check_name(name: str, taken: Sequence[str]) -> None:
    """Makes sure that a new pose may have this name.

    Args:
        name: asked for.
        taken: names of the taught poses that there are.

    Raises:
        VcamError: it may not; the message says why.
    """
    if not NAME.fullmatch(name):
        raise VcamError(
            f"A pose cannot be called {name[:60]!r}",
            "begin with a letter from A to Z, then letters, digits, _ and -, 40 in all at most",
        )
    if name.lower() in (*GESTURES, NONE_POSE):
        raise VcamError(
            f"{name} is what vcam calls something of its own", f"call it my_{name}, say"
        )
    same = next((each for each in taken if each.lower() == name.lower()), None)
    if same is not None:
        raise VcamError(f"There is a pose {same} already", "choose another name, or forget it")
    if len(taken) >= MOST_POSES:
        raise VcamError(f"There are {MOST_POSES} taught poses already", "forget one first")


def read_export(content: bytes) -> Samples:
    """The samples of an exported file.

    Raises:
        VcamError: it is none, or names a pose as it must not be called.
    """
    try:
        samples = from_bytes(content)
    except DamagedSamples as error:
        raise VcamError(
            f"This is no usable file of taught poses: {error}",
            "export it again: vcam poses export FILE",
        ) from None
    if not any(samples.poses.values()):
        raise VcamError("There is no sample in this file", "export it again where it was taught")
    for name in samples.poses:
        check_name(name, ())
    return samples
