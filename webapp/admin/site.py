"""Which views the back office has, in the order in which the menu shows them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView
from flask_admin.theme import Bootstrap4Theme
from flask_babel import lazy_gettext

from webapp.admin import shell
from webapp.admin.dashboard import DashboardView
from webapp.admin.jobs import JobsView
from webapp.admin.order_uploads import OrderUploadView
from webapp.admin.orders.view import OrderView
from webapp.admin.people import UsersView
from webapp.admin.profile import ProfileView
from webapp.admin.stores import StoresView
from webapp.admin.uploads import StatusUploadView
from webapp.domain.errors import N_

SYSTEM = N_("System")
"""The menu's group for what owners and admins set up; translated where it is shown."""


def init(app: Flask) -> None:
    """Put the back office at `/admin/`, and lead there from `/`."""
    index = DashboardView(
        name=lazy_gettext("Today"), endpoint="admin", url="/admin", menu_icon_value="layout-dashboard"
    )
    theme = Bootstrap4Theme(base_template="admin/base.html")
    # No nonce: our templates have no inline script, and the policy allows none.
    # It brings no Indonesian: ours is the catalogue of its domain, `admin`.
    texts = str(Path(app.root_path) / "translations")
    admin = Admin(app, name="Lapak", url="/admin", index_view=index, theme=theme, translations_path=texts)
    admin.add_views(*_views())
    shell.register(app, admin)
    app.add_url_rule("/", "home", _home)


def _home() -> ResponseReturnValue:
    return redirect(url_for("admin.index"))


def _views() -> list[BaseView]:
    """New instances of every view but the index. A new view is one line here."""
    return [
        OrderView(name=lazy_gettext("Orders"), endpoint="orders", url="/admin/orders", menu_icon_value="receipt"),
        StatusUploadView(name=lazy_gettext("Upload statuses"), endpoint="uploads", url="/admin/orders/upload"),
        OrderUploadView(name=lazy_gettext("Upload orders"), endpoint="order_uploads", url="/admin/orders/import"),
        JobsView(name=lazy_gettext("Jobs"), endpoint="jobs", url="/admin/jobs", menu_icon_value="list-check"),
        UsersView(
            name=lazy_gettext("People"), category=SYSTEM, endpoint="users", url="/admin/users", menu_icon_value="users"
        ),
        StoresView(
            name=lazy_gettext("Stores"),
            category=SYSTEM,
            endpoint="stores",
            url="/admin/stores",
            menu_icon_value="building-store",
        ),
        ProfileView(name=lazy_gettext("Your profile"), endpoint="profile", url="/admin/profile"),
    ]
