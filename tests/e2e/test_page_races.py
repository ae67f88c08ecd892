"""What arrives at the page while somebody acts on it: answers that are late, old, or not there."""

from __future__ import annotations

import threading

from playwright.sync_api import APIResponse, FilePayload, Route, expect

from vcam.control.commands import ChangeSettings, SwitchPack
from vcam.control.state import Judgement
from vcam.core.errors import VcamError

from .pages import Open, Opened, picture


class Held:
    """Answers that are made at once and handed over when the test says so.

    Args:
        vcam: the page.
        path: of the requests.
        before: whether the daemon gets them only when they are let go.
    """

    def __init__(self, vcam: Opened, path: str, *, before: bool = False) -> None:
        self._vcam = vcam
        self._held: list[tuple[Route, APIResponse | None]] = []
        self._before = before
        self._path = path
        self.count = 0

    def __enter__(self) -> Held:
        self._vcam.page.route(self._path, self._hold)
        return self

    def __exit__(self, *_: object) -> None:
        # What is still held goes its own way then.
        self._vcam.page.unroute_all(behavior="ignoreErrors")

    def _hold(self, route: Route) -> None:
        self._held.append((route, None if self._before else route.fetch()))
        self.count += 1

    def arrive(self, count: int) -> None:
        """Waits for so many in all."""
        self._vcam.until(lambda: self.count >= count)

    def let_go(self) -> None:
        """Hands over the one that was held first."""
        route, answer = self._held.pop(0)
        if answer is None:
            route.continue_()
        else:
            route.fulfill(response=answer)


def by_another(vcam: Opened, value: float) -> None:
    """Somebody else changes a setting."""
    vcam.daemon.run(ChangeSettings(set={"camera.width": value}))


def test_way_back_while_answers_are_late(page_of: Open) -> None:
    with page_of("settings") as vcam:
        row = vcam.setting("camera.fps")
        field = row.get_by_role("spinbutton")
        expect(field).to_have_value("24")
        with Held(vcam, "**/api/settings") as answers:
            by_another(vcam, 640)
            answers.arrive(1)
            row.get_by_role("button", name="Back to the default").click()
            vcam.until(lambda: "fps:" not in vcam.daemon.settings_file.read_text(encoding="utf-8"))
            by_another(vcam, 800)
            answers.let_go()
            vcam.setting_arrives("camera.width", 640)
            expect(field).to_have_value("24")
            answers.arrive(2)
            answers.let_go()
            expect(field).to_have_value("30")
            expect(field).to_be_focused()
            expect(row.get_by_role("button")).to_have_count(0)


def test_field_that_has_the_focus_alone_follows_what_others_change(page_of: Open) -> None:
    with page_of("settings") as vcam:
        field = vcam.setting("camera.fps").get_by_role("spinbutton")
        field.focus()
        vcam.daemon.run(ChangeSettings(set={"camera.fps": 20}))
        expect(field).to_have_value("20")
        field.fill("21")
        field.press("Enter")
        vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
        vcam.daemon.run(ChangeSettings(set={"camera.fps": 22}))
        expect(field).to_have_value("22")
        expect(field).to_be_focused()


def test_what_was_decided_is_not_undone_by_an_older_answer(page_of: Open) -> None:
    with page_of("settings") as vcam:
        row = vcam.setting("effects.progress_ring")
        choice = row.get_by_role("combobox")
        before = choice.input_value()
        assert before != "off"
        with Held(vcam, "**/api/settings") as answers:
            by_another(vcam, 640)
            answers.arrive(1)
            choice.select_option("off")
            vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
            answers.let_go()
            vcam.setting_arrives("camera.width", 640)
            assert choice.input_value() == "off"
            answers.arrive(2)
            answers.let_go()
            expect(row.get_by_role("status")).to_have_text("Saved")
            assert choice.input_value() == "off"


def test_refused_choice_goes_back(page_of: Open) -> None:
    with page_of("settings") as vcam:
        vcam.faults.expect("409")
        vcam.daemon.refusal = VcamError("The file is locked", "close the editor")
        row = vcam.setting("reactions.packs")
        row.get_by_role("textbox").fill("party")
        row.get_by_role("textbox").press("Enter")
        expect(row.get_by_role("alert")).to_contain_text("The file is locked")
        expect(row.locator("li")).to_have_count(1)


