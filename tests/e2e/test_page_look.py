"""Background, show and motion beside the picture."""

from __future__ import annotations

from playwright.sync_api import expect

from vcam.control.commands import ChangeSettings
from vcam.core.errors import VcamError

from .pages import Open


def test_background_is_chosen_with_what_belongs_to_it(page_of: Open) -> None:
    with page_of() as vcam:
        look = vcam.page.locator(".look")
        expect(look.get_by_role("radio", name="None")).to_be_checked()
        expect(look.get_by_label("How much", exact=True)).to_be_hidden()
        look.get_by_text("Blur", exact=True).click()
        strength = look.get_by_role("slider", name="How much")
        strength.press("End")
        look.get_by_text("Gradient", exact=True).click()
        expect(strength).to_be_hidden()
        look.get_by_label("Colour at the bottom").fill("#102030")
        look.get_by_text("Video", exact=True).click()
        file = look.get_by_label("File on this computer")
        file.fill("/films/sea.mp4")
        file.press("Enter")
        vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 6)
        sent: dict[str, object] = {}
        for command in vcam.sent(ChangeSettings):
            sent |= command.set
        assert sent == {
            "effects.background.kind": "video",
            "effects.background.strength": 1,
            "effects.background.colour_below": "#102030",
            "effects.background.file": "/films/sea.mp4",
        }
        vcam.setting_arrives("effects.background.file", "/films/sea.mp4")
        expect(look.locator("summary")).to_contain_text("Video")


def test_show_and_motion_are_switched_with_the_keys(page_of: Open) -> None:
    with page_of() as vcam:
        look = vcam.page.locator(".look")
        look.get_by_role("radio", name="Normal").press("ArrowRight")
        vcam.setting_arrives("effects.show", "wild")
        expect(look.get_by_role("radio", name="Wild")).to_be_checked()
        motion = look.get_by_role("switch", name="Reduced motion")
        motion.press("Enter")
        expect(motion).to_be_checked()
        vcam.setting_arrives("effects.reduced_motion", True)
        motion.press("Space")
        expect(motion).not_to_be_checked()


def test_refused_choice_goes_back_and_says_why(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.faults.expect("409")
        vcam.daemon.refusal = VcamError("The file is locked", "close the editor")
        look = vcam.page.locator(".look")
        look.get_by_text("Blur", exact=True).click()
        expect(vcam.page.locator(".toast")).to_contain_text("The file is locked")
        expect(look.get_by_role("radio", name="None")).to_be_checked()


def test_it_is_folded_where_there_is_little_room(page_of: Open) -> None:
    with page_of(viewport={"width": 360, "height": 740}) as vcam:
        expect(vcam.page.get_by_role("radio", name="Blur")).to_be_hidden()
        vcam.page.locator(".look summary").click()
        expect(vcam.page.get_by_role("radio", name="Blur")).to_be_attached()
        expect(vcam.page.get_by_text("Blur", exact=True)).to_be_visible()
