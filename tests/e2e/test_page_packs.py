"""Own packs on the page: installed, replaced, exported, removed."""

from __future__ import annotations

from playwright.sync_api import FilePayload, expect

from vcam.control.commands import SwitchPack
from vcam.testing.fake_packs import small_pack

from .pages import Open, Opened

PANEL = "packs"


def upload(vcam: Opened, content: bytes) -> None:
    file = FilePayload(name="cats.zip", mimeType="application/zip", buffer=content)
    expect(vcam.page.locator("#pack-file")).to_be_enabled()
    vcam.page.set_input_files("#pack-file", [file])


def test_pack_is_installed_exported_switched_and_removed(page_of: Open) -> None:
    with page_of() as vcam:
        upload(vcam, small_pack())
        expect(vcam.page.locator(".toast")).to_contain_text("Installed: cats")
        cats = vcam.pack("cats")
        expect(cats.locator("h3")).to_have_text("Cats")
        with vcam.page.expect_download() as download:
            cats.get_by_role("link", name="Export Cats").click()
        assert download.value.suggested_filename == "cats.zip"
        cats.get_by_role("switch").click()
        expect(cats.get_by_role("switch")).to_be_checked()
        cats.get_by_role("button", name="Remove the pack Cats").click()
        dialog = vcam.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Remove").click()
        expect(cats).to_have_count(0)
        assert vcam.sent(SwitchPack, 1)[-1] == SwitchPack(name="cats", on=False)


def test_packs_that_came_with_vcam_cannot_be_removed(page_of: Open) -> None:
    with page_of() as vcam:
        expect(vcam.pack("party").get_by_role("link", name="Export Party")).to_be_visible()
        expect(vcam.pack("party").get_by_role("button", name="Remove")).to_be_hidden()


def test_pack_that_is_there_is_replaced_once_that_is_confirmed(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.faults.expect("409")
        upload(vcam, small_pack())
        title = vcam.pack("cats").locator("h3")
        expect(title).to_have_text("Cats")
        upload(vcam, small_pack(title="Better cats"))
        dialog = vcam.page.get_by_role("dialog")
        expect(dialog).to_contain_text("The pack cats is installed already. Replace it")
        dialog.get_by_role("button", name="Cancel").click()
        expect(title).to_have_text("Cats")
        upload(vcam, small_pack(title="Best cats"))
        dialog.get_by_role("button", name="Replace").click()
        expect(title).to_have_text("Best cats")


def test_pack_that_is_not_fit_is_told(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.faults.expect("422")
        upload(vcam, b"no zip")
        expect(vcam.page.locator(".toast.bad")).to_contain_text("is no zip file")
        upload(vcam, small_pack("party"))
        expect(vcam.page.locator(".toast.bad").last).to_contain_text("comes with vcam")
