"""`/preferences`: the signed-in person's language and theme, from the menu beside their name."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.auth.sign_in import own_page
from webapp.domain.errors import Refused
from webapp.services import profile

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/preferences", endpoint="save")
def save() -> ResponseReturnValue:
    """Keep `locale` or `theme` and go back to `next`."""
    try:
        profile.save_profile(current_user.actor, locale=request.form.get("locale"), theme=request.form.get("theme"))
    except Refused:
        abort(400)
    return redirect(own_page(request.form.get("next", "")))
