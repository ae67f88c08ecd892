"""The sets of photographs and clips: what their folders show, whose they are, what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from training.poses.synthetic import readable_as
from vcam.core.observation import NONE_POSE
from vcam.poses.vocabulary import POSES
from vcam.synthetic.poses import SHAPES

DRAWN_PICTURES: Final = "drawn_pictures"
"""The set that no folder holds: `build` draws it."""

NEARLY_V: Final = ("hooked_v", "two_closed", "crossed_fingers")
"""Drawn shapes that the landmark network often takes for a V, or nearly: the check of a V's fingers
is trained on them, and the head is not, since that cost it V signs from behind."""

Role = Literal["train", "held_out"]
Allowed = tuple[str, ...]
"""The poses that a hand may be read as. More than one: the label says no more than that."""

DELIBERATE: Final[frozenset[str]] = frozenset(
    {"v_sign", "thumb_up", "thumb_down", "metal", "ily", "shaka", "ok"}
)
NOT_DELIBERATE: Final[Allowed] = tuple(pose for pose in POSES if pose not in DELIBERATE)
"""What a hand of people who talk or move may be read as: it makes no sign, but may be open."""


@dataclass(frozen=True, slots=True)
class PictureSet:
    """One set.

    Attributes:
        name: its folder's name.
        source: whose it is; empty for sets that are only measured on.
        licence: its terms.
        role: "held_out" sets are never trained on: their people judge the head.
        labels: per class folder, the poses that its hands may be read as. Folders that are not
            listed are left out.
        judged_as: per class folder, the pose that a measurement expects, where `labels` allows
            more than one.
        validation_share: last share of each class folder that only chooses thresholds and scores.
        test_share: share before that, which is only measured on.
        weight: of each of its hands in the loss.
        dim: per class folder, how many dim copies of each picture are looked at as well; none of
            the folders that are not listed.
    """

    name: str
    source: str
    licence: str
    role: Role
    labels: Mapping[str, Allowed]
    judged_as: Mapping[str, str] = field(default_factory=dict)
    validation_share: float = 0.0
    test_share: float = 0.0
    weight: float = 1.0
    dim: Mapping[str, int] = field(default_factory=dict)

    def expected(self, folder: str) -> str | None:
        """The pose that measurements expect of a class folder; None if its label is too loose."""
        if folder in self.judged_as:
            return self.judged_as[folder]
        allowed = self.labels.get(folder, ())
        return allowed[0] if len(allowed) == 1 else None


def _same(*poses: str) -> dict[str, Allowed]:
    return {pose: (pose,) for pose in poses}


_HAGRID = "HaGRID (A. Kapitanov, K. Kvanchiani and others), a selection"
_HAGRID_LICENCE = "variant of CC BY-SA 4.0"

PICTURE_SETS: Final[tuple[PictureSet, ...]] = (
    PictureSet(
        "hagrid_crops",
        _HAGRID,
        _HAGRID_LICENCE,
        "train",
        # An index finger held at the mouth is a one; a palm with closed fingers, or from behind,
        # is a palm. hands_mixed has hands that rest, but also three, four, and V from behind.
        _same("fist", "metal", "ok", "one", "palm", "shaka", "thumb_down", "thumb_up", "v_sign")
        | {"mute": ("one",), "stop": ("palm",), "palm_back": ("palm",)}
        | {"hands_mixed": ("v_sign", "fist", "palm", "one", "three", "four", NONE_POSE)},
        validation_share=0.15,
        test_share=0.20,
        # A shaka whose little finger is lost in the dark looks like a thumb up, and there are few.
        dim={"shaka": 3, "thumb_up": 1, "metal": 1, "v_sign": 1},
    ),
    PictureSet(
        "sign_digits",
        "Sign Language Digits Dataset, Turkey Ankara Ayranci Anadolu High School",
        "Apache-2.0",
        "train",
        # 7 and 8 lay the thumb on the ring and the middle finger, 0 closes all in a ring.
        {"0": (NONE_POSE,), "1": ("one",), "2": ("v_sign",), "3": ("three",), "4": ("four",)}
        | {"5": ("palm",), "6": ("three",), "7": (NONE_POSE,), "8": (NONE_POSE,), "9": ("ok",)},
        validation_share=0.15,
        test_share=0.20,
        weight=0.6,
    ),
    PictureSet(
        "digits_varied",
        "a public set of hands that show one to five fingers",
        "CC BY 4.0",
        "train",
        # Any fingers count there, and some labels are wrong: each rules out what it surely is not.
        {
            "one": ("one", "fist", NONE_POSE),
            "two": ("v_sign", "one", "three", NONE_POSE),
            "three": ("three", "palm", NONE_POSE),
            "four": ("four", "palm", NONE_POSE),
            "five": ("palm", "four", "fist", "thumb_up", NONE_POSE),
        },
        weight=0.4,
    ),
    PictureSet(
        "rps_one_man",
        "a public set of one man playing rock, paper, scissors",
        "MIT",
        "train",
        _same("fist", "palm", "v_sign") | {"no_pose": NOT_DELIBERATE},
        weight=0.3,
    ),
    PictureSet(
        "hagrid_fullframe",
        _HAGRID,
        _HAGRID_LICENCE,
        "held_out",
        _same("shaka", "v_sign") | {"mute": ("one",)},
    ),
    PictureSet(
        "webcam_fingers",
        "a public set of finger counts before a laptop's camera",
        "Apache-2.0",
        "held_out",
        # Its three are held up by the other fingers, with a ring of thumb and index: an OK.
        _same("fist", "four", "one", "palm", "v_sign") | {"three": ("three", "ok")},
    ),
    PictureSet(
        "room_two_people",
        "a public set of two people in one room",
        "MIT",
        "held_out",
        # point_left and point_right point with the thumb, sideways.
        _same("fist", "four", "metal", "one", "palm", "shaka", "three")
        | _same("thumb_down", "thumb_up", "v_sign")
        | {"v_sign_back": ("v_sign",), "no_pose": NOT_DELIBERATE}
        | {"point_left": (NONE_POSE,), "point_right": (NONE_POSE,)},
        judged_as={"no_pose": NONE_POSE},
    ),
    PictureSet(
        DRAWN_PICTURES,
        "drawn by vcam/synthetic and looked at as photographs are, no photographs",
        "MIT",
        "train",
        {shape: readable_as(shape) for shape in sorted(SHAPES) if shape not in NEARLY_V},
        validation_share=0.12,
        test_share=0.12,
        weight=1.5,
    ),
)


@dataclass(frozen=True, slots=True)
class ClipSet:
    """Clips in which nobody makes a sign on purpose.

    Attributes:
        name: its folder's name.
        source: whose they are.
        licence: their terms.
        trained_on: stems of the clips that hard negatives for training come from; the others are
            only measured on.
    """

    name: str
    source: str
    licence: str
    trained_on: frozenset[str] = frozenset()

    def role(self, stem: str) -> Role:
        """What the clip with this file stem is for."""
        return "train" if stem in self.trained_on else "held_out"


CLIP_SETS: Final[tuple[ClipSet, ...]] = (
    ClipSet(
        "negative",
        "clips of people who talk, from public repositories",
        "MIT, Apache-2.0, CC BY 4.0, CC0",
        # No person of these is in a clip that is measured on.
        frozenset({"s20", "d10", "d13", "d14", "WDA_KatieHill_000", "face4", "d9"}),
    ),
    ClipSet("sign_language", "isolated signs of five people", "CC BY 4.0"),
    ClipSet("movements", "swipes, clicks and zooms of men at a webcam", "Apache-2.0"),
)
