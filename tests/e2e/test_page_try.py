"""Trying pictures on the page, in Chromium."""

from __future__ import annotations

from base64 import b64encode

from playwright.sync_api import expect

from .pages import Open, picture

PANEL = "try"

DROP = """(label, files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = typeof content === "number"
      ? new Uint8Array(content)
      : Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type }));
  }
  label.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
"""Drops files, each a name, a type, and its bytes in base64 or how many zeros."""


def test_dropped_pictures_get_class_confidence_and_annotation(page_of: Open) -> None:
    with page_of() as vcam:
        content = b64encode(picture()["buffer"]).decode()
        files = [[name, "image/png", content] for name in ("one.png", "two.png")]
        vcam.page.locator(".drop[for=pictures]").evaluate(DROP, files)
        results = vcam.page.locator(".result")
        expect(results).to_have_count(2)
        first = results.first
        expect(first.locator(".file")).to_have_text("two.png")
        expect(first.locator(".verdict")).to_have_text("V 0.96")
        expect(first.locator(".bars li")).to_have_text(["V0.96", "No pose0.03"])
        expect(first.get_by_role("img")).to_have_js_property("naturalWidth", 80)
        expect(first).to_contain_text("Right hand")


def test_results_are_kept_over_panels_and_cleared_by_the_button(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.page.set_input_files("#pictures", [picture()])
        expect(vcam.page.locator(".result")).to_have_count(1)
        vcam.page.get_by_role("tab", name="Packs").click()
        vcam.page.get_by_role("tab", name="Try").click()
        expect(vcam.page.locator(".result")).to_have_count(1)
        vcam.page.get_by_role("button", name="Clear results").click()
        expect(vcam.page.locator(".result")).to_have_count(0)
        vcam.page.reload(wait_until="domcontentloaded")
        expect(vcam.page.locator(".drop[for=pictures]")).to_be_visible()
        expect(vcam.page.locator(".result")).to_have_count(0)


def test_what_is_no_picture_is_told(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.faults.expect("status of 4", "/api/try")
        text = ["notes.txt", "text/plain", 5]
        huge = ["huge.png", "image/png", 12 * 1024 * 1024 + 1]
        fake = ["fake.png", "image/png", 100]
        vcam.page.locator(".drop[for=pictures]").evaluate(DROP, [text, huge, fake])
        problems = vcam.page.locator(".result .problem")
        expect(problems).to_have_count(3)
        expect(problems.nth(2)).to_contain_text("no PNG, JPEG or WebP")
        expect(problems.nth(1)).to_contain_text("12 MB is the most")
        expect(problems.nth(0)).to_contain_text("Choose a PNG, JPEG or WebP file")
