"""The folder of image models: what is in it, what may come in, what goes."""

from __future__ import annotations

import logging
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from vcam.core.errors import ModelError
from vcam.daemon.naming import unknown
from vcam.recognizers.card import MODEL_NAME, ModelCard, card_path, check_digest, load_card
from vcam.recognizers.contracts import PEOPLE
from vcam.recognizers.image_model import ImageModel, read_model
from vcam.settings.schema import RecogniserSettings

logger = logging.getLogger(__name__)

MAX_MODELS = 50
"""More in one folder is some other folder; those that come first by name are looked at."""

_ENDING = ".tflite"
_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A `.tflite` file of the folder.

    Attributes:
        name: the file's, without its ending.
        path: of the file.
        stamp: changes when the file or its card does.
        card: None where it cannot be used.
        problem: why it cannot be used; empty otherwise.
    """

    name: str
    path: Path
    stamp: _Stamp
    card: ModelCard | None
    problem: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return self.card.title if self.card is not None else self.name


def models_folder(settings: RecogniserSettings) -> Path:
    """Where image models lie."""
    if settings.folder is not None:
        return Path(settings.folder).expanduser()
    return platformdirs.user_data_path("vcam", appauthor=False) / "models"


class ModelFolder:
    """Looks at a folder of models; what was checked is not checked again until it changes.

    Args:
        tell: log what cannot be used.
    """

    def __init__(self, *, tell: bool = True) -> None:
        self._tell = tell
        self._known: Mapping[Path, FoundModel] = {}

    def look(self, folder: Path) -> tuple[FoundModel, ...]:
        """All models of the folder by name; none where there is no such folder."""
        try:
            # What is being copied there begins with a dot.
            files = sorted(
                path
                for path in folder.iterdir()
                if path.suffix == _ENDING and not path.name.startswith(".")
            )
        except FileNotFoundError:
            files = []
        except OSError as error:
            logger.warning("No models are read from %s (%s)", folder, error.strerror)
            files = []
        found = {path: self._found(path) for path in files[:MAX_MODELS]}
        for path, model in found.items():
            if self._tell and model.problem and self._known.get(path) != model:
                logger.error("The model %s cannot be used: %s", model.name, model.problem)
        self._known = found
        return tuple(found.values())

    def _found(self, path: Path) -> FoundModel:
        stamp = _stamp(path), _stamp(card_path(path))
        known = self._known.get(path)
        if known is not None and known.stamp == stamp:
            return known
        try:
            return FoundModel(path.stem, path, stamp, checked_model(path))
        except ModelError as error:
            return FoundModel(path.stem, path, stamp, None, str(error))


def is_on(model: FoundModel, settings: RecogniserSettings) -> bool:
    """Whether a model may run: it can be used, and settings or card want it."""
    if model.card is None:
        return False
    used = settings.models.get(model.name)
    said = used.enabled if used is not None else None
    return not model.card.off_by_default if said is None else said


def checked_model(path: Path) -> ModelCard:
    """The card of a model that can be used under its file's name.

    Raises:
        ModelError: it cannot; the message names file and place.
    """
    if path.stem == PEOPLE or not re.fullmatch(MODEL_NAME, path.stem):
        raise ModelError(
            f"{path.name!r} is no name for a model",
            "rename it, and its card: small letters, digits, - and _"
            + (f"; {PEOPLE} is taken" if path.stem == PEOPLE else ""),
        )
    return ImageModel.load(path, to_run=False).card


def install_model(path: Path, folder: Path) -> str:
    """Copies a model with its card into the folder, both or neither; its name there.

    One of that name that is there already is replaced.

    Args:
        path: of the `.tflite` file; its card lies beside it.
        folder: made where it is missing.

    Raises:
        ModelError: it cannot be used, or cannot be written; the folder is as it was.
    """
    card = load_card(card_path(path))
    model = read_model(path)
    check_digest(card, model, path)
    ImageModel(model, card, to_run=False)
    target = folder / f"{card.name}{_ENDING}"
    temporary: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for content in (card.dump().encode(), model):
            handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
            temporary.append(Path(name))
            with open(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for ready, place in zip(list(temporary), (card_path(target), target), strict=True):
            os.replace(ready, place)
            temporary.remove(ready)
    except OSError as error:
        raise ModelError(
            f"the model {card.name} cannot be written to {folder} ({error.strerror})",
            "make room, or the folder writable",
        ) from error
    finally:
        for left in temporary:
            with suppress(OSError):
                left.unlink()
    return card.name


def remove_model(name: str, folder: Path) -> None:
    """Deletes a model and its card.

    Raises:
        VcamError: there is none of that name.
        ModelError: it cannot be deleted.
    """
    known = [each.stem for each in sorted(folder.glob(f"*{_ENDING}"))] if folder.is_dir() else []
    if name not in known:
        raise unknown("model", name, known)
    path = folder / f"{name}{_ENDING}"
    try:
        path.unlink()
        card_path(path).unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(
            f"the model {name} cannot be deleted ({error.strerror})", "make its folder writable"
        ) from error


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
