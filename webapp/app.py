"""The one place that knows everything: an application, read from top to bottom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from webapp import admin, auth, error_pages, formats, headers, health, public, queues, timing
from webapp.database import BY_KEY, WRITING, by_key_options, configure_engine, engine_options
from webapp.extensions import babel, csrf, db, limiter, migrate
from webapp.form_reading import FormRequest
from webapp.integrations.storage.local import LocalStorage
from webapp.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
FORM_LIMIT = 2 * 1024 * 1024
"""Bytes of a request's body: more than any form of ours has."""
UPLOADS = dict.fromkeys(("uploads.index", "order_uploads.index"), 210 * 1024 * 1024)
"""Endpoints that take files: the largest file that may be uploaded (200 MB) and its form around it, in bytes."""


def create_app(settings: Settings) -> Flask:
    """An application for these settings. Connects to nothing yet."""
    app = error_pages.Site("webapp", static_folder=str(ROOT / "static"), template_folder="templates")
    app.request_class = FormRequest
    app.config.update(_config(settings))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    _open_database(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    timing.init(app)
    app.before_request(_allow_files)
    auth.init(app)  # before CSRF, which reads the body: strangers are sent away unread
    csrf.init_app(app)
    _limit_sign_in(app)
    babel.init_app(app, locale_selector=formats.select_locale)
    queues.init(app, settings.queue_url)
    app.extensions["storage"] = LocalStorage(settings.storage_dir)
    headers.init(app)
    formats.register(app)
    admin.init(app)
    public.init(app)
    health.init(app)
    error_pages.init(app)
    _serve(app, settings)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SQLALCHEMY_BINDS": by_key_options(settings.database_url),
        "MAX_CONTENT_LENGTH": FORM_LIMIT,
        "SESSION_COOKIE_NAME": "lapak",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the sign-in, so that an open form never goes stale
        # Counted in the key-value server, for all processes; by each process alone while that is away.
        "RATELIMIT_STORAGE_URI": settings.queue_url.replace("unix://", "redis+unix://"),
        "RATELIMIT_STORAGE_OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_KEY_PREFIX": "lapak",
        "RATELIMIT_HEADERS_ENABLED": False,
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "BABEL_DEFAULT_LOCALE": settings.locale,
        "SETTINGS": settings,
    }


def _open_database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
        # Kept, because each new one looks its events up anew.
        db.engine.update_execution_options(**{WRITING: db.engine.execution_options(write=True)})
        if BY_KEY in db.engines:
            db.engine.update_execution_options(**{BY_KEY: db.engines[BY_KEY]})


def _limit_sign_in(app: Flask) -> None:
    """Only signing in is limited; looking for limits cost a tenth of a buyer's page."""
    limiter.init_app(app)
    app.before_request_funcs[auth.SIGN_IN].append(app.before_request_funcs[None].pop())
    app.after_request_funcs[auth.SIGN_IN].append(app.after_request_funcs[None].pop())
    app.teardown_request_funcs[auth.SIGN_IN].append(app.teardown_request_funcs[None].pop())


def _allow_files() -> None:
    request.max_content_length = UPLOADS.get(request.endpoint or "", FORM_LIMIT)


def _serve(app: Flask, settings: Settings) -> None:
    """Static files from our own process, compressed ones where they lie beside; the caller's address behind proxies."""
    files = WhiteNoise(app.wsgi_app, autorefresh=app.debug, max_age=60)
    files.add_files(str(ROOT / "static"), prefix="static/")
    app.wsgi_app = files  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
