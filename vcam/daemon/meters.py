"""The pipeline's meters in the words of the control side: shares of the picture that goes out."""

from __future__ import annotations

import numpy as np

from vcam.control.state import HandOutline, Meter, Meters
from vcam.core.geometry import FloatArray
from vcam.pipeline.looking import Meters as PipelineMeters


def told_meters(meters: PipelineMeters, at: float) -> Meters:
    """What page and API show.

    Args:
        meters: what vision made of the newest frame.
        at: time of day of that look.
    """
    return Meters(
        at=at,
        gestures=tuple(
            Meter(
                gesture=each.gesture,
                score=round(each.score, 3),
                progress=round(each.progress, 3),
                active=each.active,
                reason=each.reason,
            )
            for each in meters.gestures
        ),
        hands=_hands(meters),
        faces=_faces(meters),
    )


def _hands(meters: PipelineMeters) -> tuple[HandOutline, ...]:
    if meters.observation is None:
        return ()
    read = {hand.track_id: hand for hand in meters.hands}
    return tuple(
        HandOutline(
            side=hand.side,
            pose=read[hand.track_id].pose,
            score=round(read[hand.track_id].score, 3),
            points=tuple(map(tuple, _shares(meters, hand.points).tolist())),
        )
        for hand in meters.observation.hands
        if hand.track_id in read
    )


def _faces(meters: PipelineMeters) -> tuple[tuple[float, float, float, float], ...]:
    if meters.observation is None:
        return ()
    boxes = []
    for face in meters.observation.faces:
        x, y, width, height = face.box
        corners = np.array([(x, y), (x + width, y + height)], np.float32)
        (left, top), (right, bottom) = _shares(meters, corners).tolist()
        boxes.append((left, top, round(right - left, 4), round(bottom - top, 4)))
    return tuple(boxes)


def _shares(
    meters: PipelineMeters, points: FloatArray
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Points in pixels of the camera's picture as shares of the picture that goes out."""
    placed = meters.placement.points(points).astype(np.float64)
    return np.round(placed / np.asarray(meters.size, np.float64), 4)
