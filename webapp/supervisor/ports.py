"""Ports that are free, and ports that are not."""

from __future__ import annotations

import socket
import time

from webapp.settings import Settings, SettingsError

LOOPBACK = "127.0.0.1"


def web_host(settings: Settings) -> str:
    """Where the web server listens: for this machine alone while developing."""
    return "0.0.0.0" if settings.production else LOOPBACK  # noqa: S104 — production serves others


def check_web_port(settings: Settings) -> None:
    """Raises SettingsError when another program listens on the web server's port."""
    if not becomes_free(settings.port, web_host(settings)):
        raise SettingsError(f"PORT: {settings.port} is taken by another program; choose another one, as in PORT=8001")


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether nobody listens on the port. Asked without SO_REUSEPORT, with which two servers would share it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def becomes_free(port: int, host: str = LOOPBACK, *, seconds: float = 1.0) -> bool:
    """Whether the port is free, or becomes so while a predecessor that was just killed is being buried."""
    end = time.monotonic() + seconds
    while not is_free(port, host):
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def first_free(start: int, host: str = LOOPBACK) -> int:
    """The first free port from `start` on, looking at a hundred of them. Raises OSError when all are taken."""
    for port in range(start, min(start + 100, 65536)):
        if is_free(port, host):
            return port
    raise OSError(f"no free port from {start} on")
