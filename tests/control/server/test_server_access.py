from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.control.server.access import LINK_LIFE_S, MAX_LINKS, MAX_SESSIONS, Access


class SetClock:
    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def access(clock):
    return Access(clock)


def test_code_opens_one_session_once(access):
    code = access.new_code()
    session = access.redeem(code)
    assert access.knows_session(session)
    assert access.redeem(code) is None


def test_code_ends_after_a_quarter_of_an_hour(access, clock):
    early, late = access.new_code(), access.new_code()
    clock.time = LINK_LIFE_S - 1
    assert access.redeem(early) is not None
    clock.time = LINK_LIFE_S
    assert access.redeem(late) is None


def test_number_of_codes_is_bounded_and_the_newest_hold(access):
    codes = [access.new_code() for _ in range(MAX_LINKS + 3)]
    opened = [access.redeem(code) is not None for code in codes]
    assert opened == [False] * 3 + [True] * MAX_LINKS


def test_browser_that_was_silent_longest_goes_first(access):
    sessions = [access.redeem(access.new_code()) for _ in range(MAX_SESSIONS)]
    assert access.knows_session(sessions[0])
    access.redeem(access.new_code())
    assert access.knows_session(sessions[0])
    assert not access.knows_session(sessions[1])


def test_secrets_are_of_use_for_their_own_purpose_alone(access):
    code = access.new_code()
    session = access.redeem(access.new_code())
    assert not access.knows_session(access.token)
    assert not access.knows_session(code)
    assert not access.knows_token(session)
    assert access.redeem(access.token) is None
    assert access.knows_token(access.token)


def test_every_run_has_its_own_token(clock):
    assert len({Access(clock).token for _ in range(10)}) == 10


@given(st.text())
def test_no_text_is_taken_for_a_secret(text):
    access = Access(SetClock())
    access.new_code()
    access.redeem(access.new_code())
    assert not access.knows_token(text)
    assert not access.knows_session(text)
    assert access.redeem(text) is None
