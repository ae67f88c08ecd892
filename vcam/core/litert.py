"""A network on LiteRT: numbers in, numbers out, one line when its file is broken."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vcam.core.errors import ModelError

Tensor = npt.NDArray[Any]

# The runtime announces its XNNPACK delegate on standard error, once per process, and offers
# Python no switch for that.
_CHATTER = b"INFO: Created TensorFlow Lite XNNPACK delegate"
_quiet_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a network: its place, and how its numbers stand for real ones.

    Attributes:
        index: of the tensor.
        dtype: of the tensor.
        scale: real numbers are `scale * (n - zero_point)`; 0 where they are stored as they are.
        zero_point: see `scale`.
    """

    index: int
    dtype: np.dtype[Any]
    scale: float = 0.0
    zero_point: int = 0

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> Port:
        """As the runtime describes a tensor."""
        dtype = np.dtype(detail["dtype"])
        scale, zero_point = detail["quantization"] if dtype.kind in "iu" else (0.0, 0)
        return cls(int(detail["index"]), dtype, float(scale), int(zero_point))

    def quantised(self, x: Tensor) -> Tensor:
        """Real numbers as the tensor holds them; what it cannot hold becomes its nearest end."""
        if self.scale > 0:
            ends = np.iinfo(self.dtype)
            scaled = np.rint(x.astype(np.float32) / self.scale) + self.zero_point
            x = np.clip(scaled, ends.min, ends.max)
        return np.ascontiguousarray(x, self.dtype)

    def real(self, x: Tensor) -> Tensor:
        """Real numbers out of what the tensor holds."""
        if self.scale > 0:
            return (x.astype(np.float32) - self.zero_point) * np.float32(self.scale)
        return x


class Network:
    """One network of one `.tflite` file, on the CPU (XNNPACK).

    Use each instance from one thread at a time; separate instances are independent. `run`
    releases the interpreter lock while the network works.

    Args:
        model: the `.tflite` file, or its bytes.
        name: what error messages call it.
        threads: CPU threads that one `run` may use. One costs the least CPU time in all.
        input_shape: resizes the input, for a network that allows it.
        accelerated: False for a look at its shapes alone: XNNPACK packs the weights, and holds the
            interpreter lock for it, some 5 ms a million of them.

    Raises:
        ModelError: the file is missing or is no network that this runtime can run.
    """

    def __init__(
        self,
        model: Path | bytes,
        name: str,
        threads: int = 1,
        input_shape: tuple[int, ...] | None = None,
        *,
        accelerated: bool = True,
    ) -> None:
        # Imported here because it takes a tenth of a second, and most commands run no network.
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self.name = name
        source: dict[str, str | bytes] = (
            {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
        )
        try:
            with _quiet_stderr():
                self._interpreter = Interpreter(
                    num_threads=threads,
                    experimental_op_resolver_type=OpResolverType.AUTO
                    if accelerated
                    else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                    **source,
                )
                if input_shape is not None:
                    index = self._interpreter.get_input_details()[0]["index"]
                    self._interpreter.resize_tensor_input(index, input_shape)
                self._interpreter.allocate_tensors()
                inputs = self._interpreter.get_input_details()
                outputs = self._interpreter.get_output_details()
                self._outputs = [Port.of(output) for output in outputs]
        except (ValueError, RuntimeError, OSError) as error:
            where = "" if isinstance(model, bytes) else f" from {model}"
            cause = " ".join(str(error).split())[:200]
            raise ModelError(
                f"cannot load the network {name}{where}: {cause}",
                "the file is damaged or missing; fetch it again",
            ) from error
        if len(inputs) != 1:
            raise ModelError(f"the network {name} has {len(inputs)} inputs, not one")
        self._input = Port.of(inputs[0])
        self.input_shape: tuple[int, ...] = tuple(int(size) for size in inputs[0]["shape"])
        self.output_shapes: tuple[tuple[int, ...], ...] = tuple(
            tuple(int(size) for size in output["shape"]) for output in outputs
        )

    def run(self, x: Tensor) -> list[Tensor]:
        """Runs the network once.

        Args:
            x: of `input_shape`, or of that shape without a leading 1; converted to the input's
                dtype if it has another, and quantised where the input is.

        Returns:
            One new array per output, in the file's order; they are the caller's to keep. Float32
            where the output is quantised.

        Raises:
            ValueError: `x` has another shape.
        """
        if x.shape != self.input_shape:
            if (1, *x.shape) != self.input_shape:
                raise ValueError(f"{self.name} takes {self.input_shape}, not {x.shape}")
            x = x[np.newaxis]
        self._interpreter.set_tensor(self._input.index, self._input.quantised(x))
        self._interpreter.invoke()
        return [port.real(self._interpreter.get_tensor(port.index)) for port in self._outputs]


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keeps the runtime's announcement off standard error; everything else gets through, late."""
    with _quiet_lock, ExitStack() as stack:
        try:
            caught = stack.enter_context(tempfile.TemporaryFile())
            saved = os.dup(2)
        except OSError:
            # No standard error at all (a windowed program), or nowhere to keep it meanwhile (a
            # read-only system): an announcement is no reason to go without the network.
            yield
            return
        with suppress(OSError, ValueError):
            if sys.stderr is not None:
                sys.stderr.flush()
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            kept = [line for line in caught if not line.startswith(_CHATTER)]
            # Whoever read it may have gone.
            with suppress(OSError):
                if kept:
                    os.write(2, b"".join(kept))
