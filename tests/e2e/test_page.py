"""The web page in Chromium: picture, gestures, packs, history, camera, connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect

from vcam.control.commands import (
    ChangeSettings,
    ChooseProfile,
    Freeze,
    MarkWrong,
    Pause,
    Play,
    React,
    Resume,
    SwitchGesture,
    SwitchPack,
    SwitchReactions,
    TakeSnapshot,
)
from vcam.control.server import ControlServer
from vcam.control.state import Meter, Meters, Start
from vcam.core.errors import VcamError
from vcam.settings.schema import PageSettings

from .pages import METERS, Opened, chromium, opened

Open = Callable[..., AbstractContextManager[Opened]]

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

MIDDLE_GREY = """() => {
  const picture = document.getElementById("picture");
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  pen.drawImage(picture, 0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data[0];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page_of(browser: Browser, tmp_path: Path) -> Open:
    def make(fragment: str = "", **context: Any) -> AbstractContextManager[Opened]:
        return opened(browser, tmp_path, fragment, **context)

    return make


def test_without_the_link_the_page_says_how_to_get_one(page_of: Open, browser: Browser) -> None:
    with page_of() as vcam:
        stranger = browser.new_page()
        answer = stranger.goto(vcam.server.url)
        assert answer is not None
        assert answer.status == 401
        expect(stranger.locator("body")).to_contain_text("vcam open")
        stranger.close()


def test_header_tells_state_camera_and_who_watches(page_of: Open) -> None:
    with page_of() as vcam:
        status = vcam.page.locator(".status")
        expect(status).to_contain_text("Live")
        expect(status).to_contain_text("HD Webcam C920")
        expect(vcam.page.locator(".watchers")).to_have_text("Zoom is watching")
        camera = vcam.daemon.state().camera
        for phase, word in (("lost", "No camera"), ("asleep", "Camera asleep")):
            vcam.daemon.change(camera=camera.model_copy(update={"phase": phase}))
            expect(status).to_contain_text(word)
        vcam.daemon.change(watchers=())
        expect(vcam.page.locator(".watchers")).to_have_text("No program is watching")


def test_pause_freeze_and_profile(page_of: Open) -> None:
    with page_of() as vcam:
        page = vcam.page
        page.get_by_role("button", name="Pause").click()
        expect(page.locator(".status")).to_contain_text("Paused")
        page.get_by_role("button", name="Resume").click()
        expect(page.locator(".status")).to_contain_text("Live")
        page.get_by_role("button", name="Freeze").click()
        expect(page.get_by_role("button", name="Unfreeze")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.get_by_role("button", name="Unfreeze").click()
        page.get_by_label("Profile", exact=True).select_option("work")
        vcam.until(lambda: vcam.daemon.state().profile == "work")
        kinds = [type(command) for command in vcam.daemon.commands]
        assert kinds == [Pause, Resume, Freeze, Resume, ChooseProfile]


def test_preview_follows_the_picture(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.until(lambda: vcam.daemon.pictures.watchers == 1)

        def shows(grey: int) -> bool:
            # Chromium shows a picture of a stream once the next one has begun.
            vcam.daemon.pictures.show(grey)
            return abs(int(vcam.page.evaluate(MIDDLE_GREY)) - grey) < 12

        for grey in (40, 200):
            vcam.until(lambda grey=grey: shows(grey))


def test_nothing_is_streamed_while_nobody_can_see_it(page_of: Open) -> None:
    with page_of() as vcam:
        watchers = lambda: vcam.daemon.pictures.watchers  # noqa: E731
        vcam.until(lambda: watchers() == 1)
        vcam.page.evaluate(HIDE, True)
        vcam.until(lambda: watchers() == 0)
        vcam.page.evaluate(HIDE, False)
        vcam.until(lambda: watchers() == 1)
        vcam.page.get_by_role("button", name="Show the live picture").click()
        vcam.until(lambda: watchers() == 0)
        expect(vcam.page.locator(".cover")).to_contain_text("switched off here")


def test_on_a_narrow_screen_panels_without_a_preview_stream_none(page_of: Open) -> None:
    with page_of(viewport={"width": 360, "height": 740}) as vcam:
        vcam.until(lambda: vcam.daemon.pictures.watchers == 1)
        vcam.page.get_by_role("tab", name="Settings").click()
        vcam.until(lambda: vcam.daemon.pictures.watchers == 0)


def test_landmarks_are_drawn_when_asked_for(page_of: Open) -> None:
    with page_of() as vcam:
        canvas = vcam.page.locator("canvas.overlay")
        expect(canvas).to_be_hidden()
        vcam.page.get_by_role("button", name="Show landmarks and poses").click()
        expect(canvas).to_be_visible()
        drawn = """canvas => canvas.getContext("2d")
          .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value)"""
        vcam.until(lambda: canvas.evaluate(drawn))
        # Reading the canvas again and again is this test alone.
        vcam.faults.expect("willReadFrequently")
        # Nothing is looked for now; what was seen last must not stay on the pause picture.
        vcam.daemon.change(mode="paused")
        vcam.until(lambda: not canvas.evaluate(drawn))


def test_meters_show_score_dwell_and_reason(page_of: Open) -> None:
    with page_of() as vcam:
        expect(vcam.gesture("v_sign").locator(".score")).to_have_text("0.97")
        expect(vcam.gesture("thumb_up").locator(".reason")).to_have_text("over the face")
        expect(vcam.gesture("metal")).to_contain_text("playing")
        asked: list[None] = []
        meters_of = vcam.daemon.meters

        def counted() -> Meters:
            asked.append(None)
            return meters_of()

        vcam.daemon.meters = counted  # type: ignore[method-assign]
        vcam.until(lambda: asked)
        vcam.page.get_by_role("tab", name="Packs").click()

        def nobody_asks() -> bool:
            # They are sent 15 times a second while they are wanted.
            before = len(asked)
            vcam.page.wait_for_timeout(500)
            return len(asked) == before

        vcam.until(nobody_asks)
        meters = METERS.model_copy(update={"gestures": (Meter(gesture="v_sign", score=0.4),)})
        vcam.daemon.meters_now = meters
        expect(vcam.gesture("v_sign").locator(".score")).to_have_text("0.97")
        vcam.page.get_by_role("tab", name="Gestures").click()
        expect(vcam.gesture("v_sign").locator(".score")).to_have_text("0.40")


def test_threshold_is_dragged(page_of: Open) -> None:
    with page_of() as vcam:
        slider = vcam.gesture("v_sign").get_by_role("slider", name="starts from")
        box = slider.bounding_box()
        gauge = vcam.gesture("v_sign").locator(".gauge").bounding_box()
        assert box is not None
        assert gauge is not None
        mouse = vcam.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + 15)
        mouse.down()
        mouse.move(gauge["x"] + gauge["width"] * 0.75, box["y"] + 15, steps=4)
        expect(slider).to_contain_text("0.75")
        assert not vcam.daemon.commands
        mouse.up()
        vcam.until(lambda: vcam.daemon.commands)
        assert vcam.sent(ChangeSettings)[0].set == {"triggers.gestures.v_sign.enter": 0.75}
        text = vcam.daemon.settings_file.read_text(encoding="utf-8")
        assert "enter: 0.75" in text
        assert "# the lamp flickers at 30" in text
        expect(slider).to_have_attribute("aria-valuenow", "0.75")


def test_threshold_is_moved_with_the_keys_and_reset(page_of: Open) -> None:
    with page_of() as vcam:
        row = vcam.gesture("v_sign")
        slider = row.get_by_role("slider", name="starts from")
        slider.focus()
        # The keys come together, however busy the machine is.
        vcam.page.clock.install()
        vcam.page.clock.pause_at(time.time() + 3600)
        for key in ("PageDown", "ArrowLeft", "ArrowLeft"):
            slider.press(key)
        expect(slider).to_have_attribute("aria-valuenow", "0.83")
        assert not vcam.daemon.commands
        vcam.page.clock.resume()
        vcam.until(lambda: vcam.daemon.commands)
        assert [command.set for command in vcam.sent(ChangeSettings)] == [
            {"triggers.gestures.v_sign.enter": 0.83}
        ]
        row.get_by_role("button", name="Defaults for V").click()
        expect(slider).to_have_attribute("aria-valuenow", "0.9")
        assert vcam.sent(ChangeSettings)[1].unset == ("triggers.gestures.v_sign.enter",)
        expect(row.get_by_role("button", name="Defaults for V")).to_be_hidden()


def test_leave_is_never_above_enter(page_of: Open) -> None:
    with page_of() as vcam:
        slider = vcam.gesture("metal").get_by_role("slider", name="ends below")
        assert slider.get_attribute("aria-valuemax") == "0.9"
        slider.press("End")
        vcam.until(lambda: vcam.daemon.commands)
        assert vcam.sent(ChangeSettings)[0].set == {"triggers.gestures.metal.leave": 0.9}
        enter = vcam.gesture("metal").get_by_role("slider", name="starts from")
        expect(enter).to_have_attribute("aria-valuemin", "0.9")


def test_refused_threshold_goes_back_and_says_why(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.faults.expect("409")
        vcam.daemon.refusal = VcamError("The file is locked", "close the editor")
        slider = vcam.gesture("v_sign").get_by_role("slider", name="starts from")
        slider.press("Home")
        expect(vcam.page.locator(".toast")).to_contain_text("The file is locked. Close the editor")
        expect(slider).to_have_attribute("aria-valuenow", "0.9")


def test_gestures_are_switched_held_and_tried(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.page.get_by_role("switch", name="Metal may start").click()
        vcam.page.get_by_role("switch", name="Answer gestures").click()
        vcam.page.get_by_role("button", name="Play what answers Thumb up").click()
        hold = vcam.page.get_by_label("V: hold for so many milliseconds")
        hold.fill("650")
        hold.press("Enter")
        vcam.until(lambda: vcam.sent(ChangeSettings))
        assert vcam.sent(SwitchGesture)[0].on is False
        assert vcam.sent(SwitchReactions)[0].on is False
        assert vcam.sent(React)[0].gesture == "thumb_up"
        assert vcam.sent(ChangeSettings)[0].set == {"triggers.gestures.v_sign.dwell_ms": 650}
        expect(vcam.page.get_by_role("switch", name="Answer gestures")).not_to_be_checked()


def test_pack_is_switched_by_others_and_here(page_of: Open) -> None:
    with page_of("packs") as vcam:
        party = vcam.pack("party").get_by_role("switch")
        expect(party).not_to_be_checked()
        vcam.daemon.run(SwitchPack(name="party", on=True))
        expect(party).to_be_checked()
        party.click()
        expect(party).not_to_be_checked()
        assert vcam.sent(SwitchPack)[-1] == SwitchPack(name="party", on=False)
        expect(party).to_be_focused()


def test_effect_is_played_by_click(page_of: Open) -> None:
    with page_of("packs") as vcam:
        retro = vcam.pack("selfie-glasses").get_by_role("button", name="Retro")
        retro.click()
        vcam.until(lambda: vcam.sent(Play))
        assert vcam.sent(Play)[0] == Play(pack="selfie-glasses", effect="retro")
        expect(vcam.pack("party").get_by_role("button", name="Hat")).to_be_disabled()
        vcam.daemon.change(mode="paused")
        expect(retro).to_be_disabled()


def test_words_of_a_pack_are_never_markup(page_of: Open) -> None:
    with page_of("packs") as vcam:
        first, *rest = vcam.daemon.state().packs
        evil = first.model_copy(update={"title": "<img src=x onerror=alert(1)>", "problem": "<b>"})
        vcam.daemon.change(packs=(evil, *rest))
        expect(vcam.pack("badges").locator("h3")).to_have_text("<img src=x onerror=alert(1)>")
        expect(vcam.pack("badges").locator(".problem")).to_have_text("<b>")


def test_history_grows_and_is_marked(page_of: Open) -> None:
    with page_of("history") as vcam:
        new = Start(id=4, gesture="v_sign", at=1.7e9 + 200, held_ms=510, score=0.95)
        vcam.daemon.starts = (new, *vcam.daemon.starts)
        vcam.daemon.change()
        row = vcam.page.locator("[data-start='4']")
        row.get_by_role("button", name="That was wrong").click()
        expect(row).to_contain_text("marked as wrong")
        row.get_by_role("button", name="It was right after all").click()
        expect(row).not_to_contain_text("marked as wrong")
        marks = [(command.start, command.wrong) for command in vcam.sent(MarkWrong)]
        assert marks == [(4, True), (4, False)]
        ids = vcam.page.locator("[data-start]").evaluate_all(
            "rows => rows.map((row) => row.dataset.start)"
        )
        assert ids == ["4", "3", "2", "1"]


def test_snapshot_can_be_downloaded(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.page.get_by_role("button", name="Snapshot").click()
        card = vcam.page.locator(".snapshot")
        expect(card.get_by_role("img")).to_have_js_property("naturalWidth", 64)
        with vcam.page.expect_download() as download:
            card.get_by_role("link", name="Download").click()
        assert download.value.suggested_filename == "vcam-1.png"
        assert len(vcam.sent(TakeSnapshot)) == 1


def test_camera_is_chosen_and_outputs_and_figures_are_told(page_of: Open) -> None:
    with page_of("camera") as vcam:
        panel = vcam.page.locator("#camera")
        expect(panel).to_contain_text("another program (zoom) uses it")
        expect(panel).to_contain_text("PipeWire does not run here")
        expect(panel).to_contain_text("1 reader")
        expect(panel).to_contain_text("delay the microphone by 85 ms")
        figures = vcam.daemon.state().figures.model_copy(update={"camera_to_output_ms": 2})
        vcam.daemon.change(figures=figures)
        expect(panel).to_contain_text("needs no delay")
        panel.get_by_role("radio", name="Fake Camera").check()
        vcam.until(lambda: vcam.sent(ChangeSettings))
        assert vcam.sent(ChangeSettings)[0].set == {"camera.device": "/dev/video0"}
        expect(panel.get_by_role("radio", name="Fake Camera")).to_be_checked()


def test_banners_tell_what_is_wrong(page_of: Open) -> None:
    with page_of() as vcam:
        settings = vcam.daemon.state().settings
        problem = "config.yaml, line 2: camera.widht is not a setting"
        vcam.daemon.change(
            settings=settings.model_copy(update={"problem": problem}), notices=("No tray here",)
        )
        banners = vcam.page.locator(".banners")
        expect(banners).to_contain_text(problem)
        expect(banners).to_contain_text("No tray here")
        vcam.daemon.change(settings=settings, notices=())
        expect(banners.locator(".banner")).to_have_count(0)


def test_lost_connection_is_shown_and_comes_back_by_itself(page_of: Open) -> None:
    with page_of() as vcam:
        live: list[WebSocketRoute] = []
        away = [True]

        def route(socket: WebSocketRoute) -> None:
            if away[0]:
                socket.close()
            else:
                live.append(socket)
                socket.connect_to_server()

        vcam.page.route_web_socket("**/api/live", route)
        vcam.page.evaluate(HIDE, True)
        vcam.page.evaluate(HIDE, False)
        expect(vcam.page.locator(".status")).to_contain_text("Not connected")
        expect(vcam.page.locator(".banners")).to_contain_text("tries again by itself")
        expect(vcam.page.get_by_role("button", name="Pause")).to_be_disabled()
        vcam.daemon.change(mode="frozen")
        away[0] = False
        expect(vcam.page.locator(".status")).to_contain_text("Frozen")
        expect(vcam.page.locator(".banners .banner")).to_have_count(0)
        assert live


def test_ended_daemon_and_another_one_that_does_not_know_this_page(
    page_of: Open, tmp_path: Path
) -> None:
    with page_of() as vcam:
        vcam.faults.expect("ERR_CONNECTION_REFUSED", "401", "/api/live", "preview.mjpeg")
        port = int(vcam.server.url.rsplit(":", 1)[1])
        vcam.server.stop()
        expect(vcam.page.locator(".status")).to_contain_text("Not connected")
        other = ControlServer(vcam.daemon, PageSettings(port=port), tmp_path / "other")
        other.start()
        try:
            expect(vcam.page.locator(".banners")).to_contain_text("vcam open")
        finally:
            other.stop()
