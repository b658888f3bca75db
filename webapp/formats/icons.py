"""Icons of the sprite `static/icons.svg`. A page draws about eighty: each is made once, not once a page."""

from __future__ import annotations

from functools import partial

from flask import Flask, url_for
from markupsafe import Markup, escape


def register(app: Flask) -> None:
    """Give templates `sprite_icon(name, cls="")`, which `macros/ui.html` calls `icon`."""
    with app.test_request_context():
        sprite = url_for("static", filename="icons.svg")
    made: dict[tuple[str, str], Markup] = {}
    app.jinja_env.globals["sprite_icon"] = partial(_icon, made, sprite)


def _icon(made: dict[tuple[str, str], Markup], sprite: str, name: str, cls: str = "") -> Markup:
    found = made.get((name, cls))
    if found is None:
        classes = f"lp-i {cls}" if cls else "lp-i"
        drawn = '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
        found = made[name, cls] = Markup(drawn).format(escape(classes), sprite, escape(name))  # noqa: S704 -- filled by escaping
    return found
