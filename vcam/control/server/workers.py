"""Threads for the daemon's calls that take a while, so that the event loop never waits for one."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)

_Job = Callable[[], None]


class Busy(Exception):
    """Too much is waiting already."""


class Workers:
    """A few threads and a short queue.

    Not a ThreadPoolExecutor: the interpreter waits for the threads of those when it ends, and a
    call that hangs would keep the daemon from ending.

    Args:
        name: of the threads.
        threads: calls at once; started when they are first needed.
        waiting: calls that may wait beyond those.
    """

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._name = name
        self._threads = threads
        self._limit = threads + waiting
        self._started = 0
        self._taken = 0
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs `function` on one of the threads; called from the event loop's thread alone.

        Raises:
            Busy: too many calls are waiting.
        """
        if self._taken >= self._limit:
            raise Busy
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def tell(result: T | None, error: BaseException | None) -> None:
            self._taken -= 1
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]

        def job() -> None:
            result, failure = None, None
            try:
                result = function(*arguments)
            except BaseException as error:
                failure = error
            try:
                loop.call_soon_threadsafe(tell, result, failure)
            except RuntimeError:
                logger.debug("the server ended before an answer came")

        self._taken += 1
        if self._started < min(self._taken, self._threads):
            self._started += 1
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        self._jobs.put(job)
        return await answer

    def stop(self) -> None:
        """Lets the threads end when they have done what they are at."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
