"""The process that opens an XLSX file, so that what a made-up file does to memory or time it does to this one alone.

``python -m webapp.spreadsheets.xlsx_child PATH MEMORY CPU`` writes frames to standard output: four bytes of length,
then JSON: ``[[line, [cell, …], [place, …]], …]`` for rows (the places of formulas without results),
``{"code": …, "params": …, "detail": …}`` for what went wrong, ``null`` at the end. Standard input is a pipe that the
parent holds: when it closes, the parent is gone and so is this process.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from webapp.spreadsheets.errors import FileProblem, ParamValue, UnreadableFile
from webapp.spreadsheets.xlsx_sheet import sheet_rows

MEMORY_EXIT = 75
LENGTH = struct.Struct(">I")
_ROWS_IN_FRAME = 500
_CELLS_IN_FRAME = 20_000


def main(arguments: list[str]) -> int:
    """Read the file, write its rows; the exit code says whether memory ran out."""
    path, memory, cpu = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    # Not PR_SET_PDEATHSIG: that one fires when the *thread* which started us ends, and web servers have many.
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _limit(resource.RLIMIT_CPU, cpu)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_AS, memory)
    out = sys.stdout.buffer
    try:
        _write_rows(path, out)
    except BrokenPipeError:
        os._exit(0)  # the reader has had enough; Python would complain about the unflushed pipe
    except MemoryError:
        return MEMORY_EXIT
    return 0


def _write_rows(path: Path, out: BinaryIO) -> None:
    try:
        for rows in sheet_rows(path):
            start = cells = 0
            for index, (_, row, _) in enumerate(rows):
                cells += len(row)
                if cells > _CELLS_IN_FRAME or index - start >= _ROWS_IN_FRAME:
                    _write(out, rows[start : index + 1])
                    start, cells = index + 1, 0
            if start < len(rows):
                _write(out, rows[start:])
        _write(out, None)
    except UnreadableFile as error:
        _write(out, _failure(error.code, error.params, ""))
    except (BrokenPipeError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it shall not look like a file that ends here
        # A file that trips our reader is a bad file to its owner; the trace is for the log.
        _write(out, _failure(FileProblem.BAD_XLSX, {}, traceback.format_exc(limit=-4)))


def _failure(code: str, params: Mapping[str, ParamValue], detail: str) -> dict[str, object]:
    return {"code": code, "params": dict(params), "detail": detail}


def _write(out: BinaryIO, frame: object) -> None:
    data = json.dumps(frame, separators=(",", ":")).encode("ascii")
    out.write(LENGTH.pack(len(data)) + data)
    out.flush()


def _limit(kind: int, value: int) -> None:
    try:
        _, hard = resource.getrlimit(kind)
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        pass  # macOS has no limit of address space; the other limits still hold


def _leave_with_parent() -> None:
    # The file descriptor and not sys.stdin: Python locks that one when it ends.
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
