"""Reading the next rows of a file while the database writes the last ones."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_END = object()


def read_ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """The items in their order, the next one taken by a thread of its own before it is asked for.

    What `items` raises is raised in its place. Close the generator before what `items` reads from: its thread is then
    done. `items` must not use the database session of whoever asks.
    """
    source = iter(items)
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        coming = reader.submit(next, source, _END)
        while (item := coming.result()) is not _END:
            coming = reader.submit(next, source, _END)
            yield item  # type: ignore[misc]  # not the end, so one of the items
