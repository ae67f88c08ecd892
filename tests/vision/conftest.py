from __future__ import annotations

from collections.abc import Iterator

import cv2
import pytest

from vcam.vision.weights import is_complete, weights_dir


@pytest.fixture(scope="session")
def weights() -> None:
    """Skips tests that run real networks where the weights are absent."""
    if not is_complete():
        pytest.skip(f"the networks' weights are not in {weights_dir()} (run: vcam weights pull)")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Keeps OpenCV to one thread: tests run beside one another."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)