def test_camera_that_was_chosen_stays_chosen(page_of: Open) -> None:
    with page_of("camera") as vcam:
        radio = vcam.page.locator("#camera").get_by_role("radio", name="Fake Camera")
        expect(radio).not_to_be_checked()
        with Held(vcam, "**/api/settings") as answers:
            by_another(vcam, 640)
            answers.arrive(1)
            radio.check()
            vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
            answers.let_go()
            vcam.setting_arrives("camera.width", 640)
            assert radio.is_checked()
            answers.arrive(2)
            answers.let_go()
            vcam.setting_arrives("camera.device", "/dev/video0")
            assert radio.is_checked()


def test_changes_reach_the_daemon_in_the_order_of_the_user(page_of: Open) -> None:
    with page_of("settings") as vcam:
        row = vcam.setting("reactions.packs")
        expect(row.locator("li")).to_have_count(1)
        with Held(vcam, "**/api/commands", before=True) as commands:
            row.get_by_role("textbox").fill("party")
            row.get_by_role("button", name="Add").click()
            row.get_by_role("button", name="Remove selfie-glasses").click()
            expect(row.locator("li")).to_have_count(1)
            commands.arrive(1)
            assert commands.count == 1
            commands.let_go()
            commands.arrive(2)
            commands.let_go()
            vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
            assert [command.set["reactions.packs"] for command in vcam.sent(ChangeSettings)] == [
                ["selfie-glasses", "party"],
                ["party"],
            ]


def test_threshold_that_is_moved_back_at_once_is_back(page_of: Open) -> None:
    with page_of("gestures") as vcam:
        slider = vcam.gesture("v_sign").get_by_role("slider", name="starts from")
        with Held(vcam, "**/api/commands", before=True) as commands:
            for key in ("PageDown", "PageUp"):
                slider.press(key)
                slider.blur()
            commands.arrive(1)
            commands.let_go()
            commands.arrive(2)
            commands.let_go()
            vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
            values = [command.set for command in vcam.sent(ChangeSettings)]
            assert values == [{"triggers.gestures.v_sign.enter": value} for value in (0.85, 0.9)]
            expect(slider).to_have_attribute("aria-valuenow", "0.9")


def test_answer_that_failed_is_asked_for_again(page_of: Open) -> None:
    with page_of("settings") as vcam:
        vcam.faults.expect("503")
        field = vcam.setting("camera.fps").get_by_role("spinbutton")
        refuse = {"status": 503, "json": {"error": "too much at once", "fix": ""}}
        vcam.page.route("**/api/settings", lambda route: route.fulfill(**refuse), times=1)
        vcam.daemon.run(ChangeSettings(set={"camera.fps": 20}))
        expect(field).to_have_value("20")


def test_nothing_is_built_anew_under_the_hand(page_of: Open) -> None:
    with page_of("settings") as vcam:
        row = vcam.setting("reactions.packs")
        chip = row.locator("li")
        chip.evaluate("chip => { chip.known = true; }")
        by_another(vcam, 640)
        vcam.setting_arrives("camera.width", 640)
        assert chip.evaluate("chip => chip.known")


def test_what_follows_something_that_goes_keeps_the_focus(page_of: Open) -> None:
    with page_of("packs") as vcam:
        switch = vcam.pack("party").get_by_role("switch")
        switch.focus()
        packs = vcam.daemon.state().packs
        first = packs[0].name
        assert first != "party"
        vcam.daemon.change(packs=packs[1:])
        expect(vcam.pack(first)).to_have_count(0)
        expect(switch).to_be_focused()
        vcam.daemon.change(packs=packs)
        expect(vcam.pack(first)).to_have_count(1)
        expect(switch).to_be_focused()
        switch.press("Space")
        vcam.until(lambda: vcam.sent(SwitchPack))


def test_section_that_was_unfolded_stays_so(page_of: Open) -> None:
    with page_of("settings") as vcam:
        open_now = """async () => {
          const { put, store } = await import("/static/js/store.js");
          const section = document.querySelector(".section");
          section.querySelector("summary").click();
          put("settings", store.settings);
          return section.open;
        }"""
        vcam.page.locator(".section").first.wait_for()
        assert vcam.page.evaluate(open_now)
        assert not vcam.page.evaluate(open_now)


def test_picture_that_is_judged_while_the_language_changes(page_of: Open) -> None:
    with page_of("try") as vcam:
        go = threading.Event()
        judge = vcam.daemon.judge

        def late(content: bytes) -> Judgement:
            go.wait()
            return judge(content)

        vcam.daemon.judge = late  # type: ignore[method-assign]
        try:
            file: FilePayload = picture()
            vcam.page.set_input_files("#pictures", [file])
            vcam.page.locator("#language").select_option("id")
            expect(vcam.page.get_by_role("tab", name="Setelan")).to_be_visible()
        finally:
            go.set()
        expect(vcam.page.locator(".result")).to_have_count(1)
