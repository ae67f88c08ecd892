"""The panel of gestures in Chromium: meters, thresholds, switches."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from vcam.control.commands import ChangeSettings, React, SwitchGesture, SwitchReactions
from vcam.control.state import Meter, Meters
from vcam.core.errors import VcamError

from .page_daemon import METERS
from .pages import Open


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
        assert vcam.sent(ChangeSettings, 1)[0].set == {"triggers.gestures.v_sign.enter": 0.75}
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
        assert vcam.sent(ChangeSettings, 2)[1].unset == ("triggers.gestures.v_sign.enter",)
        expect(row.get_by_role("button", name="Defaults for V")).to_be_hidden()


def test_leave_is_never_above_enter(page_of: Open) -> None:
    with page_of() as vcam:
        slider = vcam.gesture("metal").get_by_role("slider", name="ends below")
        assert slider.get_attribute("aria-valuemax") == "0.9"
        slider.press("End")
        vcam.until(lambda: vcam.daemon.commands)
        assert vcam.sent(ChangeSettings, 1)[0].set == {"triggers.gestures.metal.leave": 0.9}
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
        assert vcam.sent(SwitchGesture, 1)[0].on is False
        assert vcam.sent(SwitchReactions, 1)[0].on is False
        assert vcam.sent(React, 1)[0].gesture == "thumb_up"
        assert vcam.sent(ChangeSettings)[0].set == {"triggers.gestures.v_sign.dwell_ms": 650}
        expect(vcam.page.get_by_role("switch", name="Answer gestures")).not_to_be_checked()
