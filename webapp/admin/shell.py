"""What every page of the back office has around it: the menu, and parts that never change.

They are put together once for each language and set of permissions and kept: anew on every page they took longer than
a page's statements.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request
from flask_admin import Admin
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

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


class MenuMaker:
    """Makes the menu of the signed-in person; called by the shell with the path of the page."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._home = f"{admin.url.rstrip('/')}/"
        self._kept: dict[tuple[str, tuple[str, ...], str], Menu] = {}

    def __call__(self, path: str) -> Menu:
        """The entries that the person may use; the current one is the longest address that the page's begins with."""
        groups = self._accessible()
        urls = tuple(_folder(item.get_url()) for _name, items in groups for item in items)
        here = _folder(path)
        fitting = [url for url in urls if here.startswith(url) and (url != self._home or here == url)]
        key = (language(), urls, max(fitting, key=len, default=""))
        if key not in self._kept:
            self._kept[key] = _menu(groups, key[2])
        return self._kept[key]

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


def draw(template: str, **context: Any) -> Markup:
    """A template of ours by itself, to be kept: it must hold nothing of one person or one sign-in."""
    drawn = current_app.jinja_env.get_template(template).render(**context)
    return Markup(drawn)  # noqa: S704 -- our own template, which escapes what it is given


@lru_cache(maxsize=64)
def _kept(_language: str, template: str) -> Markup:
    return draw(template)


def kept(template: str) -> Markup:
    """A template that only depends on the language, drawn once for each."""
    return _kept(language(), template)


_TOKEN, _NEXT = "@token@", "@next@"


@lru_cache(maxsize=64)
def _settings(_language: str, theme: str, where: str) -> Markup:
    return draw("admin/own_settings.html", theme=theme, where=where, token=_TOKEN, next=_NEXT)


def own_settings(where: str) -> Markup:
    """The signed-in person's menu: language, theme, profile, sign-out. `where` keeps ids apart: it stands twice."""
    drawn = _settings(language(), current_user.theme or "system", where)
    page = str(escape(request.full_path.rstrip("?")))
    return Markup(str(drawn).replace(_TOKEN, generate_csrf()).replace(_NEXT, page))  # noqa: S704 -- escaped above


def register(app: Flask, admin: Admin) -> None:
    """Give templates `shell_menu(path)`, `kept(template)` and `own_settings(where)`."""
    app.jinja_env.globals.update(shell_menu=MenuMaker(admin), kept=kept, own_settings=own_settings)
