"""`/admin/stores/`: shops with their zone, currency and language, and the channel accounts that belong to them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar
from zoneinfo import available_timezones

from flask import current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import BooleanField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import NumberRange, Optional, Regexp

from webapp.admin.forms import FormView, ServiceForm, at_most, choices, email_address, needed, stripped
from webapp.admin.messages import MessagePages
from webapp.admin.people import own_stores
from webapp.domain.errors import Code, Refused
from webapp.domain.money import CURRENCIES
from webapp.domain.permissions import Permission
from webapp.formats import language_name
from webapp.models import Store
from webapp.services.accounts import StoreDraft, save_store
from webapp.services.unit_of_work import end_reading
from webapp.settings import LOCALES

FIRST_CURRENCIES = ("IDR", "KRW", "USD", "SGD", "MYR", "PHP", "THB", "VND", "JPY", "EUR")
"""Offered; any other ISO code can be typed."""


def _upper(value: str | None) -> str | None:
    return value.strip().upper() if value else value


def _lower(value: str | None) -> str | None:
    return value.strip().lower() if value else value


class StoreForm(ServiceForm):
    """A store. Its zone and currency stay once it has orders."""

    name = StringField(lazy_gettext("Name"), [needed(), at_most(100)], filters=[stripped])
    code = StringField(
        lazy_gettext("Code"),
        [needed(), Regexp(r"[a-z0-9][a-z0-9-]{0,39}$", message=lazy_gettext("Small letters, digits and dashes only."))],
        filters=[_lower],
        description=lazy_gettext("Short name in addresses, filters and files, such as rona-batik."),
    )
    timezone = StringField(
        lazy_gettext("Time zone"),
        [needed()],
        filters=[stripped],
        description=lazy_gettext("Such as Asia/Jakarta. It stays once the store has orders."),
    )
    currency = StringField(
        lazy_gettext("Currency"),
        [needed()],
        filters=[_upper],
        description=lazy_gettext("Three letters, such as IDR. It stays once the store has orders."),
    )
    locale = SelectField(lazy_gettext("Language"), description=lazy_gettext("Of its buyers' mails and pages."))
    email = StringField(
        lazy_gettext("E-mail"),
        [Optional(), at_most(200), email_address()],
        filters=[stripped],
        description=lazy_gettext("Buyers answer to it."),
    )
    ship_within_days = IntegerField(
        lazy_gettext("Ship within"),
        [needed(), NumberRange(0, 60, lazy_gettext("From 0 to 60 days."))],
        description=lazy_gettext("Days from confirmed, where the channel sets no deadline."),
    )
    archived = BooleanField(
        lazy_gettext("Archived"),
        description=lazy_gettext("Kept out of the lists of stores. Its orders stay where they are."),
    )

    def validate_timezone(self, field: Any) -> None:
        """The zone is one that the system knows."""
        if field.data and field.data not in available_timezones():
            raise ValidationError(_("No such time zone. It looks like Asia/Jakarta."))

    def validate_currency(self, field: Any) -> None:
        """The currency is one that is paid with somewhere, or the store's own: money can go out of use meanwhile."""
        if field.data and field.data not in CURRENCIES and field.data != field.object_data:
            raise ValidationError(_("No such currency. It has three letters, such as IDR."))


class StoresView(MessagePages, FormView):
    """Stores that exist for the reader."""

    permission = Permission.SETTINGS_MANAGE
    can_create = True
    can_edit = True
    form_class = StoreForm
    form_columns = (
        "name", "code", "timezone", "currency", "locale", "email", "ship_within_days", "archived",
    )  # fmt: skip
    column_list = ("name", "accounts", "currency", "timezone", "locale", "ship_within_days")
    column_labels: ClassVar = {
        "name": lazy_gettext("Store"),
        "accounts": lazy_gettext("Channels"),
        "currency": lazy_gettext("Currency"),
        "timezone": lazy_gettext("Time zone"),
        "locale": lazy_gettext("Language"),
        "ship_within_days": lazy_gettext("Ship within"),
    }
    column_searchable_list = ("name", "code")
    column_sortable_list = ("name", "currency")
    column_default_sort = "name"
    list_template = "admin/stores/list.html"
    create_template = "admin/stores/form.html"
    edit_template = "admin/stores/form.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Store, **kwargs)

    def visible_ids(self) -> Any:
        """The reader's own stores."""
        own = own_stores()
        return select(Store.id) if own is None else select(Store.id).where(Store.id.in_(own))

    def get_query(self) -> Any:
        """The active stores, or the archived ones, with their accounts in one more statement."""
        archived = Store.archived_at.is_not(None) if _archived_asked() else Store.archived_at.is_(None)
        return super().get_query().filter(archived).options(selectinload(Store.accounts))

    def search_placeholder(self) -> str:
        """What can be searched."""
        return _("Name or code")

    def render(self, template: str, **kwargs: Any) -> str:
        """Every page of the view knows which half of the stores it shows."""
        return str(super().render(template, archived=_archived_asked(), **kwargs))

    def values_of(self, model: Store | None) -> Any:
        """What the form shows of a store; a new one begins with the installation's presets."""
        if model is None:
            preset = current_app.config["SETTINGS"]
            return SimpleNamespace(
                timezone=preset.timezone, currency=preset.currency, locale=preset.locale, ship_within_days=2
            )
        return SimpleNamespace(
            name=model.name, code=model.code, timezone=model.timezone, currency=model.currency, locale=model.locale,
            email=model.email, ship_within_days=model.ship_within_days, archived=model.archived_at is not None,
        )  # fmt: skip

    def create_form(self, obj: Any = None) -> ServiceForm:
        """The empty form: nothing is archived before it exists."""
        form = self._with_choices(super().create_form())
        del form.archived
        return form

    def edit_form(self, obj: Any = None) -> ServiceForm:
        """The form of a store."""
        return self._with_choices(super().edit_form(obj))

    def _with_choices(self, form: ServiceForm) -> ServiceForm:
        form.locale.choices = choices((code, language_name(code)) for code in LOCALES)
        return form

    def more_for_form(self, model: Any) -> dict[str, Any]:
        """What the fields offer, and the accounts of the store."""
        accounts = list(model.accounts) if model is not None else []
        own = () if model is None or model.currency in FIRST_CURRENCIES else (model.currency,)
        return {"zones": sorted(available_timezones()), "currencies": (*own, *FIRST_CURRENCIES), "accounts": accounts}

    def save(self, form: ServiceForm, model: Store | None) -> Store:
        """Save through the service."""
        store_id = model.id if model is not None else None
        end_reading()
        draft = StoreDraft(
            name=form.name.data,
            code=form.code.data,
            timezone=form.timezone.data,
            currency=form.currency.data,
            locale=form.locale.data,
            email=form.email.data or "",
            ship_within_days=form.ship_within_days.data,
            archived=bool("archived" in form and form.archived.data),
        )
        return save_store(current_user.actor, draft, store_id)

    def words_for(self, refused: Refused) -> tuple[str, str] | None:
        """Refusals about stores, in words that help."""
        if refused.problem.code is Code.NO_PERMISSION:
            return "", _("You see only some stores. Ask somebody who sees all of them to add one.")
        return {
            (Code.BAD_VALUE, "code"): ("code", _("Another store has this code.")),
            (Code.BAD_VALUE, "timezone"): ("timezone", _("This store has orders: its time zone stays.")),
            (Code.BAD_VALUE, "currency"): ("currency", _("This store has orders: its currency stays.")),
        }.get((refused.problem.code, refused.problem.params.get("field", "")))


def _archived_asked() -> bool:
    return request.args.get("archived") == "1"
