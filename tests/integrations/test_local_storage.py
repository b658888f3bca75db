"""Files: whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webapp.integrations.storage.local import LocalStorage

CONTENT = os.urandom(3 * (1 << 20) + 17)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


def files(storage: LocalStorage) -> list[Path]:
    return [path for path in storage.root.rglob("*") if path.is_file()]


def test_what_is_written_is_read(storage: LocalStorage) -> None:
    stored = storage.write(io.BytesIO(CONTENT))
    assert (stored.size, stored.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    with storage.open(stored.key) as file:
        assert file.read() == CONTENT
    assert storage.path(stored.key).is_relative_to(storage.root)
    assert storage.write(io.BytesIO(b"")).size == 0


def test_two_files_have_two_keys(storage: LocalStorage) -> None:
    assert storage.write(io.BytesIO(b"same")).key != storage.write(io.BytesIO(b"same")).key


class Broken:
    """An upload whose sender goes away."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, size: int, /) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise ConnectionResetError
        return b"half"


def test_a_stream_that_breaks_leaves_nothing(storage: LocalStorage) -> None:
    with pytest.raises(ConnectionResetError):
        storage.write(Broken())
    assert files(storage) == []


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(storage: LocalStorage) -> None:
    key = storage.write(io.BytesIO(b"x")).key
    storage.delete(key)
    storage.delete(key)
    with pytest.raises(FileNotFoundError):
        storage.open(key)


@pytest.mark.parametrize("key", ["", "../secret_key", "aa/../../secret_key", "aa/" + "0" * 31, "/etc/passwd", "AA/x"])
def test_nothing_but_a_key_is_a_path(storage: LocalStorage, key: str) -> None:
    for touch in (storage.path, storage.open, storage.delete):
        with pytest.raises(ValueError, match="not a storage key"):
            touch(key)


def test_the_sweep_finds_the_old_and_buries_what_a_crash_left(storage: LocalStorage) -> None:
    old, new = storage.write(io.BytesIO(b"old")).key, storage.write(io.BytesIO(b"new")).key
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    half = storage.path(old).with_name("0" * 32 + ".part")
    half.write_bytes(b"half")
    for path in (storage.path(old), half):
        os.utime(path, ((moment - timedelta(seconds=1)).timestamp(),) * 2)
    assert list(storage.keys_older_than(moment)) == [old]
    assert not half.exists()
    assert sorted(storage.keys_older_than(datetime.now(UTC) + timedelta(days=1))) == sorted([old, new])
    assert list(LocalStorage(storage.root / "none").keys_older_than(moment)) == []
