"""The web page in Chromium: picture, packs, history, camera, connection."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, WebSocketRoute, expect

from vcam.control.commands import (
    ChangeSettings,
    ChooseProfile,
    Freeze,
    MarkWrong,
    Pause,
    Play,
    Resume,
    SwitchPack,
    TakeSnapshot,
)
from vcam.control.server import ControlServer
from vcam.control.state import Start
from vcam.settings.schema import PageSettings

from .pages import Open

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


def test_pack_is_switched_by_others_and_here(page_of: Open) -> None:
    with page_of("packs") as vcam:
        party = vcam.pack("party").get_by_role("switch")
        expect(party).not_to_be_checked()
        vcam.daemon.run(SwitchPack(name="party", on=True))
        expect(party).to_be_checked()
        party.click()
        expect(party).not_to_be_checked()
        assert vcam.sent(SwitchPack, 1)[-1] == SwitchPack(name="party", on=False)
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
        marks = [(command.start, command.wrong) for command in vcam.sent(MarkWrong, 2)]
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
        assert len(vcam.sent(TakeSnapshot, 1)) == 1


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
