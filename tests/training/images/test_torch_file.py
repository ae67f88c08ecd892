from __future__ import annotations

import io
import pickle
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import TrainingError
from training.images.torch_file import read_state

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class Named:
    """Stands for a function or class of a module that is not installed here."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Stored:
    def __init__(self, key, values):
        self.key, self.values = key, values


class Tensor:
    def __init__(self, stored, offset, size, stride):
        self.parts = stored, offset, size, stride


class TorchPickler(pickle._Pickler):
    """Writes what PyTorch would write."""

    def persistent_id(self, obj):
        if isinstance(obj, Stored):
            kind = "FloatStorage" if obj.values.dtype == np.float32 else "LongStorage"
            return "storage", Named("torch", kind), obj.key, "cpu", len(obj.values), None
        return None

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Named):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, Tensor):
            self.save(Named("torch._utils", "_rebuild_tensor_v2"))
            self.save((*obj.parts, False, OrderedDict()))
            self.write(pickle.REDUCE)
        else:
            super().save(obj, save_persistent_id)


def torch_file(state, storages):
    file = io.BytesIO()
    for head in (MAGIC, PROTOCOL, {"little_endian": True}):
        pickle.dump(head, file, 2)
    TorchPickler(file, 2).dump(state)
    pickle.dump([stored.key for stored in storages], file, 2)
    for stored in storages:
        file.write(len(stored.values).to_bytes(8, "little") + stored.values.tobytes())
    return file.getvalue()


@pytest.fixture
def content():
    stored = Stored("1", np.arange(24, dtype=np.float32))
    count = Stored("2", np.array([7]))
    state = OrderedDict(
        rows=Tensor(stored, 0, (2, 3), (3, 1)),
        turned=Tensor(stored, 6, (3, 2), (1, 3)),
        count=Tensor(count, 0, (), ()),
    )
    return torch_file(state, [stored, count])


def test_arrays_have_their_shape_and_order(content, tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    state = read_state(path)
    np.testing.assert_array_equal(state["rows"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(state["turned"], [[6, 9], [7, 10], [8, 11]])
    assert state["count"] == 7
    assert state["rows"].dtype == np.float32


def test_a_pickle_that_runs_something_is_refused(tmp_path):
    class Harm:
        def __reduce__(self):
            return print, ("harm",)

    file = io.BytesIO()
    for head in (MAGIC, PROTOCOL, Harm()):
        pickle.dump(head, file, 2)
    path = tmp_path / "weights.pth"
    path.write_bytes(file.getvalue())
    with pytest.raises(TrainingError, match=r"print does not belong"):
        read_state(path)


def test_a_tensor_beyond_its_numbers_is_refused(tmp_path):
    stored = Stored("1", np.zeros(4, np.float32))
    state = OrderedDict(far=Tensor(stored, 2, (3,), (1,)))
    path = tmp_path / "weights.pth"
    path.write_bytes(torch_file(state, [stored]))
    with pytest.raises(TrainingError, match="beyond its numbers"):
        read_state(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(TrainingError, match=r"none\.pth"):
        read_state(tmp_path / "none.pth")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_files_give_one_clear_error(data, content_bytes, tmp_path_factory):
    cut = data.draw(st.integers(0, len(content_bytes) - 1))
    path = tmp_path_factory.mktemp("torch") / "weights.pth"
    path.write_bytes(content_bytes[:cut])
    with pytest.raises(TrainingError, match=r"weights\.pth"):
        read_state(path)


@pytest.fixture(scope="module")
def content_bytes():
    stored = Stored("1", np.arange(6, dtype=np.float32))
    return torch_file(OrderedDict(rows=Tensor(stored, 0, (2, 3), (3, 1))), [stored])
