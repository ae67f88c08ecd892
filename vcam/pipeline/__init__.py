"""The three threads: capture, vision and output, and what passes between them."""

from __future__ import annotations

from vcam.pipeline.pipeline import Pipeline
from vcam.pipeline.stats import PipelineStats, SourcePhase, SourceState

__all__ = ["Pipeline", "PipelineStats", "SourcePhase", "SourceState"]
