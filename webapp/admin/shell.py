"""What every page of the back office has around it: the menu, the palette, and parts that never change.

They are drawn once for whoever sees the same (`_Who`) and kept: anew on every page they took longer than a page's
statements. Nothing of one sign-in is kept: its token and the page's address are filled in last.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app, get_flashed_messages, url_for
from flask_admin import Admin
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from webapp.admin.orders.listing import tab_labels
from webapp.auth import signed_in
from webapp.auth.way_back import this_page
from webapp.domain.permissions import Permission, Role
from webapp.formats import language
from webapp.formats.languages import translated


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu; `current` is the one that the page belongs to."""

    name: str
    url: str
    icon: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu as one person sees it: `groups` with their headings (empty for none), and all `places` in order."""

    groups: tuple[tuple[str, tuple[Place, ...]], ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Every entry, in order."""
        return tuple(place for _name, group in self.groups for place in group)


class Shell(NamedTuple):
    """What is drawn around a page: menu, the person's own button with their settings, bar of a phone, palette."""

    menu: Markup
    person: Markup
    bar: Markup
    palette: Markup


class _Who(NamedTuple):
    """All that a shell depends on besides the page; whoever has the same sees the same."""

    language: str
    permissions: frozenset[Permission]
    adds_orders: bool
    theme: str
    name: str
    role: Role


_TOKEN, _NEXT = secrets.token_hex(16), secrets.token_hex(16)
"""What stands in a kept shell for token and page. Nobody knows them: a name that holds one would be filled in."""
_DONE = "success"


class ShellMaker:
    """Draws the shell of the signed-in person; templates call it with the path of the page."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._home = f"{admin.url.rstrip('/')}/"
        self._urls: dict[frozenset[Permission], tuple[str, ...]] = {}
        self._drawn = lru_cache(maxsize=256)(self._draw)

    def __call__(self, path: str) -> Shell:
        """The shell; the menu's current entry is the longest address that the page's begins with."""
        user = signed_in()
        permissions = user.actor.permissions
        urls = self._urls.get(permissions)
        if urls is None:
            items = [item for _name, items in self._accessible() for item in items]
            urls = self._urls[permissions] = tuple(_folder(item.get_url()) for item in items)
        here = _folder(path)
        fitting = [url for url in urls if here.startswith(url) and (url != self._home or here == url)]
        who = _Who(language(), permissions, user.adds_orders, user.theme or "system", user.name, user.role)
        drawn = self._drawn(who, max(fitting, key=len, default=""))
        page, token = str(escape(this_page())), generate_csrf()

        def filled(part: Markup) -> Markup:
            return Markup(str(part).replace(_TOKEN, token).replace(_NEXT, page))  # noqa: S704 -- escaped above

        return drawn._replace(person=filled(drawn.person), bar=filled(drawn.bar))

    def _draw(self, who: _Who, here: str) -> Shell:
        menu = _menu(self._accessible(), here)
        settings = {"theme": who.theme, "token": _TOKEN, "next": _NEXT}
        return Shell(
            draw("admin/menu.html", menu=menu),
            draw("admin/person.html", name=who.name, role=who.role, **settings),
            draw("admin/tab_bar.html", menu=menu, **settings),
            _palette(menu, who),
        )

    def _accessible(self) -> list[tuple[str, list[Any]]]:
        """The items of Flask-Admin's menu by group; single ones that follow each other are a group without a name."""
        groups: list[tuple[str, list[Any]]] = []
        for item in self._admin.menu():
            if item.is_category():
                children = item.get_children()
                if children:
                    groups.append((str(item.name), children))
            elif item.is_accessible() and item.is_visible():
                if not groups or groups[-1][0]:
                    groups.append(("", []))
                groups[-1][1].append(item)
        return groups


def _menu(groups: list[tuple[str, list[Any]]], here: str) -> Menu:
    made = []
    for name, items in groups:
        places = [Place(str(item.name), item.get_url(), item.get_icon_value() or "circle-dashed") for item in items]
        marked = tuple(replace(place, current=_folder(place.url) == here) for place in places)
        made.append((translated(name) if name else "", marked))
    return Menu(tuple(made))


def _folder(url: str) -> str:
    return f"{url.rstrip('/')}/"


def _palette(menu: Menu, who: _Who) -> Markup:
    """The dialog of Ctrl K: every page and view of the list that the person may open, to be found by typing."""
    places = list(menu.places)
    if Permission.ORDERS_IMPORT in who.permissions:  # reached from the list, not from the menu
        places.append(Place(_("Upload orders"), url_for("order_uploads.index"), "upload"))
        places.append(Place(_("Upload statuses"), url_for("uploads.index"), "upload"))
    if who.adds_orders:
        places.append(Place(_("Add order"), url_for("orders.add_order"), "plus"))
    if Permission.ORDERS_EDIT in who.permissions:
        places.append(Place(_("Tags"), url_for("orders.tags"), "tag"))
    places.append(Place(_("Saved views"), url_for("orders.views"), "bookmark"))
    orders = url_for("orders.index_view")
    tabs = [(f"{orders}?tab={tab}", name) for tab, name in tab_labels().items() if tab]
    return draw("admin/palette.html", places=places, tabs=tabs, orders=orders, names=url_for("orders.view_names"))


def draw(template: str, **context: Any) -> Markup:
    """A template of ours by itself. Where it is kept, it must hold nothing that its key does not name."""
    drawn = current_app.jinja_env.get_template(template).render(**context)
    return Markup(drawn)  # noqa: S704 -- our own template, which escapes what it is given


@lru_cache(maxsize=64)
def _drawn_once(_language: str, template: str) -> Markup:
    return draw(template)


def drawn_once(template: str) -> Markup:
    """A template that only depends on the language, drawn once for each."""
    return _drawn_once(language(), template)


def page_messages() -> Markup:
    """What needs reading; nothing on most pages."""
    told = [(category, text) for category, text in _flashed() if not category.startswith(_DONE)]
    return draw("admin/messages.html", told=told) if told else Markup()


def toasts() -> Markup:
    """What has been done. A success that can be taken back is flashed as `success:` and the id of its batch."""
    done = [(text, category[len(_DONE) + 1 :]) for category, text in _flashed() if category.startswith(_DONE)]
    return draw("admin/toasts.html", told=done) if done else _no_toasts(language())


def _flashed() -> list[Any]:
    return list(get_flashed_messages(with_categories=True))


@lru_cache(maxsize=8)
def _no_toasts(_language: str) -> Markup:
    return draw("admin/toasts.html", told=())


def register(app: Flask, admin: Admin) -> None:
    """Give templates `shell_of(path)`, `page_messages()`, `toasts()` and `drawn_once(template)`."""
    ours = (page_messages, toasts, drawn_once)
    app.jinja_env.globals.update({each.__name__: each for each in ours}, shell_of=ShellMaker(admin))
