"""Files in a local folder. A file is there whole or not at all: temporary name, fsync, rename."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

CHUNK = 1 << 20
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
_PARTIAL = ".part"


class Readable(Protocol):
    """All that is asked of an upload."""

    def read(self, size: int, /) -> bytes: ...


class Stored(NamedTuple):
    key: str
    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""


@dataclass(frozen=True, slots=True)
class LocalStorage:
    """Files below `root`, known by random keys, so no name that a person gave becomes a path."""

    root: Path

    def write(self, stream: Readable) -> Stored:
        """Keep what the stream gives, to its end; after this the bytes survive a power cut. Raises OSError."""
        name = secrets.token_hex(16)
        key = f"{name[:2]}/{name}"
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + _PARTIAL)
        size, digest = 0, hashlib.sha256()
        try:
            with partial.open("xb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return Stored(key, size, digest.hexdigest())

    def path(self, key: str) -> Path:
        """Where the file is. Raises ValueError for what is not a key."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self.root / key

    def open(self, key: str) -> BinaryIO:
        """Read a file. Raises FileNotFoundError, ValueError."""
        return self.path(key).open("rb")

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is removed already."""
        self.path(key).unlink(missing_ok=True)

    def keys_older_than(self, moment: datetime) -> Iterator[str]:
        """Keys of files last written before the moment, for the sweep of bytes without a row.

        Remains of writes that a crash cut off are removed on the way.
        """
        limit = moment.timestamp()
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime >= limit:
                        continue
                    key = f"{folder.name}/{path.name}"
                    if path.name.endswith(_PARTIAL):
                        path.unlink()
                    elif _KEY.fullmatch(key):
                        yield key


def _sync_folder(path: Path) -> None:
    """A rename survives a power cut only when its folder was written too."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
