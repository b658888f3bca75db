"""The door: every route is closed unless it is named here, and each open one says which permission it needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from webapp.auth import kept_forms, preferences, sign_in
from webapp.auth.identity import Identity, load_identity
from webapp.auth.way_back import page_before
from webapp.domain.permissions import Permission
from webapp.extensions import login_manager
from webapp.services import accounts
from webapp.services.unit_of_work import end_reading

View = TypeVar("View", bound=Callable[..., Any])

ANONYMOUS = frozenset({"auth.sign_in", "health.healthz", "health.readyz", "public.order", "static"})
"""Every endpoint that people reach without signing in. Nothing else is."""


def init(app: Flask) -> None:
    """Bind sign-in to the application and close every other route."""
    login_manager.init_app(app)
    login_manager.user_loader(load_identity)
    login_manager.session_protection = None  # the session is a row of ours; the cookie only names it
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(preferences.blueprint)
    app.before_request(_closed_by_default)
    app.after_request(partial(_remember_use, app))


def needs(permission: Permission) -> Callable[[View], View]:
    """Let only people with `permission` into a view; others get 403. Services check again with the actor."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.may(permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def signed_in() -> Identity:
    """Who is asking, for what asks often: `current_user` looks for them again at each use."""
    person: Identity = current_user._get_current_object()  # noqa: SLF001 -- the proxy's own way to what it stands for
    return person


def _closed_by_default() -> ResponseReturnValue | None:
    if request.endpoint in ANONYMOUS or request.endpoint is None:
        return None
    if current_user.is_authenticated:
        if request.method not in ("GET", "HEAD"):
            end_reading()  # a body is read next, for as long as its sender likes: no transaction waits for it
        return None
    if request.headers.get("HX-Request"):
        # A part of a page can't show the sign-in form: the whole page goes there.
        return Response(status=401, headers={"HX-Redirect": url_for("auth.sign_in", next=page_before())})
    if kept := kept_forms.carried():
        return sign_in.page(kept=kept), 401
    if request.endpoint == "auth.sign_out":
        return redirect(url_for("auth.sign_in"))
    if request.method not in ("GET", "HEAD"):
        return redirect(url_for("auth.sign_in", next=page_before(), unsent=1))
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def _remember_use(app: Flask, response: BaseResponse) -> BaseResponse:
    user = g.get("_login_user")
    if user is not None and user.is_authenticated and user.seen_long_ago:
        # After the answer has left, in a transaction of its own: a GET never writes.
        response.call_on_close(partial(_touch, app, user.token))
    return response


def _touch(app: Flask, token: str) -> None:
    with app.app_context():
        accounts.touch_session(token)
