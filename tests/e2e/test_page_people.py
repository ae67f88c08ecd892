"""People on the page: nothing without consent, enrolment, forgetting, attendance."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from vcam.control.commands import ChangeSettings, Enrol, ForgetPerson

from .abilities import PEOPLE
from .pages import Open

PANEL = "people"


def test_people_are_recognised_only_once_everybody_was_asked(page_of: Open) -> None:
    with page_of() as vcam:
        switch = vcam.page.get_by_role("switch", name="Recognise people")
        expect(switch).not_to_be_checked()
        dialog = vcam.page.get_by_role("dialog")
        switch.click()
        dialog.get_by_role("button", name="Cancel").click()
        expect(switch).not_to_be_checked()
        assert vcam.sent(ChangeSettings) == []
        switch.click()
        dialog.get_by_role("button", name="They have agreed").click()
        expect(switch).to_be_checked()
        switch.click()
        expect(switch).not_to_be_checked()
        sent = [command.set for command in vcam.sent(ChangeSettings, 2)]
        assert sent == [{"people.enabled": True}, {"people.enabled": False}]


def test_enrolment_needs_consent_guides_and_can_be_given_up(page_of: Open) -> None:
    with page_of() as vcam:
        panel = vcam.page.locator("#people")
        begin = panel.get_by_role("button", name="Enrol")
        panel.get_by_label("Name", exact=True).fill("Agus")
        expect(begin).to_be_disabled()
        panel.get_by_role("checkbox", name="has agreed").check()
        begin.click()
        step = panel.locator(".step")
        expect(step).to_have_text("Look at the camera")
        expect(begin).to_be_hidden()
        vcam.daemon.people.look(6, "too dark")
        bar = panel.get_by_role("progressbar", name="Good looks")
        expect(bar).to_have_attribute("aria-valuenow", "40")
        expect(panel).to_contain_text("Agus: 6 of 15 good looks")
        expect(panel).to_contain_text("too dark")
        panel.get_by_role("button", name="Cancel").click()
        expect(step).to_have_text("Cancelled")
        # Consent is asked of each person anew.
        panel.get_by_label("Name", exact=True).fill("Rina")
        expect(begin).to_be_disabled()
        panel.get_by_role("checkbox", name="has agreed").check()
        begin.click()
        expect(step).to_have_text("Look at the camera")
        vcam.daemon.people.look(15)
        expect(panel.locator("[data-person='Rina']")).to_contain_text("15 looks")
        assert vcam.sent(Enrol, 1) == [
            Enrol(name="Agus", consent=True),
            Enrol(name="Agus", cancel=True),
            Enrol(name="Rina", consent=True),
        ]


def test_people_are_forgotten_one_by_one_and_all(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.change(people=PEOPLE)
        panel = vcam.page.locator("#people")
        expect(panel.locator("[data-person='Siti']")).to_contain_text("here now")
        dialog = vcam.page.get_by_role("dialog")
        panel.get_by_role("button", name="Forget Siti").click()
        expect(dialog).to_contain_text("Forget Siti, with their lines of the attendance?")
        dialog.get_by_role("button", name="Forget").click()
        expect(panel.locator("[data-person='Siti']")).to_have_count(0)
        expect(panel.get_by_role("row", name="Siti")).to_have_count(0)
        panel.get_by_role("button", name="Forget everybody").click()
        dialog.get_by_role("button", name="Forget everybody").click()
        expect(panel).to_contain_text("Nobody.")
        assert vcam.sent(ForgetPerson, 2) == [ForgetPerson(name="Siti"), ForgetPerson(name=None)]


def test_attendance_is_a_table_and_a_file(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.change(people=PEOPLE.model_copy(update={"problem": "The faces are missing"}))
        panel = vcam.page.locator("#people")
        expect(panel).to_contain_text("The faces are missing")
        rows = panel.get_by_role("table").get_by_role("row")
        expect(rows).to_have_count(3)
        expect(rows.nth(1)).to_contain_text("2026-11-21")
        expect(rows.nth(1)).to_contain_text("74")
        with vcam.page.expect_download() as download:
            panel.get_by_role("link", name="Download as CSV").click()
        assert download.value.suggested_filename == "attendance.csv"
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert [line.partition(",")[0] for line in text.splitlines()] == [
            "name",
            "Budi Santoso",
            "Siti",
        ]
        panel.get_by_role("switch", name="Note who was seen when").click()
        days = panel.get_by_label("Delete after so many days")
        days.fill("7")
        days.press("Enter")
        vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
        sent = [command.set for command in vcam.sent(ChangeSettings, 2)]
        assert sent == [{"people.attendance": True}, {"people.keep_days": 7}]
