from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from vcam.core.errors import ModelError
from vcam.core.litert import Network, _quiet_stderr


def doubling_network() -> bytes:
    """y = x + x on float32 (1, 3), put together by hand: no training framework in the tests."""
    tensors = []
    for name in (b"x", b"y"):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer = name, [1, 3], 0
        tensor.type = schema.TensorType.FLOAT32
        tensors.append(tensor)
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.ADD
    code.version = 1
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0, 0], [1]
    operator.builtinOptionsType = schema.BuiltinOptions.AddOptions
    operator.builtinOptions = schema.AddOptionsT()
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = tensors, [operator]
    graph.inputs, graph.outputs = [0], [1]
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers = [schema.BufferT()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def test_runs_from_bytes_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "double.tflite"
    path.write_bytes(doubling_network())
    for network in (Network(doubling_network(), "double"), Network(path, "double")):
        assert network.input_shape == (1, 3)
        (y,) = network.run(np.array([[1, 2, -3]], np.float32))
        assert y.tolist() == [[2, 4, -6]]


def test_the_leading_one_may_be_left_out_and_the_dtype_may_differ() -> None:
    (y,) = Network(doubling_network(), "double").run(np.array([1, 2, 3], np.int64))
    assert y.tolist() == [[2, 4, 6]]


def test_outputs_are_the_callers_to_keep() -> None:
    network = Network(doubling_network(), "double")
    (first,) = network.run(np.ones(3, np.float32))
    network.run(np.zeros(3, np.float32))
    assert first.tolist() == [[2, 2, 2]]


def test_the_input_can_be_resized() -> None:
    network = Network(doubling_network(), "double", input_shape=(2, 3))
    assert network.input_shape == (2, 3)
    (y,) = network.run(np.ones((2, 3), np.float32))
    assert y.tolist() == [[2, 2, 2], [2, 2, 2]]


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"double takes \(1, 3\), not \(4,\)"):
        Network(doubling_network(), "double").run(np.zeros(4, np.float32))


@pytest.mark.parametrize("content", [b"", b"junk", doubling_network()[:200]])
def test_a_broken_file_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.tflite"
    path.write_bytes(content)
    for model in (path, content):
        with pytest.raises(ModelError, match="cannot load the network pose head") as caught:
            Network(model, "pose head")
        assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.tflite"):
        Network(tmp_path / "nowhere.tflite", "pose head")


def test_loading_writes_nothing_to_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "double.tflite"
    path.write_bytes(doubling_network())
    program = (
        "import sys; from pathlib import Path; from vcam.core.litert import Network; "
        "Network(Path(sys.argv[1]), 'double')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""


def test_what_others_write_meanwhile_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    with _quiet_stderr():
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\nsomething real\n")
    assert capfd.readouterr().err == "something real\n"


def test_without_room_for_temporary_files_the_network_loads_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert Network(doubling_network(), "double").input_shape == (1, 3)


def test_reader_of_standard_error_that_went_away_costs_no_network() -> None:
    program = (
        "import os; from vcam.core.litert import _quiet_stderr\n"
        "reading, writing = os.pipe(); os.dup2(writing, 2); os.close(writing); os.close(reading)\n"
        "with _quiet_stderr(): os.write(2, b'something\\n')\n"
        "print('went on')"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=60)
    assert done.stdout == b"went on\n"
