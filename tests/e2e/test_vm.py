"""A real kernel, v4l2loopback and a camera's driver: the scenarios of `vm/`, in one boot."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from vcam.vision.weights import weights_dir

from .vm import machine

HERE = Path(__file__).parent / "vm"
TIMEOUT_S = 600
SCENARIOS = (
    "doctor_names_wrong_options",
    "device_of_our_own",
    "camera_that_goes_and_comes",
    "daemon_from_camera_to_reader",
)


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """What the machine noted, by scenario in the order of their running."""
    if os.environ.get("VCAM_SKIP_VM"):
        pytest.skip("VCAM_SKIP_VM is set")
    reason = machine.why_not()
    if reason:
        pytest.skip(reason)
    share = tmp_path_factory.mktemp("share")
    command = [
        *("env", f"VCAM_WEIGHTS_DIR={weights_dir()}", sys.executable),
        *(str(HERE / "guest.py"), *SCENARIOS),
    ]
    ended = machine.run(command, share, TIMEOUT_S)
    file = share / "results.jsonl"
    assert file.exists(), f"the machine did not come up:\n{ended.console[-4000:]}"
    logs = "\n".join(log.read_text(errors="replace")[-6000:] for log in share.glob("*.log"))
    noted: dict[str, list[dict[str, object]]] = {}
    checks: list[dict[str, object]] = []
    for line in file.read_text().splitlines():
        check = json.loads(line)
        checks.append(check)
        if check["name"] in SCENARIOS:
            noted[check["name"]], checks = checks, []
    print(ended.console, logs)
    return noted


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(notes, scenario):
    assert scenario in notes, f"it did not end; there are {list(notes)}"
    failures = [check for check in notes[scenario] if not check["ok"]]
    told = "\n".join(f"{check['name']}: {check['said']}" for check in failures)
    assert not failures, told
    assert len(notes[scenario]) > 1
