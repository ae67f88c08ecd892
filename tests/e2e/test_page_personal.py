"""What vcam learns, on the page: score traces, taking back, calibration, what is kept."""

from __future__ import annotations

from playwright.sync_api import expect

from vcam.control.commands import Calibrate, Forget, Undo
from vcam.control.state import (
    CalibratedGesture,
    CalibrationState,
    Kept,
    KeptState,
    LiveEffectState,
)

from .pages import Open

KEPT = KeptState(
    items=(
        Kept(
            kind="wrong", what="hands", path="/data/wrong.json", count=4, size=5200, forget="wrong"
        ),
        Kept(kind="calibration", what="thresholds", count=0, size=0, forget="calibration"),
        Kept(kind="history", what="starts", count=3, size=0, since=1.7e9, forget="history"),
        Kept(kind="snapshots", what="pictures", path="/pictures", count=31, size=48_200_000),
    )
)


def calibrating(**members: object) -> CalibrationState:
    first = CalibrationState(phase="talk", gestures=("v_sign",), left_s=60, total_left_s=90)
    return first.model_copy(update=members)


def test_starts_show_their_score_over_time(page_of: Open) -> None:
    with page_of("history") as vcam:
        row = vcam.page.locator("[data-start='3']")
        trace = row.get_by_role("img", name="Score of Metal, from 2.0 s before the start to 1.1 s")
        expect(trace).to_be_visible()
        assert trace.locator("polyline").get_attribute("points").count(",") == 6
        # The score from which it counts lies in the upper part of the picture, below its peak.
        peak = min(
            float(point.split(",")[1])
            for point in trace.locator("polyline").get_attribute("points").split()
        )
        assert peak < float(trace.locator(".enter").get_attribute("y1")) < 18
        expect(row).to_contain_text("taken back")
        expect(vcam.page.locator("[data-start='2'] .chip")).to_be_hidden()
        # Nothing was recorded of the third.
        expect(vcam.page.locator("[data-start='1'] .trace")).to_be_hidden()


def test_trace_grows_when_the_gesture_has_ended(page_of: Open) -> None:
    with page_of("history") as vcam:
        first, *rest = vcam.daemon.starts
        longer = (*first.trace, (1.9, 0.05))
        vcam.daemon.starts = (first.model_copy(update={"trace": longer}), *rest)
        vcam.daemon.change()
        expect(vcam.page.get_by_role("img", name="to 1.9 s after it")).to_be_visible()


def test_what_plays_is_taken_back(page_of: Open) -> None:
    with page_of("history") as vcam:
        undo = vcam.page.get_by_role("button", name="Undo")
        expect(undo).to_be_hidden()
        live = LiveEffectState(pack="selfie-glasses", effect="retro", gesture="v_sign")
        vcam.daemon.change(live=(live,))
        undo.click()
        expect(undo).to_be_hidden()
        assert vcam.sent(Undo, 1) == [Undo()]


def test_calibration_is_led_through(page_of: Open) -> None:
    with page_of("personal") as vcam:
        card = vcam.page.locator(".calibration")
        card.get_by_role("button", name="Start calibration").click()
        expect(card).to_contain_text("Talk as you do in a call, and show no pose.")
        expect(card).to_contain_text("60 s left of this step")
        bar = card.get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuenow", "0")
        vcam.daemon.change(calibration=calibrating(left_s=15, total_left_s=45))
        expect(bar).to_have_attribute("aria-valuenow", "75")
        vcam.daemon.change(calibration=calibrating(phase="pause", gesture="v_sign", take=1))
        expect(card).to_contain_text("Hands down. Next: V.")
        pose = calibrating(phase="pose", gesture="v_sign", take=2, left_s=3, total_left_s=9)
        vcam.daemon.change(calibration=pose)
        expect(card).to_contain_text("Show V and hold it: 2 of 3.")
        expect(card).to_contain_text("3 s left of this step, 9 s of all")
        expect(bar).to_have_attribute("aria-valuenow", "0")
        result = CalibratedGesture(
            gesture="v_sign", enter=0.84, before=0.9, changed=True, message="clear at 0.84"
        )
        vcam.daemon.change(calibration=calibrating(phase="done", left_s=0, results=(result,)))
        expect(card).to_contain_text("0.90 → 0.84")
        expect(card).to_contain_text("clear at 0.84")
        expect(bar).to_be_hidden()
        expect(card.get_by_role("button", name="Start calibration")).to_be_visible()
        assert vcam.sent(Calibrate, 1) == [Calibrate()]


def test_calibration_is_cancelled_and_a_failed_one_says_why(page_of: Open) -> None:
    with page_of("personal", locale="id-ID") as vcam:
        card = vcam.page.locator(".calibration")
        vcam.daemon.change(calibration=calibrating())
        card.get_by_role("button", name="Batalkan kalibrasi").click()
        expect(card).to_contain_text("Dibatalkan; tidak ada yang berubah.")
        assert vcam.sent(Calibrate, 1) == [Calibrate(cancel=True)]
        vcam.daemon.change(calibration=calibrating(phase="failed", message="The camera is lost"))
        expect(card).to_contain_text("The camera is lost")


def test_what_is_kept_is_shown_and_deleted_once_that_is_confirmed(page_of: Open) -> None:
    with page_of("personal") as vcam:
        vcam.daemon.change(kept=KEPT)
        wrong = vcam.page.locator("[data-kept=wrong]")
        expect(wrong).to_contain_text("number: 4")
        expect(wrong).to_contain_text("/data/wrong.json")
        expect(vcam.page.locator("[data-kept=history]")).to_contain_text("since")
        for kind in ("calibration", "snapshots"):
            expect(vcam.page.locator(f"[data-kept={kind}]").get_by_role("button")).to_be_hidden()
        delete = wrong.get_by_role("button", name="Delete")
        delete.click()
        dialog = vcam.page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        vcam.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(delete).to_be_focused()
        assert not vcam.sent(Forget)
        delete.click()
        dialog.get_by_role("button", name="Delete").click()
        vcam.until(lambda: vcam.sent(Forget))
        vcam.page.get_by_role("button", name="Delete all that was learnt").click()
        dialog.get_by_role("button", name="Delete all that was learnt").click()
        vcam.until(lambda: len(vcam.sent(Forget)) == 2)
        assert vcam.sent(Forget) == [Forget(what="wrong"), Forget(what="all")]


def test_nothing_kept_leaves_nothing_to_delete(page_of: Open) -> None:
    with page_of("personal") as vcam:
        expect(vcam.page.get_by_role("button", name="Delete all that was learnt")).to_be_disabled()
