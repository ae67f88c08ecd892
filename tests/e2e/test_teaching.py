"""A pose taught to a running vcam from a hand in a clip, as a program does it; no browser."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import pytest

from vcam.capture.demo import demo_clip
from vcam.control.client import Client
from vcam.core.errors import VcamError
from vcam.vision.weights import is_complete

from .processes import QUICK, Api

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]

SPAN_S = (0.3, 3.9)
"""Of the demo clip: two fingers come up, are held, and go down again."""


@pytest.fixture
def clip(tmp_path):
    """A clip of that span, small: the machine of the test may be busy with other things."""
    try:
        source = cv2.VideoCapture(str(demo_clip()))
    except VcamError as error:
        pytest.skip(str(error))
    path = tmp_path / "two.mp4"
    fps = source.get(cv2.CAP_PROP_FPS)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (640, 360))
    for number in range(int(SPAN_S[1] * fps)):
        _, image = source.read()
        if number >= SPAN_S[0] * fps:
            writer.write(cv2.resize(image, (640, 360), interpolation=cv2.INTER_AREA))
    source.release()
    writer.release()
    return path


@pytest.fixture
def api(start, environment, clip):
    """A running vcam that sees the clip again and again, with no pack on."""
    Path(environment["VCAM_CONFIG"]).write_text(
        "camera: {when: always}\n"
        "outputs: {width: 640, height: 360}\n"
        "reactions: {packs: []}\n"
        "teaching: {poses: {two: {effect: party/bunting}}}\n"
    )
    start("run", "--source", str(clip), *QUICK).wait_for(r"page at http")
    return Api(Path(environment["VCAM_RUNTIME_DIR"]))


def pose(state, name="two"):
    return next((each for each in state["teaching"]["poses"] if each["name"] == name), None)


def test_a_pose_is_taught_live_answered_taken_out_forgotten_and_taken_in_again(api, tmp_path):
    client = Client.connect(tmp_path / "runtime")
    api.wait_for(lambda state: state["camera"]["phase"] == "live" and not state["recognition"])
    api.do(do="teach", pose="two", samples=12)
    state = api.wait_for(lambda state: state["teaching"]["phase"] in ("idle", "failed"))
    assert len(pose(state)["samples"]) == 12, state["teaching"]
    jpeg = api.ask(f"/api/poses/samples/{pose(state)['samples'][0]['id']}")
    assert jpeg.startswith(b"\xff\xd8")
    assert not pose(state)["live"]

    api.do(do="train")
    state = api.wait_for(lambda state: state["teaching"]["phase"] in ("judged", "failed"))
    assert state["teaching"]["phase"] == "judged", state["teaching"]
    assert next(name for name, _ in pose(state)["figures"]["look_alikes"]) == "v_sign"
    assert not json.loads(api.ask("/api/history"))["history"]
    api.do(do="use_taught", on=True)

    def plays(state):
        return [each["effect"] for each in state["live"] if each["gesture"] == "two"]

    assert plays(api.wait_for(plays)) == ["bunting"]
    newest = json.loads(api.ask("/api/history"))["history"][0]
    assert (newest["gesture"], newest["effects"]) == ("two", ["party/bunting"])

    exported = client.export_poses("vcam")
    assert client.export_poses("tflite")[4:8] == b"TFL3"
    api.do(do="forget_pose", pose=None)
    state = api.wait_for(lambda state: not any(each["taught"] for each in state["gestures"]))
    assert pose(state) is None
    assert not list((tmp_path / "data").rglob("poses.json"))

    assert client.install_poses(exported) == ["two"]
    # Another start than before: this one is after the import.
    count = len(json.loads(api.ask("/api/history"))["history"])
    api.wait_for(lambda state: len(json.loads(api.ask("/api/history"))["history"]) > count)
    assert pose(api.state())["live"]
