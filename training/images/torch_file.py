"""Reads the arrays of a PyTorch state file (of before version 1.6), without PyTorch.

Such a file is five pickles and then the raw numbers: a magic number, a protocol, what machine
wrote it, the dictionary of tensors, the keys of their storages; each storage is its length and its
values.
A pickle can run anything, so this reader lets nothing through but the few names that a dictionary
of tensors needs.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError

_MAGIC: Final = 0x1950A86A20F9469CFC6C
"""First number of such a file; of `torch.serialization`."""

_PROTOCOL: Final = 1001
_DTYPES: Final = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
_MOST_NUMBERS: Final = 200_000_000

Array = npt.NDArray[Any]


class _Storage:
    """One run of numbers in the file, filled after the tensors were told of."""

    def __init__(self, dtype: np.dtype[Any], count: int) -> None:
        self.dtype = dtype
        self.count = count
        self.values: Array = np.zeros(0, dtype)


class _Tensor:
    """A view of a storage."""

    def __init__(
        self, storage: _Storage, offset: int, size: Sequence[int], stride: Sequence[int]
    ) -> None:
        self._storage = storage
        self._offset = offset
        self._size = tuple(size)
        self._stride = tuple(stride)

    def array(self) -> Array:
        """Its numbers, copied.

        Raises:
            ValueError: it reaches beyond its storage.
        """
        reach = sum((n - 1) * s for n, s in zip(self._size, self._stride, strict=True))
        last = self._offset + reach
        if min(self._offset, *self._stride, 0) < 0 or last >= max(1, len(self._storage.values)):
            raise ValueError("a tensor reaches beyond its numbers")
        steps = [step * self._storage.dtype.itemsize for step in self._stride]
        start = self._storage.values[self._offset :]
        return np.lib.stride_tricks.as_strided(start, self._size, steps).copy()


def _rebuild(storage: _Storage, offset: int, size: Any, stride: Any, *rest: object) -> _Tensor:
    return _Tensor(storage, offset, size, stride)


class _Unpickler(pickle.Unpickler):
    """Knows tensors, storages and dictionaries, and refuses all else."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a file of weights")

    def persistent_load(self, told: Any) -> _Storage:
        _, dtype, key, _, count, *_ = told
        if not isinstance(dtype, np.dtype) or not 0 <= int(count) <= _MOST_NUMBERS:
            raise pickle.UnpicklingError("a storage that makes no sense")
        return self.storages.setdefault(str(key), _Storage(dtype, int(count)))


def read_state(path: Path) -> dict[str, Array]:
    """The arrays by name, as they stand in the file (convolutions: out, in, height, width).

    Raises:
        TrainingError: it is no such file, or damaged.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except OSError as error:
        raise TrainingError(
            f"cannot read {path}: {error.strerror or error}", "check the path"
        ) from error
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        MemoryError,
    ) as error:
        raise TrainingError(
            f"{path} holds no weights that can be read: {error}", "fetch it again"
        ) from error


def _read(file: BinaryIO) -> dict[str, Array]:
    if _Unpickler(file).load() != _MAGIC or _Unpickler(file).load() != _PROTOCOL:
        raise ValueError("it is no PyTorch file of that kind")
    _Unpickler(file).load()
    body = _Unpickler(file)
    tensors = body.load()
    for key in _Unpickler(file).load():
        storage = body.storages[str(key)]
        (count,) = np.frombuffer(file.read(8), "<i8")
        raw = file.read(storage.count * storage.dtype.itemsize)
        if count != storage.count or len(raw) != storage.count * storage.dtype.itemsize:
            raise ValueError("it ends too soon")
        storage.values = np.frombuffer(raw, storage.dtype)
    return {str(name): tensor.array() for name, tensor in tensors.items()}
