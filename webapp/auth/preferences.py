"""`/preferences`: the signed-in person's language and theme, from the menu beside their name."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.auth.sign_in import own_page
from webapp.services import accounts

blueprint = Blueprint("preferences", __name__)

THEMES = {"system": "", "light": "light", "dark": "dark"}
LOCALES = ("en", "id", "ko")


@blueprint.post("/preferences", endpoint="save")
def save() -> ResponseReturnValue:
    """Keep `locale` or `theme` and go back to `next`."""
    locale, theme = request.form.get("locale"), request.form.get("theme")
    if locale is not None:
        if locale not in LOCALES:
            abort(400)
        accounts.set_locale(current_user.actor, locale)
    if theme is not None:
        if theme not in THEMES:
            abort(400)
        accounts.set_preference(current_user.actor, "theme", THEMES[theme])
    return redirect(own_page(request.form.get("next", "")))
