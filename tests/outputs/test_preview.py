from __future__ import annotations

import threading

import numpy as np
import pytest
import simplejpeg

import vcam.outputs.jpeg_feed as feed_module
from vcam.control.contracts import Pictures, TooManyWatchers
from vcam.core.contracts import Audience, VideoFormat, WatchedOutput
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.jpeg_feed import MAX_WATCHERS, JpegFeed
from vcam.outputs.preview import PreviewOutput
from vcam.testing import FakeClock, plain_image

FORMAT = VideoFormat(64, 48, 30)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def output(clock):
    output = PreviewOutput(clock)
    output.open(FORMAT)
    yield output
    output.feed.close()


def send(output: PreviewOutput, clock: FakeClock, image: np.ndarray, index: int = 0) -> None:
    clock.advance(1.0)
    output.send(Frame(image, clock.now(), index))


def shown(output: PreviewOutput, version: int) -> tuple[np.ndarray, int]:
    jpeg, version = output.feed.wait_newer(version, 20)
    assert jpeg is not None
    return simplejpeg.decode_jpeg(jpeg, "BGR"), version


def half_white(width: int = 64, height: int = 48) -> np.ndarray:
    image = plain_image(width, height, 0)
    image[:, : width // 2] = 255
    return image


def test_it_gives_the_pictures_that_the_page_wants(output):
    pictures: Pictures = output.feed
    assert not pictures.closed
    assert isinstance(output, WatchedOutput)


def test_watcher_sees_the_frame(output, clock):
    with output.feed.watch() as version:
        send(output, clock, plain_image(value=140))
        picture, _ = shown(output, version)
    assert picture.shape == (48, 64, 3)
    assert abs(int(picture.mean()) - 140) <= 2


def test_audience_is_who_watches(output):
    assert output.audience() == Audience(False)
    with output.feed.watch():
        assert output.audience() == Audience(True)
    assert output.audience() == Audience(False)


def test_who_watches_stays_when_the_output_is_opened_in_another_size(output, clock):
    with output.feed.watch() as version:
        send(output, clock, plain_image())
        _, version = shown(output, version)
        output.close()
        assert not output.feed.closed
        assert output.audience() == Audience(True)
        output.open(VideoFormat(80, 60, 30))
        send(output, clock, plain_image(80, 60))
        picture, _ = shown(output, version)
    assert picture.shape == (60, 80, 3)


def test_picture_from_before_does_not_pass_for_a_fresh_one(output, clock):
    with output.feed.watch() as version:
        send(output, clock, plain_image())
        shown(output, version)
    with output.feed.watch() as version:
        assert output.feed.wait_newer(version, 0) == (None, version)


@pytest.mark.parametrize("width", [64, 2560])
def test_mirror_flips_from_the_next_picture_on(clock, width):
    output = PreviewOutput(clock)
    output.open(VideoFormat(width, 48, 30))
    with output.feed.watch() as version:
        for mirror in (False, True, False):
            output.set_mirror(mirror)
            send(output, clock, half_white(width))
            picture, version = shown(output, version)
            assert bool(picture[:, :20].mean() < 50) is mirror
    output.feed.close()


def test_wide_pictures_are_scaled_down(clock):
    output = PreviewOutput(clock)
    output.open(VideoFormat(2560, 1440, 30))
    with output.feed.watch() as version:
        send(output, clock, plain_image(2560, 1440))
        assert shown(output, version)[0].shape == (720, 1280, 3)
    output.feed.close()


def test_nothing_is_encoded_while_nobody_watches_and_once_for_all(output, clock, monkeypatch):
    encoded = []
    encode = simplejpeg.encode_jpeg

    def counted(*args, **named):
        encoded.append(1)
        return encode(*args, **named)

    monkeypatch.setattr(feed_module.simplejpeg, "encode_jpeg", counted)
    threads = threading.active_count()
    for index in range(50):
        send(output, clock, plain_image(), index)
    assert not encoded
    assert threading.active_count() == threads, "who never watches costs no thread"
    watchers = [output.feed.watch() for _ in range(25)]
    versions = [watcher.__enter__() for watcher in watchers]
    send(output, clock, plain_image(), 51)
    pictures = [output.feed.wait_newer(version, 20)[0] for version in versions]
    assert len(encoded) == 1
    assert all(picture is pictures[0] for picture in pictures)
    for watcher in watchers:
        watcher.__exit__(None, None, None)


def test_watchers_that_take_nothing_cost_the_output_nothing(output, clock):
    with output.feed.watch(), output.feed.watch() as version:
        for index in range(40):
            send(output, clock, plain_image(value=index), index)
        picture = None
        while picture is None or abs(int(picture.mean()) - 39) > 2:
            picture, version = shown(output, version)


def test_rate_is_limited():
    clock = FakeClock(0.0)
    feed = JpegFeed(clock)
    taken = []
    with feed.watch():
        feed._images.put = taken.append  # type: ignore[method-assign]
        for index in range(60):
            feed.offer(Frame(plain_image(), 0.0, index))
            clock.advance(1 / 60)
    del feed._images.put
    feed.close()
    assert len(taken) == 15


def test_sent_image_may_change_after_send(output, clock):
    with output.feed.watch() as version:
        image = plain_image(value=200)
        send(output, clock, image)
        image[:] = 0
        assert abs(int(shown(output, version)[0].mean()) - 200) <= 2


def test_too_many_watchers_are_refused_and_let_in_later(output):
    watchers = [output.feed.watch() for _ in range(MAX_WATCHERS)]
    for watcher in watchers:
        watcher.__enter__()
    with pytest.raises(TooManyWatchers) as caught, output.feed.watch():
        pass
    assert caught.value.fix
    watchers.pop().__exit__(None, None, None)
    with output.feed.watch():
        assert output.feed.watchers == MAX_WATCHERS
    for watcher in watchers:
        watcher.__exit__(None, None, None)
    assert output.feed.watchers == 0


def test_closing_the_feed_wakes_all_who_wait_and_leaves_no_thread(output):
    woken = []
    with output.feed.watch() as version:
        waiter = threading.Thread(
            target=lambda: woken.append(output.feed.wait_newer(version, 60)[0])
        )
        waiter.start()
        output.feed.close()
        waiter.join(20)
    assert woken == [None]
    assert output.feed.closed
    assert all(thread.name != "preview encoder" for thread in threading.enumerate())


def test_wrong_size_is_refused(output):
    with pytest.raises(OutputError, match="32x32"):
        output.send(Frame(plain_image(32, 32), 0.0, 0))
