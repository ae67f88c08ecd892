"""Who may come in: the token of this run, one-time links, and the sessions that they open."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable

from vcam.core.clock import Clock

LINK_LIFE_S = 15 * 60.0

MAX_LINKS = 16
"""Links that are out at once; the oldest goes when one more is made."""

MAX_SESSIONS = 32
"""Browsers that are let in at once; the one that was silent longest goes."""

SECRET_BYTES = 32


class Access:
    """Secrets of one run of the daemon. Any thread.

    Attributes:
        token: what programs send as `Authorization: Bearer …`.

    Args:
        clock: when links end.
    """

    def __init__(self, clock: Clock) -> None:
        self.token = secrets.token_urlsafe(SECRET_BYTES)
        self._clock = clock
        self._lock = threading.Lock()
        self._link_ends: OrderedDict[str, float] = OrderedDict()
        self._sessions: OrderedDict[str, None] = OrderedDict()

    def new_code(self) -> str:
        """A fresh code for a one-time link."""
        code = secrets.token_urlsafe(SECRET_BYTES)
        with self._lock:
            self._drop_ended_links()
            while len(self._link_ends) >= MAX_LINKS:
                self._link_ends.popitem(last=False)
            self._link_ends[code] = self._clock.now() + LINK_LIFE_S
        return code

    def redeem(self, code: str) -> str | None:
        """Uses a code up; the id of the session that it opens, or None if it is worth nothing."""
        with self._lock:
            self._drop_ended_links()
            known = _find(code, self._link_ends)
            if known is None:
                return None
            del self._link_ends[known]
            session = secrets.token_urlsafe(SECRET_BYTES)
            while len(self._sessions) >= MAX_SESSIONS:
                self._sessions.popitem(last=False)
            self._sessions[session] = None
            return session

    def knows_session(self, session: str) -> bool:
        """Whether a session of that id is open."""
        with self._lock:
            known = _find(session, self._sessions)
            if known is not None:
                self._sessions.move_to_end(known)
            return known is not None

    def knows_token(self, token: str) -> bool:
        """Whether this is the token."""
        return _same(token, self.token)

    def _drop_ended_links(self) -> None:
        now = self._clock.now()
        for code in [code for code, end in self._link_ends.items() if end <= now]:
            del self._link_ends[code]


def _find(given: str, known: Iterable[str]) -> str | None:
    # All are compared, so that the time does not tell how far the search came.
    found = None
    for candidate in known:
        if _same(given, candidate):
            found = candidate
    return found


def _same(given: str, known: str) -> bool:
    # As bytes: compare_digest refuses text beyond ASCII, which strangers may send.
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), known.encode())
