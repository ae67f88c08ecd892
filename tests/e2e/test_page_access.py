"""The page for everybody: axe's rules, the keyboard, narrow screens, no motion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .abilities import show_everything
from .pages import opened

PANELS = (
    "gestures",
    "packs",
    "gallery",
    "selfie",
    "teach",
    "history",
    "personal",
    "people",
    "models",
    "try",
    "camera",
    "settings",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}


def show_all(page: Page) -> None:
    """All panels at once: axe skips what is hidden, and takes seconds for each look."""
    for panel in PANELS:
        show(page, panel)
    page.evaluate("""document.querySelectorAll("[role=tabpanel]")
      .forEach((panel) => { panel.hidden = false; })""")
    # Fifty effects are shown in the same way; two tell as much.
    page.evaluate("""document.querySelectorAll(".tile:nth-child(n + 2)")
      .forEach((tile) => { tile.hidden = true; })""")
    # Colours that are still on their way would be measured half-way.
    page.wait_for_timeout(250)


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def show(page: Page, panel: str) -> None:
    page.locator(f"#tab-{panel}").click()
    # Some are fetched only now.
    expect(page.locator(f"#{panel} > *").first).to_be_visible()
    if panel == "settings":
        page.locator("#search").fill("packs")
        page.locator("[data-key]").first.wait_for()


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
def test_axe_finds_nothing_serious(
    browser: Browser, tmp_path: Path, scheme: Any, size: dict[str, int]
) -> None:
    with opened(browser, tmp_path, color_scheme=scheme, viewport=size) as vcam:
        settings = vcam.daemon.state().settings
        vcam.daemon.change(
            settings=settings.model_copy(update={"problem": "line 2: no", "warning": "read-only"})
        )
        vcam.page.set_input_files(
            "#pictures", [{"name": "no.txt", "mimeType": "text/plain", "buffer": b"x"}]
        )
        show_everything(vcam.daemon)
        show_all(vcam.page)
        vcam.page.locator(".new-rule summary").click()
        vcam.page.locator(".samples-of summary").first.click()
        vcam.page.locator(".sample").first.click()
        assert violations(vcam.page) == []


@pytest.mark.parametrize("locale", ["en-GB", "id-ID"])
def test_nothing_is_wider_than_a_narrow_screen(
    browser: Browser, tmp_path: Path, locale: str
) -> None:
    with opened(browser, tmp_path, locale=locale, viewport=NARROW) as vcam:
        show_everything(vcam.daemon)
        for panel in PANELS:
            show(vcam.page, panel)
            width = vcam.page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW["width"], panel


def test_targets_are_large_enough_for_fingers(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, viewport=NARROW) as vcam:
        show_everything(vcam.daemon)
        small = """() => [...document.querySelectorAll("button, select, summary, [role=slider], "
            + "a.link, input:not(.sr, [type=radio], [type=checkbox])")]
          .filter((element) => element.offsetParent !== null)
          .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
          .filter(([, box]) => box.height < 40 || box.width < 40)
          .map(([html]) => html)"""
        for panel in PANELS:
            show(vcam.page, panel)
            assert vcam.page.evaluate(small) == [], panel


def test_panels_are_reached_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path) as vcam:
        page = vcam.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the panels")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("tab", name="Gestures")).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Packs")).to_be_focused()
        expect(page.locator("#packs")).to_be_visible()
        page.keyboard.press("End")
        expect(page.locator("#settings")).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#gestures")).to_be_visible()


def test_reduced_motion_is_respected(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, reduced_motion="reduce") as vcam:
        moving = """[...document.querySelectorAll("*")].filter((element) =>
          parseFloat(getComputedStyle(element).transitionDuration) > 0).length"""
        assert vcam.page.evaluate(moving) == 0
