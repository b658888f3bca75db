"""`/login` and `/logout`."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from webapp.auth import kept_forms
from webapp.auth.identity import load_identity
from webapp.auth.passwords import verify_password
from webapp.auth.way_back import own_page
from webapp.extensions import db, limiter
from webapp.services import accounts

blueprint = Blueprint("auth", __name__)

PER_ADDRESS = "60 per minute"
"""Tries of one network address, right or wrong; a shop's whole office may share one."""
PER_EMAIL = "10 per 5 minutes"
"""Wrong tries for one e-mail address."""


def _email() -> str:
    return f"email:{request.form.get('email', '').strip().lower()[:200]}"


@blueprint.route("/login", methods=["GET", "POST"], endpoint="sign_in")
@limiter.limit(PER_ADDRESS, methods=["POST"])
@limiter.limit(PER_EMAIL, key_func=_email, methods=["POST"], deduct_when=lambda response: response.status_code == 401)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail and password. Wrong ones are refused in the same words and the same time."""
    next_page = own_page(request.values.get("next", ""))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(next_page)
        return page(goes_to=next_page)
    email, kept = request.form.get("email", "").strip().lower(), request.form.get("kept", "")
    user = accounts.find_for_sign_in(db.session(), email)
    # Hashing takes long: no transaction may be open while it runs.
    db.session.remove()
    if not verify_password(user.password_hash if user else None, request.form.get("password", "")) or user is None:
        error = _("This e-mail and password don't match.")
        return make_response(page(email=email, error=error, goes_to=next_page, kept=kept), 401)
    token = accounts.start_session(user.id, request.remote_addr or "", request.user_agent.string)
    session.clear()  # a fresh CSRF token, and nothing of whoever used this browser before
    session.permanent = False
    login_user(load_identity(token))
    form = kept_forms.given_back(kept, user.id) if kept else None
    if form is not None:
        return render_template("auth/kept.html", kept=form, signed_in=True)
    return redirect(next_page)


def page(*, email: str = "", error: str = "", goes_to: str = "", kept: str = "") -> str:
    """The sign-in page; `kept` is a form that was sent after its session had ended."""
    unsent = "unsent" in request.args
    return render_template("auth/sign_in.html", email=email, error=error, next=goes_to, kept=kept, unsent=unsent)


@blueprint.post("/logout", endpoint="sign_out")
def sign_out() -> ResponseReturnValue:
    """End the session on the server and forget it in the browser."""
    token = current_user.token
    accounts.end_session(token)
    logout_user()
    session.clear()
    session[kept_forms.LEFT] = token
    return redirect(url_for("auth.sign_in"))
