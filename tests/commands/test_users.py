"""`lapak user add`: who can sign in afterwards, and what it says when it can't."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from webapp.cli import main
from webapp.extensions import db
from webapp.models import User

PASSWORD = "a long enough one"


def add(*words: str, password: str = PASSWORD) -> Result:
    """What the command says and how it ends."""
    db.session.remove()
    return CliRunner().invoke(main, ["user", "add", *words, "--password-stdin"], input=f"{password}\n")


def names() -> dict[str, str]:
    """Everybody's name by e-mail address."""
    return {row.email: row.name for row in db.session.execute(select(User.email, User.name))}


def test_a_person_is_added_under_a_name_that_turns_nothing(app: Flask, settings_named: None) -> None:
    said = add(" \u200eSiti@Example.com", "--name", " \u202eSiti\u202c ")
    assert (said.exit_code, said.output) == (0, "siti@example.com can sign in as admin\n")
    assert add("budi@example.com", "--role", "warehouse", "--name", "\u202e").exit_code == 0
    assert names() == {"siti@example.com": "Siti", "budi@example.com": "budi"}


@pytest.mark.parametrize("email", ["siti", "@", "siti@", "a b@example.com"])
def test_what_is_no_address_is_refused(app: Flask, settings_named: None, email: str) -> None:
    said = add(email)
    assert said.exit_code == 2
    assert "is not an e-mail address" in said.output
    assert names() == {}


def test_a_short_password_and_a_second_person_of_one_address_are_refused(app: Flask, settings_named: None) -> None:
    assert "at least" in add("siti@example.com", password="short").output
    assert add("siti@example.com").exit_code == 0
    said = add("SITI@example.com")
    assert said.exit_code == 2
    assert said.output.strip()
    assert len(names()) == 1
