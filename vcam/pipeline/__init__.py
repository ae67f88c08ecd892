"""The three threads: capture, vision and output, and what passes between them."""

from __future__ import annotations

from vcam.pipeline.looking import HandMeter, Meters, Recognizer
from vcam.pipeline.mode import Mode
from vcam.pipeline.pipeline import Pipeline
from vcam.pipeline.stats import PipelineStats, SourcePhase, SourceState

__all__ = [
    "HandMeter",
    "Meters",
    "Mode",
    "Pipeline",
    "PipelineStats",
    "Recognizer",
    "SourcePhase",
    "SourceState",
]
