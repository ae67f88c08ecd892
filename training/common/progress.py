"""Progress bars: on a terminal only, so that logs and pipes stay readable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

Told = Callable[[int, Mapping[str, float]], None]
"""What is told after each epoch: its number from 1, and its values."""

_Item = TypeVar("_Item")


def counted(
    items: Iterable[_Item], title: str, unit: str = "", total: int | None = None
) -> Iterable[_Item]:
    """The items, with a bar that counts them."""
    bar: Iterable[_Item] = tqdm(
        items, desc=title, unit=unit, total=total, leave=False, disable=None
    )
    return bar


@contextmanager
def epochs(count: int, title: str = "epochs") -> Iterator[Told]:
    """A bar over the epochs of a training, which shows the last one's values."""
    with tqdm(total=count, desc=title, unit="", disable=None) as bar:

        def told(_: int, values: Mapping[str, float]) -> None:
            bar.set_postfix({name: f"{value:.4f}" for name, value in values.items()})
            bar.update()

        yield told
