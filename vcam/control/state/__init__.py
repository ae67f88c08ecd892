"""What the daemon tells about itself: the same words for tray, web page, HTTP and command line.

All are plain data: `model_dump(mode="json")` is the wire form. Times of day are seconds since the
epoch; lengths of time carry their unit.
"""

from vcam.control.state.choices import (
    CameraChoice,
    SettingValue,
)
from vcam.control.state.now import (
    CameraPhase,
    CameraState,
    EffectState,
    Figures,
    GestureState,
    LiveEffectState,
    Mode,
    OutputPhase,
    OutputState,
    PackState,
    SettingsState,
    State,
    Watcher,
)
from vcam.control.state.personal import (
    CalibratedGesture,
    CalibrationPhase,
    CalibrationState,
    Kept,
    KeptKind,
    KeptState,
)
from vcam.control.state.pictures import (
    PictureKind,
    PictureState,
    SelfiePhase,
    SelfieState,
)
from vcam.control.state.recognised import (
    AttendanceLine,
    ClassScore,
    EnrolmentPhase,
    EnrolmentState,
    PeopleState,
    PersonState,
    PoseFigures,
    RecognisedClass,
    RecogniserState,
    SampleState,
    TaughtPoseState,
    TeachingPhase,
    TeachingState,
)
from vcam.control.state.seen import (
    HandJudgement,
    HandOutline,
    Judgement,
    Meter,
    Meters,
    PoseBar,
    Start,
)
from vcam.control.state.told import (
    Told,
)

__all__ = [
    "AttendanceLine",
    "CalibratedGesture",
    "CalibrationPhase",
    "CalibrationState",
    "CameraChoice",
    "CameraPhase",
    "CameraState",
    "ClassScore",
    "EffectState",
    "EnrolmentPhase",
    "EnrolmentState",
    "Figures",
    "GestureState",
    "HandJudgement",
    "HandOutline",
    "Judgement",
    "Kept",
    "KeptKind",
    "KeptState",
    "LiveEffectState",
    "Meter",
    "Meters",
    "Mode",
    "OutputPhase",
    "OutputState",
    "PackState",
    "PeopleState",
    "PersonState",
    "PictureKind",
    "PictureState",
    "PoseBar",
    "PoseFigures",
    "RecognisedClass",
    "RecogniserState",
    "SampleState",
    "SelfiePhase",
    "SelfieState",
    "SettingValue",
    "SettingsState",
    "Start",
    "State",
    "TaughtPoseState",
    "TeachingPhase",
    "TeachingState",
    "Told",
    "Watcher",
]
