"""`/preferences`: the signed-in person's language and theme, from the menu beside their name."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.auth.way_back import own_page
from webapp.domain.errors import Refused
from webapp.services import profile

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/preferences", endpoint="save")
def save() -> ResponseReturnValue:
    """Keep `locale`, `theme`, `overview` or `density` and go back to `next`."""
    given = request.form
    try:
        profile.save_profile(
            current_user.actor, locale=given.get("locale"), theme=given.get("theme"), overview=given.get("overview"),
            density=given.get("density"),
        )  # fmt: skip
    except Refused:
        abort(400)
    return redirect(own_page(request.form.get("next", "")))
