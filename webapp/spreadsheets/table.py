"""What every opened file looks like, whatever it is stored as."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from enum import StrEnum
from types import TracebackType
from typing import NamedTuple, Self


class FileFormat(StrEnum):
    """What a file turned out to be; its name does not matter."""

    CSV = "csv"
    XLSX = "xlsx"


class Row(NamedTuple):
    """One row of data, at least as many cells as the header has.

    `number` counts data rows from 1, without the header and blank lines: the place at which reading can be resumed.
    `line` is where the row begins in the file as an editor or Excel counts, from 1. `unstored` are the places in
    `cells` where an XLSX file has a formula without its result: the cell is the formula then, and no value.
    """

    number: int
    line: int
    cells: list[str]
    unstored: Sequence[int] = ()


class Table(ABC):
    """An opened file, a context manager: when it is closed, going on with its rows raises `ValueError`."""

    def __init__(self, name: str, file_format: FileFormat) -> None:
        self.name = name  # as the person's file is called
        self.format = file_format
        self.encoding = ""  # of a CSV file, as Python calls it
        self.delimiter = ""  # of a CSV file
        self.header: list[str] = []  # as typed, without white space around

    @abstractmethod
    def rows(self, start: int = 0) -> Iterator[Row]:
        """The rows after the first `start` ones, read from the file as they are asked for.

        Blank rows are left out. Raises `UnreadableFile` at the place that can't be read, after the good rows before it.
        """

    @abstractmethod
    def close(self) -> None:
        """Give back what is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
