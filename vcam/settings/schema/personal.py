"""Settings of what vcam learns of its user."""

from __future__ import annotations

from pydantic import Field

from vcam.settings.schema.section import Section


class PersonalSettings(Section):
    """What vcam has learnt of you, all of it kept on this machine."""

    learn_from_mistakes: bool = Field(
        True,
        description="Starts that you call wrong leave the hand's landmarks (never a picture) to a "
        "second judge, which holds back what looks like them",
    )
    calibrated: bool = Field(
        True, description="Use the thresholds that `vcam calibrate` has found for you"
    )
    keep_history: bool = Field(
        False, description="Keep the history of starts on disk, not in memory alone"
    )
