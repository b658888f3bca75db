"""`/admin/users/`: who signs in, what they may do and see. Archived, never deleted: history names them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from webapp.admin.forms import ChecksField, FormView, ServiceForm, at_most, choices, email_address, needed, stripped
from webapp.auth.passwords import SHORTEST, hash_password
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Permission, Role, may_manage
from webapp.extensions import db
from webapp.formats import language_name, role_label
from webapp.models import ChannelAccount, Store, User, Warehouse, user_stores
from webapp.services.accounts import UserDraft, save_user
from webapp.services.unit_of_work import end_reading
from webapp.settings import LOCALES

ALL, SOME = "all", "some"


class UserForm(ServiceForm):
    """A person. The password is set here, never shown; empty keeps the old one."""

    name = StringField(lazy_gettext("Name"), [needed(), at_most(100)], filters=[stripped])
    email = StringField(
        lazy_gettext("E-mail"),
        [needed(), at_most(200), email_address()],
        filters=[stripped],
        description=lazy_gettext("They sign in with it."),
    )
    role = SelectField(lazy_gettext("Role"))
    warehouse_id = SelectField(
        lazy_gettext("Warehouse"),
        coerce=int,
        description=lazy_gettext("For fulfilment providers: they see only orders of this warehouse."),
    )
    access = RadioField(lazy_gettext("Sees the orders of"))
    store_ids = ChecksField(lazy_gettext("Stores"), [Optional()], coerce=int)
    locale = SelectField(lazy_gettext("Language"))
    password = PasswordField(
        lazy_gettext("Password"),
        [Optional(), Length(SHORTEST, 200, lazy_gettext("At least %(min)d characters."))],
    )
    archived = BooleanField(
        lazy_gettext("Archived"),
        description=lazy_gettext("Can't sign in any more, at once. What they did keeps their name."),
    )


class UsersView(FormView):
    """People. Only owners touch owners; who is limited to some stores manages only people of these."""

    permission = Permission.USERS_MANAGE
    can_create = True
    can_edit = True
    form_class = UserForm
    form_columns = (
        "name", "email", "role", "warehouse_id", "access", "store_ids", "locale", "password", "archived",
    )  # fmt: skip
    column_list = ("name", "role", "stores", "locale")
    column_labels: ClassVar = {
        "name": lazy_gettext("Person"),
        "role": lazy_gettext("Role"),
        "stores": lazy_gettext("Stores"),
        "locale": lazy_gettext("Language"),
    }
    column_searchable_list = ("name", "email")
    column_sortable_list = ("name", "role")
    column_default_sort = "name"
    list_template = "admin/users/list.html"
    create_template = "admin/users/form.html"
    edit_template = "admin/users/form.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User, **kwargs)

    def visible_ids(self) -> Any:
        """People whose stores all exist for the reader, and nobody who sees more."""
        own = own_stores()
        if own is None:
            return select(User.id)
        elsewhere = select(user_stores.c.user_id).where(user_stores.c.store_id.not_in(own))
        return select(User.id).where(User.all_stores.is_(False), User.id.not_in(elsewhere))

    def get_query(self) -> Any:
        """The active people, or the archived ones, with their stores in one more statement."""
        archived = User.archived_at.is_not(None) if _archived_asked() else User.archived_at.is_(None)
        return super().get_query().filter(archived).options(selectinload(User.stores))

    def search_placeholder(self) -> str:
        """What can be searched."""
        return _("Name or e-mail")

    def render(self, template: str, **kwargs: Any) -> str:
        """Every page of the view knows which half of the people it shows."""
        return str(super().render(template, archived=_archived_asked(), may_change=may_change, **kwargs))

    def values_of(self, model: User | None) -> Any:
        """What the form shows of a person."""
        if model is None:
            role, locale, all_stores = Role.CS.value, current_user.locale, own_stores() is None
            return SimpleNamespace(role=role, locale=locale, access=ALL if all_stores else SOME, store_ids=[])
        return SimpleNamespace(
            name=model.name, email=model.email, role=model.role, locale=model.locale,
            access=ALL if model.all_stores else SOME, store_ids=[store.id for store in model.stores],
            warehouse_id=model.warehouse_id or 0, archived=model.archived_at is not None,
        )  # fmt: skip

    def create_form(self, obj: Any = None) -> ServiceForm:
        """The empty form: nobody is archived before they exist, and a password is needed."""
        form = self._with_choices(super().create_form(), None)
        del form.archived
        form.password.flags.required = True
        return form

    def edit_form(self, obj: Any = None) -> ServiceForm:
        """The form of a person."""
        form = self._with_choices(super().edit_form(obj), obj)
        form.password.description = _("Leave it empty to keep the old one. A new one ends their sign-ins.")
        return form

    def _with_choices(self, form: ServiceForm, model: User | None) -> ServiceForm:
        mine = current_user.role
        roles = [role for role in Role if may_manage(mine, role) or (model is not None and role == model.role)]
        form.role.choices = choices((role.value, role_label(role)) for role in roles)
        form.locale.choices = choices((code, language_name(code)) for code in LOCALES)
        own = own_stores()
        stores = select(Store).order_by(Store.name).where(Store.archived_at.is_(None))
        if own is not None:
            stores = stores.where(Store.id.in_(own))
        known = {store.id: store.name for store in [*db.session.scalars(stores), *(model.stores if model else ())]}
        form.store_ids.choices = choices(known.items())
        everything = [(ALL, _("all stores, also later ones"))] if own is None else []
        form.access.choices = choices([*everything, (SOME, _("only these stores"))])
        warehouses = db.session.scalars(
            select(Warehouse).where(Warehouse.archived_at.is_(None)).order_by(Warehouse.name)
        )
        known_warehouses = [(warehouse.id, warehouse.name) for warehouse in warehouses]
        form.warehouse_id.choices = choices([(0, _("None")), *known_warehouses])
        return form

    def validate_form(self, form: ServiceForm) -> bool:
        """The fields one by one, then together."""
        if not super().validate_form(form):
            return False
        if form.access.data == SOME and not form.store_ids.data:
            form.store_ids.errors = [_("Tick at least one store.")]
        if form.role.data == Role.PROVIDER and not form.warehouse_id.data:
            form.warehouse_id.errors = [_("Choose the warehouse whose orders they see.")]
        return not form.errors

    def save(self, form: ServiceForm, model: User | None) -> User:
        """Hash the password first, with no transaction open, then save."""
        user_id = model.id if model is not None else None
        end_reading()
        draft = UserDraft(
            email=form.email.data.lower(),
            name=form.name.data,
            role=Role(form.role.data),
            locale=form.locale.data,
            password_hash=hash_password(form.password.data) if form.password.data else None,
            all_stores=form.access.data == ALL,
            store_ids=tuple(form.store_ids.data) if form.access.data == SOME else (),
            warehouse_id=form.warehouse_id.data or None,
            archived=bool("archived" in form and form.archived.data),
        )
        return save_user(current_user.actor, draft, user_id)

    def words_for(self, refused: Refused) -> tuple[str, str] | None:
        """Refusals about people, in words that help."""
        problem = refused.problem
        if problem.code is Code.NO_PERMISSION and problem.params.get("field") == "store_ids":
            return "store_ids", _("You can give only the stores that you see yourself.")
        if problem.code is Code.NO_PERMISSION:
            return "role", _("Only owners can change owners.")
        return {
            (Code.BAD_VALUE, "email"): ("email", _("Somebody else signs in with this address.")),
            (Code.BAD_VALUE, "role"): ("role", _("This is the last owner. Make somebody else an owner first.")),
            (Code.MISSING_VALUE, "password"): ("password", _("A new person needs a password.")),
        }.get((problem.code, problem.params.get("field", "")))


def own_stores() -> frozenset[int] | None:
    """The stores that the signed-in person is limited to; None: all of them."""
    accounts = current_user.actor.scope.account_ids
    if accounts is None:
        return None
    query = select(ChannelAccount.store_id).where(ChannelAccount.id.in_(accounts))
    return frozenset(db.session.scalars(query))


def may_change(user: User) -> bool:
    """Whether the signed-in person may change `user`."""
    return may_manage(current_user.role, Role(user.role))


def _archived_asked() -> bool:
    return request.args.get("archived") == "1"
