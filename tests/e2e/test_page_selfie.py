"""Selfies on the page: how they are taken, the countdown, what has been taken."""

from __future__ import annotations

from playwright.sync_api import expect

from vcam.control.commands import ChangeSettings, TakeSelfie
from vcam.control.state import SelfieState

from .pages import Open

PANEL = "selfie"


def test_selfie_is_begun_counted_taken_and_downloaded(page_of: Open) -> None:
    with page_of() as vcam:
        panel = vcam.page.locator("#selfie")
        expect(panel).to_contain_text("Nothing has been taken yet.")
        panel.get_by_role("button", name="Take a selfie").click()
        countdown = vcam.page.locator(".countdown")
        expect(countdown).to_be_visible()
        expect(countdown).to_contain_text("Selfie in")
        # It counts by itself: the daemon tells nothing new meanwhile.
        expect(countdown.locator("strong")).to_have_text("1")
        selfie = vcam.daemon.state().selfie
        assert selfie is not None
        vcam.daemon.change(selfie=selfie.model_copy(update={"phase": "saving", "left_s": 0}))
        expect(countdown).to_contain_text("Saving it")
        expect(countdown.get_by_role("button")).to_be_hidden()
        vcam.daemon.selfies.finish()
        expect(countdown).to_be_hidden()
        picture = panel.locator("[data-picture='vcam-1.png']")
        expect(picture).to_contain_text("Picture")
        expect(picture.get_by_role("img")).to_have_js_property("naturalWidth", 64)
        with vcam.page.expect_download() as download:
            picture.get_by_role("link").click()
        assert download.value.suggested_filename == "vcam-1.png"
        assert vcam.sent(TakeSelfie) == [TakeSelfie()]


def test_selfie_that_a_pose_began_is_cancelled_on_the_picture(page_of: Open) -> None:
    with page_of("gestures") as vcam:
        vcam.daemon.change(
            selfie=SelfieState(phase="counting", left_s=20, take="strip", gesture="three")
        )
        vcam.page.get_by_role("button", name="Cancel the selfie").click()
        expect(vcam.page.locator(".countdown")).to_be_hidden()
        assert vcam.sent(TakeSelfie) == [TakeSelfie(cancel=True)]


def test_newest_picture_is_the_first(page_of: Open) -> None:
    with page_of() as vcam:
        for take in ("still", "strip"):
            vcam.daemon.run(TakeSelfie(take=take))
            vcam.daemon.selfies.finish()
        names = vcam.page.locator("[data-picture]")
        expect(names).to_have_count(2)
        expect(names.first).to_contain_text("Strip")


def test_choices_are_settings(page_of: Open) -> None:
    with page_of() as vcam:
        panel = vcam.page.locator("#selfie")
        burst = panel.get_by_role("radio", name="Burst")
        expect(panel.get_by_role("radio", name="Picture", exact=True)).to_be_checked()
        burst.check(force=True)
        panel.get_by_role("radio", name="Without effects").check(force=True)
        countdown = panel.get_by_label("Countdown in seconds").last
        countdown.fill("10")
        countdown.press("Enter")
        panel.get_by_role("combobox", name="Pose that starts it").select_option("three")
        vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 4)
        assert [command.set for command in vcam.sent(ChangeSettings)] == [
            {"selfie.take": "burst"},
            {"selfie.looks": "clean"},
            {"selfie.countdown_s": 10},
            {"selfie.gesture": "three"},
        ]
        vcam.setting_arrives("selfie.gesture", "three")
        expect(burst).to_be_checked()
        expect(countdown).to_have_value("10")


def test_what_others_change_is_shown(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.run(ChangeSettings(set={"selfie.take": "clip", "selfie.countdown_s": 7}))
        panel = vcam.page.locator("#selfie")
        expect(panel.get_by_role("radio", name="Clip")).to_be_checked()
        expect(panel.get_by_label("Countdown in seconds").last).to_have_value("7")
