from __future__ import annotations

import re
from xml.etree import ElementTree

import cv2
import numpy as np

from vcam.core.events import EventKind, GestureEvent
from vcam.core.frame import Frame
from vcam.core.observation import Hand, Observation
from vcam.lab.page import page, section, shot, table_html
from vcam.lab.playing import Played
from vcam.lab.plots import Series, line_plot, timeline
from vcam.lab.replay import ReplayedGesture, ReplayResult
from vcam.lab.replay_page import ReplayPage
from vcam.lab.scoring import Span, Start, score_starts
from vcam.lab.thumbnails import WIDTH, Thumbnails, thumbnail
from vcam.lab.totals import totals
from vcam.pipeline.looking import Look
from vcam.testing import plain_image

NASTY = "<script>alert('x')</script>.mp4"
JPEG = thumbnail(plain_image(640, 360))


def svg(html: str) -> ElementTree.Element:
    found = re.search(r"<svg.*?</svg>", html, re.DOTALL)
    return ElementTree.fromstring(found[0])


def test_page_fetches_nothing_and_has_both_schemes():
    text = page(NASTY, [section("Empty"), section("Full", "x")])
    assert "<script" not in text
    assert "Empty" not in text
    assert "prefers-color-scheme:dark" in text
    assert "width=device-width" in text
    assert not re.search(r"(src|href)=.?https?:|url\(|@import", text)
    assert "default-src 'none'" in text


def test_cells_are_escaped():
    assert "&lt;b&gt;" in table_html(("<b>",), [("<b>",)])
    assert table_html(("a",), []) == ""
    assert "<td>-</td>" in table_html(("a",), [(None,)])


def test_lines_lie_within_the_picture():
    drawn = line_plot("a <b>", "x", "y", [Series("one", [(0.5, 0), (1, 4)]), Series("", [(2, 2)])])
    root = svg(drawn)
    _, _, width, height = map(float, root.get("viewBox").split())
    for circle in root.iter("circle"):
        assert 0 <= float(circle.get("cx")) <= width
        assert 0 <= float(circle.get("cy")) <= height
    assert "a &lt;b&gt;" in drawn
    assert line_plot("none", "x", "y", [Series("", [])]) == ""


def test_equal_values_can_be_drawn():
    assert "nan" not in line_plot("flat", "x", "y", [Series("", [(1, 0), (1, 0)], steps=True)])


def test_thousands_are_written_out_and_stay_within_the_picture():
    drawn = line_plot("ms", "x", "y", [Series("", [(233, 0), (1367, 1)])])
    assert "e+0" not in drawn
    texts = [text for text in svg(drawn).iter("text") if text.text == "1367"]
    assert [text.get("text-anchor") for text in texts] == ["end"]


def test_timeline_shows_spans_and_marks():
    root = svg(timeline(10, [(1, 3)], [(2, "hit"), (9, "false")]))
    assert [line.get("class") for line in root.iter("line")] == ["hit", "false"]
    assert float(root.findall("rect")[1].get("width")) == 200.0
    assert timeline(0, [], []) == ""


def look(at: float, started: bool = False) -> Look:
    corners = np.linspace(0, 90, 21, dtype=np.float32)
    points = np.stack([corners + 100, corners + 100], axis=1)
    hand = Hand(1, points, corners, np.zeros((21, 3), np.float32), "left", 0.9)
    start = GestureEvent(EventKind.START, "v_sign", at, (1,), at - 0.5, 1.0, 0.95)
    events = (start,) if started else ()
    return Look(Observation(0, at, (640, 360), (hand,)), (), events)


def test_thumbnails_of_starts_and_of_the_middle_of_spans():
    kept = Thumbnails([Span("v_sign", 1, 3), Span("metal", 5, 5)])
    for at in (0.0, 1.9, 2.1, 3.0, 6.0):
        kept.note(Frame(plain_image(640, 360), at, 0), look(at, started=at == 3.0))
    assert sorted(kept.kept) == [2.0, 3.0, 5.0]
    picture = cv2.imdecode(np.frombuffer(kept.kept[3.0], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (135, WIDTH, 3)
    assert picture.std() > 1  # the hand's lines


def test_thumbnail_leaves_the_frame_alone():
    image = plain_image(640, 360)
    thumbnail(image, look(0).observation.hands)
    assert (image == image[0, 0]).all()


def test_replay_page_shows_what_went_wrong_and_right():
    events = [
        ReplayedGesture("v_sign", 1.1, 1.6, 3, 0.97, "released"),
        ReplayedGesture("v_sign", 7.5, 8.0, 9, 0.91, "released", "quote"),
    ]
    spans = [Span("v_sign", 1, 3), Span("metal", 4, 6)]
    starts = [Start(event.gesture, event.start_s) for event in events]
    result = ReplayResult(
        NASTY,
        10,
        300,
        100,
        events,
        score_starts(starts, spans),
        group="g",
        spans=spans,
        unwatched=["palm"],
    )
    broken = ReplayResult("gone.mp4", error="there is no file", group="g")
    made = ReplayPage()
    made.add(Played(result, None, {1.6: JPEG, 8.0: JPEG, 5.0: JPEG}))
    made.add(Played(broken))
    text = made.html(totals([result, broken]))
    assert "<script" not in text
    assert text.count("data:image/jpeg") == 3
    wrong, right = text.index("What went wrong"), text.index("What went right")
    assert wrong < text.index("during quote") < right < text.index("1.60 s of")
    assert "missed at 4.00 to 6.00 s" in text
    assert "there is no file" in text
    assert "do not count: palm</p>" in text


def test_picture_is_carried_in_the_page():
    assert shot(JPEG, "false", "V", "<i>").count("base64,/9j/") == 1
    assert "&lt;i&gt;" in shot(JPEG, "false", "V", "<i>")
