"""A desk in front of which selfies are taken."""

from __future__ import annotations

import threading

import numpy as np

from vcam.control.commands import TakeSelfie
from vcam.core.events import LiveEffect
from vcam.core.frame import Frame
from vcam.pipeline.shooting import Shot

PATIENCE_S = 60
CAMERA, OUTPUT = (320, 240), (160, 90)


def picture(size, value):
    image = np.full((size[1], size[0], 3), value, np.uint8)
    image[: size[1] // 2] //= 2
    return image


def shade(number):
    return (40 + 7 * number) % 250


class Studio:
    """A desk whose pictures go to a folder of the test."""

    def __init__(self, make_desk, tmp_path, text="") -> None:
        self.folder = tmp_path / "pictures"
        self.desk = make_desk(
            f"{text}\noutputs: {{snapshot: {{folder: {self.folder.as_posix()}}}}}"
        )
        self.daemon = self.desk.daemon
        self.shown = 0

    def order(self, **options):
        return self.daemon.run(TakeSelfie(**options))

    def show(self, count=1, apart_s=0.1, size=CAMERA, live=()):
        """So many pictures pass by; True if the plan took the last one."""
        taken = False
        # One that fails at once takes its plan back while pictures still pass by.
        plan = self.desk.pipeline.plan
        for _ in range(count):
            self.shown += 1
            now = self.desk.clock.now()
            frame = Frame(picture(size, shade(self.shown)), now, self.shown)
            shot = Shot(self.shown, frame, picture(OUTPUT, 200), live, None, now)
            taken = plan.take(shot)
            self.desk.clock.advance(apart_s)
        return taken

    def finish(self):
        """The plan is done; waits until all is saved."""
        plan = self.desk.pipeline.plan
        if plan is not None:
            plan.end()
        assert self.daemon._selfies.join(PATIENCE_S)

    @property
    def state(self):
        return self.daemon.state().selfie

    @property
    def pictures(self):
        return self.daemon.state().pictures

    @property
    def names(self):
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []


def waits(studio):
    """Waits until all frames of a clip that were handed over are taken up; None if they never are.

    A clip leaves out what does not fit, which is not what these tests are about.
    """
    run = studio.daemon._selfies._run
    for _ in range(PATIENCE_S * 100):
        if not run._waiting:
            return run
        threading.Event().wait(0.01)
    return None


def live(pack, effect):
    return (LiveEffect(1, pack, effect, "v_sign", 0.0, None, (), 7),)


def shot(size, effects=(), at=1.0):
    frame = Frame(picture(size, 90), at, 1)
    return Shot(1, frame, picture(OUTPUT, 200), effects, None, at)
