"""What effects look like: in the gallery, and beside the packs' effects."""

from __future__ import annotations

from playwright.sync_api import expect

from vcam.control.commands import Play
from vcam.core.errors import VcamError

from .pages import Open, Opened


def drawn(vcam: Opened) -> list[tuple[str, str, bool]]:
    """Notes what is drawn from now on."""
    asked: list[tuple[str, str, bool]] = []
    plain = vcam.daemon.packs.preview

    def draw(name: str, effect: str, still: bool) -> bytes:
        asked.append((name, effect, still))
        return plain(name, effect, still)

    vcam.daemon.packs.preview = draw  # type: ignore[method-assign]
    return asked


def test_gallery_shows_all_effects_and_moves_the_one_that_is_pointed_at(page_of: Open) -> None:
    with page_of("gestures") as vcam:
        asked = drawn(vcam)
        vcam.page.locator("#tab-gallery").click()
        packs = vcam.daemon.state().packs
        total = sum(len(pack.effects) for pack in packs)
        expect(vcam.page.locator(".tile")).to_have_count(total)
        tile = vcam.page.locator("[data-effect='badges/rock']")
        expect(tile.locator("img").first).to_have_js_property("naturalWidth", 320)
        # What is far below has not been drawn, and nothing moves.
        assert all(still for _, _, still in asked)
        assert len(asked) < total
        screen = tile.get_by_role("button", name="Show Rock")
        screen.hover()
        expect(tile.locator(".shows .moving-picture")).to_have_js_property("naturalWidth", 320)
        assert ("badges", "rock", False) in asked
        vcam.page.mouse.move(5, 5)
        expect(tile.locator(".moving-picture")).to_have_count(0)
        screen.press("Enter")
        expect(tile.locator(".moving-picture")).to_have_count(1)
        vcam.page.keyboard.press("Escape")
        expect(tile.locator(".moving-picture")).to_have_count(0)
        # It is played while its pack is on.
        play = tile.get_by_role("button", name="Play Rock now")
        expect(play).to_be_disabled()
        vcam.page.locator("#gallery").get_by_role("switch", name="Pack Badges").click()
        play.click()
        vcam.until(lambda: vcam.sent(Play) == [Play(pack="badges", effect="rock")])

        # What cannot be drawn is told where it would be.
        def fail(name: str, effect: str, still: bool) -> bytes:
            raise VcamError("The picture is gone")

        vcam.faults.expect("404")
        vcam.daemon.packs.preview = fail  # type: ignore[method-assign]
        other = vcam.page.locator("[data-effect='badges/peace']")
        other.get_by_role("button", name="Show Peace").hover()
        expect(other).to_contain_text("It cannot be shown now.")


def test_nothing_moves_for_who_wants_no_motion(page_of: Open) -> None:
    with page_of("gestures", reduced_motion="reduce") as vcam:
        asked = drawn(vcam)
        vcam.page.locator("#tab-gallery").click()
        tile = vcam.page.locator("[data-effect='badges/rock']")
        tile.get_by_role("button", name="Show Rock").click()
        expect(tile.locator("img").first).to_have_js_property("naturalWidth", 320)
        expect(tile.locator(".moving-picture")).to_have_count(0)
        vcam.page.locator("#tab-packs").click()
        vcam.pack("badges").get_by_text("Rock").hover()
        expect(vcam.page.locator(".glimpse.loaded img")).to_have_js_property("naturalWidth", 320)
        assert all(still for _, _, still in asked)


def test_packs_show_what_an_effect_does_on_pointing_and_on_focus(page_of: Open) -> None:
    with page_of("packs") as vcam:
        asked = drawn(vcam)
        glimpse = vcam.page.locator(".glimpse.loaded")
        # Also of a pack that is off, whose buttons cannot be pressed.
        vcam.pack("badges").get_by_text("Rock").hover()
        expect(glimpse.get_by_alt_text("What Rock looks like")).to_be_visible()
        vcam.page.mouse.move(5, 5)
        expect(vcam.page.locator(".glimpse")).to_have_count(0)
        retro = vcam.pack("selfie-glasses").get_by_role("button", name="Play Retro")
        vcam.pack("selfie-glasses").get_by_role("switch").focus()
        vcam.page.keyboard.press("Tab")
        expect(retro).to_be_focused()
        expect(glimpse.get_by_alt_text("What Retro looks like")).to_be_visible()
        vcam.page.keyboard.press("Escape")
        expect(vcam.page.locator(".glimpse")).to_have_count(0)
        assert asked == [("badges", "rock", False), ("selfie-glasses", "retro", False)]
