from __future__ import annotations

import threading

from vcam.pipeline.mailbox import Mailbox


def test_jobs_are_done_in_order_by_who_works_them_off():
    mailbox, done = Mailbox(), []
    for number in range(3):
        mailbox.post(lambda number=number: done.append((number, threading.get_ident())))
    assert done == []
    assert mailbox.posted.is_set()
    mailbox.work_off()
    assert done == [(number, threading.get_ident()) for number in range(3)]
    assert not mailbox.posted.is_set()


def test_job_that_fails_costs_the_others_nothing(caplog):
    mailbox, done = Mailbox(), []
    mailbox.post(lambda: done.append(1 / 0))
    mailbox.post(lambda: done.append("after"))
    mailbox.work_off()
    assert done == ["after"]
    assert "ZeroDivisionError" in caplog.text


def test_job_may_post_another():
    mailbox, done = Mailbox(), []
    mailbox.post(lambda: mailbox.post(lambda: done.append("second")))
    mailbox.work_off()
    assert done == ["second"]


def test_nothing_that_is_posted_meanwhile_is_lost():
    mailbox, done = Mailbox(), []

    def post() -> None:
        for number in range(2000):
            mailbox.post(lambda number=number: done.append(number))

    thread = threading.Thread(target=post)
    thread.start()
    while len(done) < 2000:
        assert mailbox.posted.wait(20)
        mailbox.work_off()
    thread.join()
    assert done == list(range(2000))
