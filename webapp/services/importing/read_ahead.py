"""Reading the next rows of a file while the database writes the last ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
_END = object()


class ReadAhead(Generic[T]):
    """The items in their order; whoever takes them says when a thread of its own may look for the next one.

    That is best when the database is given much to do: threads of Python take turns, and one that reads at any other
    time holds up what the database waits for. What `items` raises is raised in its place. `items` must not use the
    database session of whoever asks, and what it reads from may be closed once this is.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._source = iter(items)
        self._reader = ThreadPoolExecutor(1, "read-ahead")
        self._coming: Future[object] | None = None
        self._ended = False

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        self.begin()
        coming, self._coming = self._coming, None
        item = coming.result() if coming is not None else _END
        if item is _END:
            self.close()
            raise StopIteration
        return item  # type: ignore[return-value]  # not the end, so one of the items

    def begin(self) -> None:
        """Let the next item be looked for, unless it is already."""
        if self._coming is None and not self._ended:
            self._coming = self._reader.submit(next, self._source, _END)

    def close(self) -> None:
        """Wait for the item that is being looked for, and end the thread."""
        self._ended = True
        self._reader.shutdown()
