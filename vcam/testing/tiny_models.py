"""Tiny true image models, for tests and for whoever wants to try the wiring: no data, no training.

They tell bright pictures from dark ones: the two outputs are the softmax of
`steepness * (mean - level)` and its opposite, where `mean` is that of all bytes, 0..255. The files
are written through the FlatBuffers schema that comes with the runtime, so that nobody needs
TensorFlow for them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vcam.recognizers.card import ModelCard, card_path

SIDE = 8
LEVEL = 100.0
"""Pictures of a mean above are bright."""

_STEEPNESS = 0.1
_SCHEMA_VERSION = 3


def tiny_model(
    channels: int = 3,
    outputs: int = 2,
    kind: Literal["float", "int8", "uint8"] = "float",
    *,
    softmax: bool = True,
) -> bytes:
    """A `.tflite` file of some kilobytes.

    Args:
        channels: of its input, which is 8 x 8.
        outputs: of classes; of more than two, the others are as likely as the level itself.
        kind: of its numbers, inside and out.
        softmax: False gives logits.
    """
    # Stubs know nothing of these modules; the runtime brings them.
    import flatbuffers  # type: ignore[import-untyped,unused-ignore]
    from ai_edge_litert import schema_py_generated as tfl

    size = SIDE * SIDE * channels
    signs = np.array([1.0, -1.0, *[0.0] * (outputs - 2)], np.float32)
    weights = np.repeat(signs[:, np.newaxis], size, axis=1) * np.float32(_STEEPNESS / size)
    bias = -signs * np.float32(_STEEPNESS * LEVEL)
    types = {
        "float": tfl.TensorType.FLOAT32,
        "int8": tfl.TensorType.INT8,
        "uint8": tfl.TensorType.UINT8,
    }
    zero = {"float": 0, "int8": -128, "uint8": 0}[kind]
    model, graph = tfl.ModelT(), tfl.SubGraphT()
    model.version, model.buffers = _SCHEMA_VERSION, [tfl.BufferT()]
    model.operatorCodes, graph.tensors = [], []

    def tensor(
        shape: tuple[int, ...], dtype: Any, scale: float, zero_point: int, data: Any = None
    ) -> int:
        made = tfl.TensorT()
        made.shape, made.type, made.name = np.array(shape, np.int32), dtype, b"t"
        if kind != "float":
            made.quantization = tfl.QuantizationParametersT()
            made.quantization.scale = np.array([scale], np.float32)
            made.quantization.zeroPoint = np.array([zero_point], np.int64)
        if data is not None:
            buffer = tfl.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            model.buffers.append(buffer)
            made.buffer = len(model.buffers) - 1
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    def operator(code: int, options: Any, options_type: int, ins: list[int], out: int) -> Any:
        described = tfl.OperatorCodeT()
        described.builtinCode, described.deprecatedBuiltinCode, described.version = code, code, 1
        if kind != "float":
            described.version = 4 if code == tfl.BuiltinOperator.FULLY_CONNECTED else 2
        model.operatorCodes.append(described)
        made = tfl.OperatorT()
        made.opcodeIndex = len(model.operatorCodes) - 1
        made.inputs, made.outputs = np.array(ins, np.int32), np.array([out], np.int32)
        made.builtinOptions, made.builtinOptionsType = options, options_type
        return made

    whole = types[kind]
    scale = _STEEPNESS / size / 127
    stored, bias_stored, weight_zero = weights, bias, 0
    if kind != "float":
        weight_zero = 128 if kind == "uint8" else 0
        quantised = np.rint(weights / scale) + weight_zero
        stored = quantised.astype(np.uint8 if kind == "uint8" else np.int8)
        bias_stored = np.rint(bias / scale).astype(np.int32)
    bias_type = tfl.TensorType.FLOAT32 if kind == "float" else tfl.TensorType.INT32
    picture = tensor((1, SIDE, SIDE, channels), whole, 1.0, zero)
    weight = tensor((outputs, size), whole, scale, weight_zero, stored)
    offset = tensor((outputs,), bias_type, scale, 0, bias_stored)
    logits = tensor((1, outputs), whole, 0.15, 0 if kind == "int8" else 128)
    connect, spread = tfl.FullyConnectedOptionsT(), tfl.SoftmaxOptionsT()
    spread.beta = 1.0
    graph.operators = [
        operator(
            tfl.BuiltinOperator.FULLY_CONNECTED,
            connect,
            tfl.BuiltinOptions.FullyConnectedOptions,
            [picture, weight, offset],
            logits,
        )
    ]
    out = logits
    if softmax:
        out = tensor((1, outputs), whole, 1 / 256, zero)
        graph.operators.append(
            operator(
                tfl.BuiltinOperator.SOFTMAX,
                spread,
                tfl.BuiltinOptions.SoftmaxOptions,
                [logits],
                out,
            )
        )
    graph.inputs, graph.outputs = np.array([picture], np.int32), np.array([out], np.int32)
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def tiny_card(model: bytes, name: str = "light", **changes: Any) -> ModelCard:
    """A card that fits a tiny model, but for `changes`."""
    told = {
        "name": name,
        "title": "Bright or dark",
        "classes": ("bright", "dark"),
        "input": {"width": SIDE, "height": SIDE},
        "model_sha256": hashlib.sha256(model).hexdigest(),
        "intended_use": "tests of the wiring",
        "not_for": "anything else",
        **changes,
    }
    return ModelCard.model_validate(told)


def write_tiny_model(
    folder: Path, name: str = "light", model: bytes | None = None, **changes: Any
) -> Path:
    """Writes a tiny model and its card into a folder; the `.tflite` file.

    Args:
        folder: made where it is missing.
        name: of the model.
        model: another than the usual one.
        **changes: what the card says otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = tiny_model() if model is None else model
    path = folder / f"{name}.tflite"
    card_path(path).write_text(tiny_card(content, name, **changes).dump(), encoding="utf-8")
    path.write_bytes(content)
    return path
