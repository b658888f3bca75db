"""Files of people: the bytes lie in storage and survive a power cut before their row is written."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from webapp.models import File
from webapp.services.unit_of_work import UnitOfWork
from webapp.spreadsheets import MAX_BYTES, FileProblem, UnreadableFile


class StoredFile(Protocol):
    """What storage answers for bytes it keeps: key, size in bytes, SHA-256 in hexadecimal."""

    @property
    def key(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class Readable(Protocol):
    """All that is asked of an upload."""

    def read(self, size: int, /) -> bytes: ...


class Storage(Protocol):
    """Where bytes lie; handed in by the edge."""

    def write(self, stream: Readable, /) -> StoredFile:
        """Keep what the stream gives, to its end."""

    def path(self, key: str) -> Path:
        """Where the file can be read."""


def add_file(work: UnitOfWork, stored: StoredFile, *, name: str, media_type: str, kind: str) -> File:
    """The row of a stored file, within the running transaction; its id is known afterwards."""
    file = File(
        created_at=work.now, storage_key=stored.key, name=name[:255], media_type=media_type, size=stored.size,
        sha256=stored.sha256, kind=kind, created_by=work.actor.id,
    )  # fmt: skip
    work.session.add(file)
    work.session.flush()  # jobs name their file's id
    return file


def receive(storage: Storage, stream: Readable) -> StoredFile:
    """Keep an uploaded file's bytes, outside any transaction. Raises UnreadableFile (`too_large`): nothing is kept."""
    return storage.write(_Limited(stream))


class _Limited:
    """A stream that refuses to give more than a file may have."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._size = 0

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self._size += len(chunk)
        if self._size > MAX_BYTES:
            raise UnreadableFile(FileProblem.TOO_LARGE, {"limit": MAX_BYTES, "size": self._size})
        return chunk
