"""A digit is taught through the page in Chromium, from the hand in the running program's clip."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from vcam.vision.weights import is_complete

from .pages import Faults
from .processes import PATIENCE_S, Api, demo, until

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]

DIGIT = "digit_2"
"""The hand of the clip shows V, which is a two as well."""

ENOUGH = 11
"""One is thrown out again."""


def taught(running: Api) -> dict[str, Any]:
    """The taught poses, by name."""
    return {pose["name"]: pose for pose in running.state()["teaching"]["poses"]}


def hold(page: Page, running: Api) -> None:
    """Holds the button down while the clip shows a V, until there are samples enough."""
    seen = page.locator(".seen")
    pad = page.locator(f"[data-pad={DIGIT}] .pad")

    def samples() -> int:
        return len(taught(running).get(DIGIT, {"samples": []})["samples"])

    while samples() < ENOUGH:
        expect(seen).to_contain_text("I see: V", timeout=PATIENCE_S * 1000)
        pad.hover()
        page.mouse.down()
        until(lambda: "I see: V" not in seen.inner_text() or samples() >= ENOUGH)
        page.mouse.up()
        until(lambda: running.state()["teaching"]["phase"] == "idle")


def test_digit_is_taught_used_exported_forgotten_and_imported_again(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE_S * 1000)
    with demo(tmp_path) as (running, _file):
        faults = Faults(running.url)
        faults.watch(page)
        page.goto(running.read("/api/links", {})["url"], wait_until="domcontentloaded")
        page.get_by_role("tab", name="Teach").click()
        hold(page, running)

        # There is a thumbnail of what was taken, and a bad one is thrown out.
        card = page.locator(f"[data-pose={DIGIT}]")
        card.locator(".samples-of summary").click()
        count = len(taught(running)[DIGIT]["samples"])
        expect(card.locator(".sample")).to_have_count(count)
        expect(card.locator(".sample img").first).to_have_js_property("naturalWidth", 96)
        card.locator(".sample").last.click()
        card.get_by_role("button", name="Throw out").click()
        expect(card.locator(".sample")).to_have_count(count - 1)

        # Figures come first; nothing is live before "Use it".
        page.get_by_role("button", name="Train", exact=True).click()
        judged = page.locator(".judged")
        use = judged.get_by_role("button", name="Use it")
        expect(use).to_be_visible(timeout=PATIENCE_S * 1000)
        expect(judged.get_by_role("table", name="Figures")).to_contain_text("Digit 2")
        assert not taught(running)[DIGIT]["live"]
        use.click()
        expect(card.locator(".chip")).to_have_text("live")
        # It is watched for once it plays something.
        card.get_by_label("What Digit 2 plays").select_option("party/confetti")
        sure = page.locator(".seen.sure")
        expect(sure).to_contain_text("I see: Digit 2", timeout=PATIENCE_S * 1000)
        until(lambda: DIGIT in running.started())

        with page.expect_download() as download:
            page.get_by_role("link", name="Export (.vcamposes)").click()
        exported = Path(download.value.path()).read_bytes()
        with page.expect_download() as download:
            page.get_by_role("link", name="Export (.tflite)").click()
        assert Path(download.value.path()).read_bytes()[4:8] == b"TFL3"

        card.get_by_role("button", name="Forget").click()
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        expect(card).to_have_count(0)
        assert taught(running) == {}

        file = FilePayload(
            name="poses.vcamposes", mimeType="application/octet-stream", buffer=exported
        )
        page.set_input_files("#poses-file", [file])
        expect(page.locator(".toast").last).to_contain_text(
            "Imported: Digit 2", timeout=PATIENCE_S * 1000
        )
        expect(card.locator(".chip")).to_have_text("live")
        assert len(taught(running)[DIGIT]["samples"]) == count - 1
        assert faults.all() == []
        page.close()
