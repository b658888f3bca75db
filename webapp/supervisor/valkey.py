"""What the supervisor knows of the embedded key-value server: whether it answers, and how to give up its data.

Nothing is imported here but the standard library: a client library costs more than the rest of the supervisor.
"""

from __future__ import annotations

import shutil
import socket

from webapp.settings import Settings

PATIENCE = 0.5
"""Seconds to wait for an answer of a local server."""


def answers(settings: Settings) -> bool:
    """Whether the server can be reached through its socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(settings.valkey_socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def forget(settings: Settings) -> None:
    """Give up data that the server cannot load: the work is in the database, the queue is only a bell."""
    shutil.rmtree(settings.valkey_dir / "appendonlydir", ignore_errors=True)
