"""Image models on the page, what follows from them, and what they make of a picture."""

from __future__ import annotations

import cv2
from playwright.sync_api import FilePayload, expect

from vcam.control.commands import ChangeSettings
from vcam.control.state import ClassScore, RecognisedClass
from vcam.testing import plain_image

from .abilities import MODELS, PEOPLE
from .pages import Open


def test_models_tell_what_they_see_cost_and_are_not_for(page_of: Open) -> None:
    with page_of("models") as vcam:
        panel = vcam.page.locator("#models")
        expect(panel).to_contain_text("No model lies in the models folder")
        vcam.daemon.change(recognisers=MODELS)
        smoking = panel.locator("[data-model=smoking]")
        expect(smoking).to_contain_text("running · whole picture · 2.0 looks a second · 18.4 ms")
        expect(smoking).to_contain_text("Not for: decisions about people")
        expect(smoking.locator(".bars li").first).to_contain_text("0.83")
        now = MODELS[0].model_copy(update={"classes": (ClassScore(name="smoking", score=0.25),)})
        vcam.daemon.change(recognisers=(now, *MODELS[1:]))
        expect(smoking.locator(".bars li")).to_have_text(["Smoking0.25"])
        expect(panel.locator("[data-model=eyewear]")).to_contain_text("waiting for a rule · faces")
        expect(panel.locator("[data-model=old]")).to_contain_text("input_size is missing")
        switch = smoking.get_by_role("switch", name="Model Smoking")
        switch.click()
        expect(switch).not_to_be_checked()
        assert vcam.sent(ChangeSettings, 1)[0].set == {"recognisers.models.smoking.enabled": False}


def test_rules_are_added_and_removed(page_of: Open) -> None:
    with page_of("models") as vcam:
        vcam.daemon.change(recognisers=MODELS, people=PEOPLE)
        panel = vcam.page.locator("#models")
        expect(panel).to_contain_text("Nothing follows")
        panel.get_by_text("New rule").click()
        add = panel.get_by_role("button", name="Add the rule")
        expect(add).to_be_disabled()
        panel.get_by_label("says", exact=True).select_option("smoking")
        panel.get_by_label("for so many seconds").fill("1.5")
        panel.get_by_label("this effect").select_option("badges/rock")
        add.click()
        rules = panel.locator(".rules > li")
        expect(rules).to_have_count(1)
        expect(rules.first).to_contain_text("Play Rock")
        expect(rules.first).to_contain_text("when Smoking says “Smoking” for 1.5 s")
        panel.get_by_label("When this model").select_option("people")
        panel.get_by_label("says", exact=True).select_option("unknown")
        panel.get_by_label("then", exact=True).select_option("blur")
        expect(panel.get_by_label("this effect")).to_be_hidden()
        add.click()
        expect(rules).to_have_count(2)
        first = {
            "when": {"recogniser": "smoking", "class": "smoking", "hold_ms": 1500},
            "do": "effect",
            "effect": "badges/rock",
        }
        second = {
            "when": {"recogniser": "people", "class": "unknown", "hold_ms": 1500},
            "do": "blur",
        }
        rules.first.get_by_role("button", name="Remove the rule: Play Rock").click()
        expect(rules).to_have_count(1)
        expect(rules.first).to_contain_text("somebody unknown")
        sent = [command.set["recognisers.rules"] for command in vcam.sent(ChangeSettings, 3)]
        assert sent == [[first], [first, second], [second]]
        # The file that was written is read again.
        text = vcam.daemon.settings_file.read_text(encoding="utf-8")
        assert "class: unknown" in text


def test_picture_is_told_by_the_models_too_and_stays_in_the_history(page_of: Open) -> None:
    with page_of("try") as vcam:
        vcam.daemon.change(recognisers=MODELS)
        said = (
            RecognisedClass(
                recogniser="smoking",
                classes=(
                    ClassScore(name="smoking", score=0.91),
                    ClassScore(name="not_smoking", score=0.09),
                ),
            ),
            RecognisedClass(recogniser="people", classes=(ClassScore(name="Siti", score=0.8),)),
        )
        plain = vcam.daemon.judge
        vcam.daemon.judge = lambda picture: plain(picture).model_copy(update={"recognised": said})  # type: ignore[method-assign]
        png = cv2.imencode(".png", plain_image(64, 36))[1].tobytes()
        for name in ("one.png", "two.png"):
            file = FilePayload(name=name, mimeType="image/png", buffer=png)
            vcam.page.set_input_files("#pictures", [file])
            result = vcam.page.locator(".result").first
            expect(result).to_contain_text(name)
            smoking = result.locator("[data-recogniser=smoking]")
            expect(smoking.locator("h3")).to_have_text("Smoking")
            expect(smoking.locator("li").first).to_have_text("Smoking0.91")
            expect(result.locator("[data-recogniser=people]")).to_contain_text("Siti")
        expect(vcam.page.locator(".result .file")).to_have_text(["two.png", "one.png"])
        vcam.page.get_by_role("button", name="Clear results").click()
        expect(vcam.page.locator(".result")).to_have_count(0)
