"""Teaching on the page: hold a button, sort samples, train, judge, use, export, forget, import."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FilePayload, Locator, expect

from vcam.control.commands import (
    ChangeSettings,
    ForgetPose,
    RenamePose,
    SortSamples,
    Teach,
    TrainTaught,
    UseTaught,
)
from vcam.control.state import HandOutline, PoseFigures
from vcam.core.errors import VcamError

from .abilities import teach_three
from .page_daemon import METERS, hand_points
from .pages import Open, Opened

PANEL = "teach"


def pad(vcam: Opened, name: str) -> Locator:
    return vcam.page.locator(f"[data-pad='{name}'] .pad")


def pose(vcam: Opened, name: str) -> Locator:
    return vcam.page.locator(f"[data-pose='{name}']")


def phase(vcam: Opened) -> str:
    return vcam.daemon.state().teaching.phase


def press(vcam: Opened, target: Locator) -> None:
    target.hover()
    vcam.page.mouse.down()


def test_samples_are_taken_as_long_as_the_button_is_held(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.taught.at_once = False
        expect(vcam.page.locator(".pad")).to_have_count(5)
        press(vcam, pad(vcam, "digit_3"))
        vcam.until(lambda: phase(vcam) == "taking")
        vcam.daemon.taught.take(4)
        expect(pad(vcam, "digit_3")).to_contain_text("4 of 10")
        expect(vcam.page.locator(".teaching .step")).to_have_text(
            "Taking samples: Digit 3. Hold the pose"
        )
        expect(pad(vcam, "digit_1")).to_be_disabled()
        vcam.daemon.taught.take(8)
        expect(pad(vcam, "digit_3")).to_contain_text("12 ✓")
        vcam.page.mouse.up()
        vcam.until(lambda: phase(vcam) == "idle")
        assert vcam.sent(Teach) == [
            Teach(pose="digit_3", samples=300),
            Teach(pose="digit_3", cancel=True),
        ]
        expect(pose(vcam, "digit_3")).to_contain_text("Samples: 12")
        expect(vcam.page.locator(".pad")).to_have_count(5)


def test_letting_go_in_any_way_ends_it(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.taught.at_once = False
        keys, target = vcam.page.keyboard, pad(vcam, "digit_1")
        for number, leave in enumerate(("moves away", "window", " ", "Enter"), start=1):
            if leave in (" ", "Enter"):
                target.focus()
                keys.down(leave)
                keys.down(leave)  # Held keys repeat.
            else:
                press(vcam, target)
            vcam.until(lambda: phase(vcam) == "taking")
            if leave == "moves away":
                vcam.page.mouse.move(5, 5)
            elif leave == "window":
                vcam.page.evaluate("window.dispatchEvent(new Event('blur'))")
            else:
                keys.up(leave)
            vcam.until(lambda: phase(vcam) == "idle")
            vcam.page.mouse.up()
            assert [command.cancel for command in vcam.sent(Teach)] == [False, True] * number


def test_who_is_alone_has_a_countdown(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.page.get_by_role(
            "button", name="Count down 3 s, then take 30 samples of Digit 2"
        ).click()
        expect(vcam.page.locator("[data-pad='digit_2'] .seconds")).to_have_text("3")
        expect(vcam.page.locator(".teaching .step")).to_contain_text("Get ready: Digit 2.")
        assert vcam.sent(Teach) == [Teach(pose="digit_2", samples=30, countdown_s=3)]
        vcam.daemon.taught.finish_taking()
        expect(pad(vcam, "digit_2")).to_contain_text("30 ✓")
        vcam.page.get_by_role(
            "button", name="Count down 3 s, then take 30 samples of Digit 4"
        ).click()
        vcam.page.get_by_role("button", name="Stop taking samples of Digit 4").click()
        vcam.until(lambda: phase(vcam) == "idle")


def test_pose_of_any_name_is_trained_judged_and_used(page_of: Open) -> None:
    with page_of() as vcam:
        page = vcam.page
        train = page.get_by_role("button", name="Train", exact=True)
        expect(train).to_be_disabled()
        field, add = page.get_by_label("Another pose"), page.get_by_role("button", name="Add")
        for wrong, why in (
            ("Metal", "called Metal of its own"),
            ("\u4f60\u597d", "letters from A"),
        ):
            field.fill(wrong)
            add.click()
            expect(page.locator(".toast.bad").last).to_contain_text(why)
        for written, name in (("5 \u00e9toiles!", "digit_5_etoiles"), ("phone", "phone")):
            field.fill(written)
            add.click()
            expect(pad(vcam, name)).to_be_focused()
        vcam.daemon.run(Teach(pose="phone", samples=9))
        expect(vcam.page.locator("#teach")).to_contain_text("Phone needs 1 more.")
        expect(train).to_be_disabled()
        vcam.daemon.run(Teach(pose="phone", samples=3))
        train.click()
        judged = page.locator(".judged")
        expect(judged).to_contain_text("All poses are told apart well")
        expect(judged.get_by_role("row", name="Phone 100% 96% 12")).to_be_visible()
        matrix = judged.get_by_role("table", name="What was shown")
        expect(matrix.get_by_role("columnheader")).to_have_text(["Phone", "No pose"])
        expect(matrix.locator("tbody tr").first.get_by_role("cell")).to_have_text(["12", "0"])
        expect(pose(vcam, "phone").locator(".chip")).to_have_text("not live")
        judged.get_by_role("button", name="Use it").click()
        expect(pose(vcam, "phone").locator(".chip")).to_have_text("live")
        expect(judged.get_by_role("button", name="Use it")).to_be_hidden()
        assert vcam.sent(TrainTaught) == [TrainTaught()]
        assert vcam.sent(UseTaught) == [UseTaught(on=True)]


def test_what_is_mistaken_is_told_in_words_and_can_be_thrown_away(page_of: Open) -> None:
    with page_of() as vcam:
        teach_three(vcam.daemon)
        judged = vcam.page.locator(".judged")
        expect(judged.get_by_role("status")).to_contain_text("Often missed or mistaken: Phone.")
        expect(judged).to_contain_text("Phone was taken for Palm in 25% of its samples.")
        # A good pose that vcam knows already is no plain success.
        teaching = vcam.daemon.state().teaching
        like = PoseFigures(precision=1, recall=1, support=12, look_alikes=(("v_sign", 0.9),))
        poses = [each.model_copy(update={"figures": like}) for each in teaching.poses]
        vcam.daemon.change(teaching=teaching.model_copy(update={"poses": tuple(poses)}))
        expect(judged.get_by_role("status")).to_contain_text("so that both start: ")
        # What is not known is no zero.
        teaching = vcam.daemon.state().teaching
        never = PoseFigures(precision=None, recall=0, support=3)
        poses = [each.model_copy(update={"figures": never}) for each in teaching.poses]
        vcam.daemon.change(teaching=teaching.model_copy(update={"poses": tuple(poses)}))
        expect(judged.locator("tbody tr").first.get_by_role("cell")).to_have_text(
            ["\u2013", "0%", "3"]
        )
        judged.get_by_role("button", name="Throw away").click()
        vcam.until(lambda: vcam.sent(UseTaught) == [UseTaught(on=False)])
        expect(pose(vcam, "phone").locator(".chip")).to_have_text("not live")


def test_training_is_shown_and_its_failure_told(page_of: Open) -> None:
    with page_of() as vcam:
        teaching = vcam.daemon.state().teaching
        vcam.daemon.change(teaching=teaching.model_copy(update={"phase": "training"}))
        expect(vcam.page.get_by_role("progressbar", name="Train")).to_be_visible()
        expect(vcam.page.locator(".teaching .step")).to_contain_text("The camera goes on")
        failed = {"phase": "failed", "message": "The disk is full"}
        vcam.daemon.change(teaching=teaching.model_copy(update=failed))
        expect(vcam.page.locator(".teaching .step.failed")).to_have_text("The disk is full")
        vcam.faults.expect("409")
        vcam.daemon.refusal = VcamError("The camera is off", "resume it")
        pad(vcam, "digit_1").click()
        expect(vcam.page.locator(".toast.bad")).to_contain_text("The camera is off. Resume it")


def test_samples_are_thrown_out_and_moved_by_mouse_and_keys(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.run(Teach(pose="digit_1", samples=12))
        vcam.daemon.run(Teach(pose="digit_2", samples=10))
        card = pose(vcam, "digit_1")
        first = card.get_by_role("button", name="Sample 1 of Digit 1")
        expect(first).to_be_hidden()
        card.get_by_text("Samples: 12").click()
        expect(first.locator("img")).to_have_js_property("naturalWidth", 96)
        first.click()
        expect(first).to_have_attribute("aria-pressed", "true")
        vcam.page.keyboard.press("ArrowRight")
        vcam.page.keyboard.press("End")
        vcam.page.keyboard.press("Space")
        expect(card.get_by_text("2 chosen")).to_be_visible()
        card.get_by_role("button", name="Throw out").click()
        expect(card).to_contain_text("Samples: 10")
        card.get_by_role("button", name="Sample 1 of Digit 1", exact=True).click()
        card.get_by_label("Move to").select_option("digit_2")
        card.get_by_role("button", name="Move", exact=True).click()
        expect(pose(vcam, "digit_2")).to_contain_text("Samples: 11")
        assert vcam.sent(SortSamples) == [
            SortSamples(samples=(1, 12)),
            SortSamples(samples=(2,), pose="digit_2"),
        ]


def test_pose_plays_an_effect_is_renamed_and_forgotten(page_of: Open) -> None:
    with page_of() as vcam:
        vcam.daemon.run(Teach(pose="phone", samples=10))
        plays = pose(vcam, "phone").get_by_label("What Phone plays")
        plays.select_option("party/confetti")
        vcam.until(lambda: vcam.daemon.state().teaching.poses[0].answer == "party/confetti")
        plays.select_option("nothing")
        # The state may say so before the fake has noted the command.
        vcam.until(lambda: len(vcam.sent(ChangeSettings)) == 2)
        assert [command.set for command in vcam.sent(ChangeSettings)] == [
            {"teaching.poses.phone.effect": "party/confetti"},
            {"teaching.poses.phone.effect": None},
        ]
        dialog = vcam.page.get_by_role("dialog")
        pose(vcam, "phone").get_by_role("button", name="Rename Phone").click()
        dialog.get_by_label("New name of Phone").fill("hello")
        dialog.get_by_role("button", name="Rename").click()
        expect(pose(vcam, "hello")).to_be_visible()
        pose(vcam, "hello").get_by_role("button", name="Forget Hello").click()
        dialog.get_by_role("button", name="Cancel").click()
        pose(vcam, "hello").get_by_role("button", name="Forget Hello").click()
        dialog.get_by_role("button", name="Forget").click()
        expect(pose(vcam, "hello")).to_have_count(0)
        assert vcam.sent(RenamePose) == [RenamePose(pose="phone", to="hello")]
        assert vcam.sent(ForgetPose) == [ForgetPose(pose="hello")]


DROP = """(label, text) => {
  const files = new DataTransfer();
  files.items.add(new File([text], "poses.vcamposes"));
  label.dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
}"""


def test_poses_are_exported_forgotten_and_imported_again(page_of: Open) -> None:
    with page_of() as vcam:
        page = vcam.page
        teach_three(vcam.daemon)
        expect(page.get_by_role("link", name="Export (.tflite)")).to_be_hidden()
        page.get_by_role("button", name="Use it").click()
        exported = []
        for name, file in ((".vcamposes", "poses.vcamposes"), (".tflite", "poses.tflite")):
            with page.expect_download() as download:
                page.get_by_role("link", name=f"Export ({name})").click()
            assert download.value.suggested_filename == file
            exported.append(Path(download.value.path()).read_bytes())
        page.get_by_role("button", name="Forget all poses").click()
        page.get_by_role("dialog").get_by_role("button", name="Forget all poses").click()
        expect(page.locator("[data-pose]")).to_have_count(0)
        payload = FilePayload(
            name="poses.vcamposes", mimeType="application/octet-stream", buffer=exported[0]
        )
        page.set_input_files("#poses-file", [payload])
        expect(page.locator(".toast")).to_contain_text("Imported: Digit 1, Digit 2, Phone")
        expect(page.locator("[data-pose]")).to_have_count(3)
        expect(pose(vcam, "phone")).to_contain_text("Samples: 12")
        expect(page.locator("#poses-file")).to_be_enabled()
        vcam.faults.expect("422")
        page.locator("label[for=poses-file]").evaluate(DROP, "no poses")
        expect(page.locator(".toast.bad")).to_contain_text("This is no file of taught poses")


def test_what_is_seen_is_told_live_and_digits_are_switched(page_of: Open) -> None:
    with page_of() as vcam:
        seen = vcam.page.locator(".seen")
        expect(seen).to_have_text("I see: V (0.97)")
        teach_three(vcam.daemon)
        vcam.page.get_by_role("button", name="Use it").click()
        for name, score, words in (
            ("phone", 0.93, "I see: Phone (0.93)"),
            ("none", 0.9, "I see a hand, and no pose that I know."),
        ):
            hand = HandOutline(side="left", pose=name, score=score, points=hand_points())
            vcam.daemon.meters_now = METERS.model_copy(update={"hands": (hand,), "gestures": ()})
            vcam.daemon.change()
            expect(seen).to_have_text(words)
        digits = vcam.page.get_by_role("switch", name="Digits 1 to 5")
        expect(digits).not_to_be_checked()
        digits.click()
        expect(digits).to_be_checked()
        assert vcam.sent(ChangeSettings)[-1].set == {"teaching.digits": True}
