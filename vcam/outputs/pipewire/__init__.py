"""A camera in PipeWire, by ctypes on libpipewire-0.3."""

from vcam.outputs.pipewire.output import PipeWireOutput

__all__ = ["PipeWireOutput"]
