"""The palette of Ctrl K: every page and view of the list that one person may open, to be found by typing."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from webapp.admin.orders.listing import tab_labels
from webapp.admin.shell import Menu, Place, draw
from webapp.domain.permissions import Permission
from webapp.formats import language


def palette(menu: Menu) -> Markup:
    """The dialog for somebody with this menu; the page's token and name are not in it."""
    places = [Place(place.name, place.url, place.icon) for place in menu.places]
    if current_user.may(Permission.ORDERS_IMPORT):  # reached from the list, not from the menu
        places.append(Place(_("Upload orders"), url_for("order_uploads.index"), "upload"))
        places.append(Place(_("Upload statuses"), url_for("uploads.index"), "upload"))
    if current_user.adds_orders:
        places.append(Place(_("Add order"), url_for("orders.add_order"), "plus"))
    if current_user.may(Permission.ORDERS_EDIT):
        places.append(Place(_("Tags"), url_for("orders.tags"), "tag"))
    return _palette(language(), tuple(places))


@lru_cache(maxsize=64)
def _palette(_language: str, places: tuple[Place, ...]) -> Markup:
    orders = url_for("orders.index_view")
    tabs = [(f"{orders}?tab={tab}", name) for tab, name in tab_labels().items() if tab]
    return draw("admin/palette.html", places=places, tabs=tabs, orders=orders, names=url_for("orders.view_names"))


def register(app: Flask) -> None:
    """Give templates `palette(menu)`."""
    app.jinja_env.globals.update(palette=palette)
