"""What every view of the back office stands on: closed by default, one permission a view, writes through services.

A view names the permission that opens it; single routes may ask for another one with `auth.needs`. Services check
again with the actor. POSTs are covered by CSRFProtect for the whole application; forms are Flask-WTF's (`PageForm`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar, cast

import flask_admin
import flask_admin.actions
from flask import abort, current_app, request, url_for
from flask_admin import Admin, BaseView
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from flask_login import current_user
from flask_wtf import FlaskForm

from webapp.domain.errors import ERRORS, Problem
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats.form_words import FormWords
from webapp.formats.problems import problem_text

Route = TypeVar("Route", bound=Callable[..., Any])

_FIXED: dict[tuple[str, str], str] = {}
"""Addresses of endpoints without values, by where the application is mounted and the endpoint."""


def expose(url: str = "/", methods: Sequence[str] = ("GET",)) -> Callable[[Route], Route]:
    """Make a method of a view a route below the view's address: Flask-Admin's `expose`, with types."""
    return cast(Callable[[Route], Route], flask_admin.expose(url, methods))


def action(name: str, label: str) -> Callable[[Route], Route]:
    """Make a method of a model view a bulk action: it gets the ticked ids. Flask-Admin's `action`, with types."""
    return cast(Callable[[Route], Route], flask_admin.actions.action(name, label))


class Guarded:
    """The door of a view: `permission` opens it, and without one nobody enters."""

    endpoint: str
    permission: Permission | None = None

    def get_url(self, endpoint: str, **values: Any) -> str:
        """Address of an endpoint, as Flask-Admin makes it; those without values are made once, not ten times a page."""
        name = f"{self.endpoint}{endpoint}" if endpoint.startswith(".") else endpoint
        if values:
            return url_for(name, **values)
        found = _FIXED.get((request.script_root, name))
        if found is None:
            found = _FIXED[request.script_root, name] = url_for(name)
        return found

    def is_accessible(self) -> bool:
        """Whether the signed-in person may use this view. Menus ask it too."""
        return self.permission is not None and bool(current_user.is_authenticated and current_user.may(self.permission))

    def inaccessible_callback(self, name: str, **kwargs: Any) -> NoReturn:
        """403: who is not signed in has been sent to sign in before this."""
        abort(403)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin calls a view again in another way after a TypeError, which hides where the error came from.
        return fn(self, *args, **kwargs)


class GuardedView(Guarded, BaseView):
    """A page of our own. Set `permission`; expose routes with `@expose`."""


class PageForm(FlaskForm):
    """Base of all forms of pages. The token that a form carries is the page's (`ui.csrf`): it is looked at before any
    view is asked, and a field for it in each form was a second look, and half of what a form costs."""

    class Meta:
        csrf = False

        def get_translations(self, form: BaseForm) -> FormWords:
            """WTForms' own texts in our catalogue, which has Indonesian."""
            return FormWords()


class AdminForm(BaseForm, PageForm):
    """Base of the forms that Flask-Admin makes for models."""

    class Meta:
        # Flask-Admin's own base, which comes first, brings texts without Indonesian.
        get_translations = PageForm.Meta.get_translations


class GuardedModelView(Guarded, ModelView):
    """A list with forms over a model. Nothing is allowed until the view says so.

    A view that sets `can_create`, `can_edit` or `can_delete` sets `form_columns` as well (never status, price or
    stock) and overrides `create_model`, `update_model` or `delete_model` with a call of a service. Routes of what is
    not allowed don't exist.
    """

    can_create = False
    can_edit = False
    can_delete = False
    can_view_details = False
    can_export = False
    can_set_page_size = False
    column_display_actions = False
    simple_list_pager = True
    named_filter_urls = True
    form_base_class = AdminForm
    action_disallowed_list: tuple[str, ...] = ("delete",)

    def __init__(self, model: type[Any], **kwargs: Any) -> None:
        super().__init__(model, db, **kwargs)

    def create_blueprint(self, admin: Admin) -> Any:
        """Register only the routes of what this view allows."""
        allowed = {
            "create_view": self.can_create,
            "edit_view": self.can_edit,
            "delete_view": self.can_delete,
            "details_view": self.can_view_details,
            "export": self.can_export,
            "action_view": any(name not in self.action_disallowed_list for name, _label in self._actions),
            "ajax_lookup": bool(self.form_ajax_refs),
            "ajax_update": bool(self.column_editable_list),
        }
        self._urls: list[tuple[str, str, Sequence[str]]] = [
            route for route in super().__getattribute__("_urls") if allowed.get(route[1], True)
        ]
        return super().create_blueprint(admin)

    def scaffold_form(self) -> Any:
        """The form over `form_columns`; without any it is empty, never every column of the table."""
        return super().scaffold_form() if self.form_columns else self.form_base_class

    def create_model(self, form: Any) -> Any:
        """Make a row from `form` through a service; answer it, or False with the reason in the form."""
        raise NotImplementedError

    def update_model(self, form: Any, model: Any) -> bool:
        """Change `model` from `form` through a service; answer False with the reason in the form."""
        raise NotImplementedError

    def delete_model(self, model: Any) -> bool:
        """Delete `model` through a service."""
        raise NotImplementedError


def show_problem(form: Any, problem: Problem) -> None:
    """Put a refusal's sentence where it belongs in `form`: under its field, else over the whole form."""
    name = problem.params.get("field") or ERRORS[problem.code].field
    text = problem_text(problem)
    if name and name in form:
        form[name].errors = [*form[name].errors, text]
    else:
        form.form_errors.append(text)


def own_zone() -> str:
    """The installation's time zone, in which the back office writes moments that belong to no store."""
    zone: str = current_app.config["SETTINGS"].timezone
    return zone
