"""Measuring and diagnosing: images, replay, bench, doctor."""
