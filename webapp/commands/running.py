"""What every command needs: an application on the database that the settings name, and somebody to act as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError

from webapp import logs
from webapp.app import create_app
from webapp.domain.actors import SYSTEM, Actor, ActorKind
from webapp.extensions import db
from webapp.services.accounts import find_for_sign_in
from webapp.services.identities import actor_by_id
from webapp.services.unit_of_work import end_reading
from webapp.settings import Settings


class NoDatabase(click.ClickException):
    """Ends the command with status 2: there is no database to work on where the settings say."""

    exit_code = 2


@contextmanager
def application() -> Iterator[Flask]:
    """An application with its context, in the installation's language.

    Raises NoDatabase when its database can't be reached or has no tables.
    """
    settings = Settings.from_env()
    logs.setup(settings)
    app = create_app(settings)
    with app.app_context(), force_locale(settings.locale):
        try:
            _need_tables()
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _need_tables() -> None:
    try:
        ready = inspect(db.engine).has_table("orders")
    except DatabaseError as unreachable:
        raise NoDatabase(f"the database can't be reached: {unreachable.orig}") from unreachable
    if not ready:
        raise NoDatabase("the database has no tables yet: run `lapak init` first")


def act_as(email: str | None) -> Actor:
    """The person with this address, or the system itself. Raises click.UsageError for an unknown one."""
    if email is None:
        return SYSTEM
    user = find_for_sign_in(db.session(), email.lower())
    actor = actor_by_id(db.session(), ActorKind.PERSON, user.id) if user else None
    end_reading()
    if actor is None:
        raise click.UsageError(f"nobody signs in as {email}")
    return actor
