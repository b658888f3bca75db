"""`lapak user`: people, before anybody can sign in."""

from __future__ import annotations

import getpass
import sys

import click

from webapp import formats
from webapp.auth.passwords import SHORTEST, hash_password
from webapp.commands.running import application
from webapp.domain.actors import SYSTEM
from webapp.domain.errors import Refused
from webapp.domain.order_texts import EMAIL
from webapp.domain.permissions import Role
from webapp.domain.spelling import without_turns
from webapp.services.accounts import UserDraft, save_user


@click.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.ADMIN.value, show_default=True)
@click.option("--name", help="Shown in histories; the part before @ if absent.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, role: str, name: str | None, password_stdin: bool) -> None:
    """Add a person who signs in with EMAIL."""
    email = without_turns(email).strip().lower()
    if not EMAIL.fullmatch(email):
        raise click.UsageError(f"{email} is not an e-mail address")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else getpass.getpass("Password: ")
    if len(password) < SHORTEST:
        raise click.UsageError(f"the password needs at least {SHORTEST} characters")
    with application() as app:
        locale = app.config["SETTINGS"].locale
        shown = without_turns(name or "").strip() or email.partition("@")[0]
        draft = UserDraft(email, shown, Role(role), locale, hash_password(password))
        try:
            save_user(SYSTEM, draft)
        except Refused as refused:
            click.echo(formats.problem_text(refused.problem), err=True)
            sys.exit(2)
        click.echo(f"{email} can sign in as {role}")
