"""One connection to PipeWire with one camera node in it."""

from __future__ import annotations

import ctypes as ct
import errno
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vcam.core.clock import Clock
from vcam.core.contracts import Reader, VideoFormat
from vcam.core.errors import OutputError, OutputMissing
from vcam.outputs.pipewire import abi, pods
from vcam.outputs.pipewire import library as pw
from vcam.outputs.pipewire.buffers import Buffers, Stamps
from vcam.outputs.pipewire.formats import PIXEL_FORMATS, PixelFormat, Plane
from vcam.outputs.pipewire.readers import ReaderWatch

OPEN_WITHIN_S = 3.0
"""A daemon that runs answers within milliseconds; one that hangs must not hold the thread."""

LOWER_RATES = (60, 30, 25, 24, 20, 15, 10, 5)
"""Rates on offer below the own one: those that webcams have."""

RESTART = "start it: systemctl --user restart pipewire wireplumber"


class CameraStream:
    """A Video/Source node that drives its own graph: the caller's clock is the frame clock.

    PipeWire's thread calls the `_on_...` methods while it holds the loop's lock; they neither
    block nor log. `write` runs on the caller's thread under the same lock, so that no buffer is
    taken away while it is filled.

    Args:
        library: libpipewire, as `load_library` gives it.
        properties: of the node.
        video_format: size, and the highest rate.
        clock: times how long readers keep buffers.
    """

    def __init__(
        self,
        library: Any,
        properties: Mapping[str, str],
        video_format: VideoFormat,
        clock: Clock,
    ) -> None:
        self._library = library
        self._properties = properties
        self._video_format = video_format
        self.streaming = False
        self.failure = ""
        self.agreed: tuple[PixelFormat, float] | None = None
        self.daemon_version = ""
        self._stamps = Stamps()
        self._buffers = Buffers(library, clock)
        self._settled = threading.Event()
        self._loop: int | None = None
        self._context: int | None = None
        self._core: int | None = None
        self._stream: int | None = None
        self._watch: ReaderWatch | None = None
        # ctypes does not keep these alive for us, and PipeWire uses them until the very end.
        self._core_hook, self._stream_hook = abi.Hook(), abi.Hook()
        self._core_events = abi.CoreEvents(
            version=0, info=abi.OnCoreInfo(self._on_info), error=abi.OnCoreError(self._on_error)
        )
        self._stream_events = abi.StreamEvents(
            version=0,
            state_changed=abi.OnStateChanged(self._on_state),
            param_changed=abi.OnParamChanged(self._on_param),
            add_buffer=abi.OnBuffer(lambda _data, buffer: self._buffers.add(buffer)),
            remove_buffer=abi.OnBuffer(lambda _data, buffer: self._buffers.remove(buffer)),
        )

    @property
    def rescues(self) -> int:
        """How often buffers were taken back from readers that hang."""
        return self._buffers.rescues

    @property
    def readers(self) -> tuple[Reader, ...]:
        """The programs that read the node."""
        watch = self._watch
        return watch.readers if watch is not None else ()

    def open(self) -> None:
        """Connects, and returns when other programs can see the node.

        Raises:
            OutputError: no daemon, or it refuses the node; everything is released.
        """
        try:
            self._connect()
            if not self._settled.wait(OPEN_WITHIN_S):
                raise OutputError("PipeWire does not answer", RESTART)
            if self.failure:
                raise OutputError(f"PipeWire takes no camera ({self.failure})", RESTART)
            if self.daemon_version and pw.parse_version(self.daemon_version) < pw.OLDEST:
                raise OutputError(f"PipeWire {self.daemon_version} is too old", pw.INSTALL)
        except BaseException:
            self.close()
            raise

    def write(self, fill: Callable[[PixelFormat, Plane], None], captured_at: float) -> bool:
        """Publishes one picture, if anybody takes one.

        Args:
            fill: writes it into the flat array it is given, in the format it is given.
            captured_at: when it was taken, in seconds of the monotonic clock; a time that cannot
                be (of a source with another clock) counts as now.

        Returns:
            Whether it went out; False while nobody streams, or when the readers still hold all
            buffers.
        """
        library, loop = self._library, self._loop
        library.pw_thread_loop_lock(loop)
        try:
            if not self.streaming or self.agreed is None or self._stream is None:
                return False
            taken = self._buffers.take(self._stream)
            if taken is None:
                # The graph must go on all the same, or no reader gives anything back.
                library.pw_stream_trigger_process(self._stream)
                return False
            try:
                buffer = abi.PwBuffer.from_address(taken).buffer.contents
                self._stamps.put(buffer, captured_at)
                self._fill(buffer, fill)
            finally:
                library.pw_stream_queue_buffer(self._stream, taken)
            library.pw_stream_trigger_process(self._stream)
            return True
        finally:
            library.pw_thread_loop_unlock(loop)

    def stop(self) -> None:
        """Ends PipeWire's thread: from here on nothing calls back."""
        if self._loop is not None:
            self._library.pw_thread_loop_stop(self._loop)

    def close(self) -> None:
        """Releases everything; the node is gone for other programs."""
        library = self._library
        self.stop()
        self.streaming = False
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        for name, release in (
            ("_stream", library.pw_stream_destroy),
            ("_core", library.pw_core_disconnect),
            ("_context", library.pw_context_destroy),
            ("_loop", library.pw_thread_loop_destroy),
        ):
            address = getattr(self, name)
            if address is not None:
                setattr(self, name, None)
                release(address)

    def _connect(self) -> None:
        library = self._library
        self._loop = library.pw_thread_loop_new(b"vcam-pipewire", None)
        if not self._loop:
            cause = os.strerror(ct.get_errno())
            raise OutputError(f"PipeWire's thread cannot be made ({cause})", "restart vcam")
        program = pw.new_properties(library, {"application.name": "vcam"})
        self._context = library.pw_context_new(
            library.pw_thread_loop_get_loop(self._loop), program, 0
        )
        if not self._context:
            raise OutputError("PipeWire's library has no configuration", pw.INSTALL)
        self._core = library.pw_context_connect(self._context, None, 0)
        if not self._core:
            cause = os.strerror(ct.get_errno())
            raise OutputMissing(f"no PipeWire daemon runs in this session ({cause})", RESTART)
        add = pw.method(self._core, abi.ADD_LISTENER)
        add(ct.byref(self._core_hook), ct.byref(self._core_events), None)
        self._add_stream()
        self._watch = ReaderWatch(library, self._core, self._own_node)
        if library.pw_thread_loop_start(self._loop) < 0:
            raise OutputError("PipeWire's thread does not start", "restart vcam")

    def _add_stream(self) -> None:
        library = self._library
        properties = pw.new_properties(library, self._properties)
        self._stream = library.pw_stream_new(self._core, b"camera", properties)
        if not self._stream:
            raise OutputError(f"PipeWire makes no stream ({os.strerror(ct.get_errno())})", RESTART)
        library.pw_stream_add_listener(
            self._stream, ct.byref(self._stream_hook), ct.byref(self._stream_events), None
        )
        width, height = self._video_format.width, self._video_format.height
        own = pods.exact_rate(self._video_format.fps)
        rates = [own, *(pods.exact_rate(rate) for rate in LOWER_RATES if rate < own)]
        result = library.pw_stream_connect(
            self._stream,
            abi.DIRECTION_OUTPUT,
            abi.ANY_ID,
            abi.FLAG_DRIVER | abi.FLAG_MAP_BUFFERS,
            *_pod_array([pods.enum_format(f.number, width, height, rates) for f in PIXEL_FORMATS]),
        )
        if result < 0:
            raise OutputError(f"PipeWire takes no camera ({os.strerror(-result)})", RESTART)

    def _own_node(self) -> int:
        return int(self._library.pw_stream_get_node_id(self._stream))

    def _fill(self, buffer: abi.Buffer, fill: Callable[[PixelFormat, Plane], None]) -> None:
        assert self.agreed is not None
        pixel_format = self.agreed[0]
        width, height = self._video_format.width, self._video_format.height
        size = pixel_format.size(width, height)
        data = buffer.datas[0]
        chunk = data.chunk.contents
        chunk.offset = chunk.flags = 0
        chunk.stride = pixel_format.stride(width)
        if not data.data or data.maxsize < size:
            chunk.size = 0
            return
        chunk.size = size
        memory = (ct.c_uint8 * size).from_address(data.data)
        fill(pixel_format, np.ctypeslib.as_array(memory))

    def _on_state(self, _data: Any, _old: int, new: int, error: bytes | None) -> None:
        self.streaming = new == abi.STATE_STREAMING
        if new in (abi.STATE_ERROR, abi.STATE_UNCONNECTED):
            self._fail((error or b"the stream ended").decode(errors="replace"))
        elif new >= abi.STATE_PAUSED:
            if self._watch is not None:
                self._watch.refresh()
            self._settled.set()

    def _on_param(self, _data: Any, param: int, pod: int | None) -> None:
        if param != pods.PARAM_FORMAT:
            return
        self.agreed = None
        if not pod:
            return
        try:
            size = pods.pod_size(ct.string_at(pod, pods.HEADER.size))
            params = pods.parse_format(ct.string_at(pod, size))
        except pods.PodError:
            return
        found = (f for f in PIXEL_FORMATS if f.number == params.pixel_format)
        pixel_format = next(found, None)
        if pixel_format is None:
            return
        self.agreed = pixel_format, float(params.rate)
        width, height = params.width, params.height
        self._library.pw_stream_update_params(
            self._stream,
            *_pod_array(
                [
                    pods.buffers(pixel_format.size(width, height), pixel_format.stride(width)),
                    pods.header_meta(ct.sizeof(abi.MetaHeader)),
                ]
            ),
        )

    def _on_info(self, _data: Any, info: Any) -> None:
        self.daemon_version = (info.contents.version or b"").decode(errors="replace")

    def _on_error(
        self, _data: Any, number: int, _sequence: int, result: int, message: bytes | None
    ) -> None:
        # Errors of other objects are their readers' business; this one is the connection's.
        if number == abi.ID_CORE and result == -errno.EPIPE:
            self._fail((message or b"connection lost").decode(errors="replace"))

    def _fail(self, message: str) -> None:
        self.streaming = False
        self.failure = self.failure or message
        self._settled.set()


def _pod_array(found: list[bytes]) -> tuple[Any, int]:
    """Pointers to the PODs, which the array keeps alive, and how many there are."""
    copies = [ct.create_string_buffer(pod, len(pod)) for pod in found]
    array = (ct.c_void_p * len(found))(*(ct.addressof(copy) for copy in copies))
    array.copies = copies  # type: ignore[attr-defined]
    return array, len(found)
