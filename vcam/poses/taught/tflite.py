"""Taught poses as one network for use elsewhere: features of a hand to their scores.

The pose head's own graph goes before; the layers of `TaughtModel` are written behind it, as
operations that every LiteRT has. Written with the schema that the runtime's package brings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vcam.core.errors import ModelError
from vcam.poses.classifier import shipped_model
from vcam.poses.features import DIRECTION_COUNT, FEATURE_COUNT, SHAPE_COUNT
from vcam.poses.taught.model import TaughtModel
from vcam.poses.taught.places import DIRECTION_VARIANCE, SHAPE_VARIANCE

_FIX = "update vcam, or export it with python -m training poses export-taught"

INPUT: Final = "features"
OUTPUT: Final = "scores"


def as_tflite(model: TaughtModel, head: Path | None = None) -> bytes:
    """A `.tflite` file that takes float32 (1, FEATURE_COUNT) and gives (1, poses + 1).

    The scores are in the order of `model.poses`, with `none` last, after open-set rejection. The
    names stand in the file's description.

    Args:
        model: what is live.
        head: the pose head that its places are of; None takes the one that comes with vcam.

    Raises:
        ModelError: the head cannot be read, or networks cannot be written here.
    """
    try:
        import flatbuffers  # type: ignore[import-untyped]
        from ai_edge_litert import schema_py_generated as schema
    except ImportError as error:
        raise ModelError(f"networks cannot be written here: {error}", _FIX) from error
    path = head or shipped_model()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read the pose model {path}: {error.strerror}", _FIX) from error
    network = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    _Writer(schema, network).write(model)
    builder = flatbuffers.Builder(len(content) + (1 << 20))
    builder.Finish(network.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class _Writer:
    """Adds operations to a network of one graph."""

    def __init__(self, schema: Any, network: Any) -> None:
        self._schema = schema
        self._network = network
        self._graph = network.subgraphs[0]
        self._float = schema.TensorType.FLOAT32

    def write(self, model: TaughtModel) -> None:
        """Adds the layers of a model, and makes their scores the output."""
        features = int(self._graph.inputs[0])
        described = int(self._graph.outputs[0])
        width = int(self._graph.tensors[described].shape[1])
        size = model.weights.shape[0] - 1 - SHAPE_COUNT - DIRECTION_COUNT
        place = self._place(features, described, width, size)
        count = len(model.poses)
        logits = self._connected(place, model.weights[:-1], model.weights[-1])
        likely = self._tensor((1, count + 1))
        options = self._schema.SoftmaxOptionsT()
        options.beta = 1.0
        self._operate("SOFTMAX", [logits], likely, options, "SoftmaxOptions")
        near = self._near(place, model)
        poses, none = self._part(likely, 0, count), self._part(likely, count, 1)
        kept = self._pair("MUL", poses, near, (1, count))
        # What poses out of reach lose, none gets.
        lost = self._pair("SUB", poses, kept, (1, count))
        sum_of = self._connected(lost, np.ones((count, 1)), np.zeros(1))
        rest = self._pair("ADD", none, sum_of, (1, 1))
        scores = self._joined([kept, rest], count + 1)
        self._graph.tensors[scores].name = OUTPUT.encode()
        self._graph.tensors[features].name = INPUT.encode()
        self._graph.outputs = np.array([scores], np.int32)
        self._graph.name = b"main"
        self._network.signatureDefs = None
        self._network.metadata = None
        names = ", ".join((*model.poses, "none"))
        self._network.description = f"Poses taught to vcam: {names}".encode()

    def _place(self, features: int, described: int, width: int, size: int) -> int:
        """Embedding, shape and directions, each in its scale, as `place_of` puts them together."""
        parts = (
            (self._part(described, width - size, size), size, 1.0),
            (self._part(features, 0, SHAPE_COUNT), SHAPE_COUNT, SHAPE_VARIANCE),
            (
                self._part(features, FEATURE_COUNT - DIRECTION_COUNT, DIRECTION_COUNT),
                DIRECTION_COUNT,
                DIRECTION_VARIANCE,
            ),
        )
        scaled = [
            self._pair("MUL", part, self._constant(np.full((1, n), (n * var) ** -0.5)), (1, n))
            for part, n, var in parts
        ]
        return self._joined(scaled, sum(n for _, n, _ in parts))

    def _near(self, place: int, model: TaughtModel) -> int:
        """1 for each pose of which a spot lies within reach, else 0."""
        size = model.spots.shape[1]
        own = self._pair("MUL", place, place, (1, size))
        length = self._connected(own, np.ones((size, 1)), np.zeros(1))
        nears = []
        for number in range(len(model.poses)):
            spots = model.spots[model.spot_poses == number]
            lengths = (spots.astype(np.float64) ** 2).sum(axis=1)
            # The squared distance from each spot, but for the place's own length.
            away = self._connected(place, -2 * spots.T, lengths - float(model.reach[number]))
            nearest = self._tensor((1, 1))
            options = self._schema.ReducerOptionsT()
            options.keepDims = True
            axis = self._constant(np.array([1]), self._schema.TensorType.INT32)
            self._operate("REDUCE_MIN", [away, axis], nearest, options, "ReducerOptions")
            beyond = self._pair("ADD", nearest, length, (1, 1))
            within = self._tensor((1, 1), self._schema.TensorType.BOOL)
            zero = self._constant(np.zeros((1, 1)))
            self._operate(
                "LESS_EQUAL",
                [beyond, zero],
                within,
                self._schema.LessEqualOptionsT(),
                "LessEqualOptions",
            )
            near = self._tensor((1, 1))
            cast = self._schema.CastOptionsT()
            cast.inDataType = self._schema.TensorType.BOOL
            cast.outDataType = self._float
            self._operate("CAST", [within], near, cast, "CastOptions")
            nears.append(near)
        return self._joined(nears, len(nears))

    def _connected(self, of: int, weights: npt.ArrayLike, bias: npt.ArrayLike) -> int:
        """A full layer: `of` @ `weights` (n, m) + `bias` (m,)."""
        columns = np.asarray(weights).T
        to = self._tensor((1, len(columns)))
        inputs = [of, self._constant(columns), self._constant(np.asarray(bias))]
        options = self._schema.FullyConnectedOptionsT()
        options.keepNumDims = True
        self._operate("FULLY_CONNECTED", inputs, to, options, "FullyConnectedOptions")
        return to

    def _part(self, of: int, begin: int, count: int) -> int:
        """`count` columns of `of` from `begin` on."""
        to = self._tensor((1, count))
        whole = self._schema.TensorType.INT32
        inputs = [
            of,
            self._constant(np.array([0, begin]), whole),
            self._constant(np.array([1, count]), whole),
        ]
        self._operate("SLICE", inputs, to, self._schema.SliceOptionsT(), "SliceOptions")
        return to

    def _pair(self, operation: str, one: int, other: int, shape: tuple[int, int]) -> int:
        """MUL, ADD or SUB of two tensors."""
        to = self._tensor(shape)
        name = f"{operation.capitalize()}Options"
        self._operate(operation, [one, other], to, getattr(self._schema, f"{name}T")(), name)
        return to

    def _joined(self, parts: list[int], count: int) -> int:
        """The columns of all parts, one after the other."""
        if len(parts) == 1:
            return parts[0]
        to = self._tensor((1, count))
        options = self._schema.ConcatenationOptionsT()
        options.axis = 1
        self._operate("CONCATENATION", parts, to, options, "ConcatenationOptions")
        return to

    def _operate(
        self, operation: str, inputs: list[int], output: int, options: Any, kind: str
    ) -> None:
        operator = self._schema.OperatorT()
        operator.opcodeIndex = self._code(getattr(self._schema.BuiltinOperator, operation))
        operator.inputs = np.array(inputs, np.int32)
        operator.outputs = np.array([output], np.int32)
        operator.builtinOptions = options
        operator.builtinOptionsType = getattr(self._schema.BuiltinOptions, kind)
        self._graph.operators.append(operator)

    def _code(self, builtin: int) -> int:
        codes = self._network.operatorCodes
        for index, code in enumerate(codes):
            if max(code.builtinCode, code.deprecatedBuiltinCode) == builtin:
                return index
        code = self._schema.OperatorCodeT()
        code.builtinCode = builtin
        code.deprecatedBuiltinCode = min(builtin, 127)
        code.version = 1
        codes.append(code)
        return len(codes) - 1

    def _constant(self, values: npt.NDArray[Any], kind: int | None = None) -> int:
        """A tensor with these numbers, float32 unless it says otherwise."""
        dtype = np.float32 if kind is None else np.int32
        stored = np.ascontiguousarray(values, dtype)
        buffer = self._schema.BufferT()
        buffer.data = np.frombuffer(stored.tobytes(), np.uint8)
        self._network.buffers.append(buffer)
        tensor = self._tensor(stored.shape, kind)
        self._graph.tensors[tensor].buffer = len(self._network.buffers) - 1
        return tensor

    def _tensor(self, shape: tuple[int, ...], kind: int | None = None) -> int:
        tensor = self._schema.TensorT()
        tensor.shape = np.array(shape, np.int32)
        tensor.type = self._float if kind is None else kind
        # Buffer 0 is the empty one.
        tensor.buffer = 0
        tensor.name = f"taught/{len(self._graph.tensors)}".encode()
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1
