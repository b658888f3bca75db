"""Model views whose forms are written out, saved by services, and spoken about in our words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.helpers import get_form_data, get_redirect_target
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import SelectMultipleField, widgets
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Regexp, StopValidation

from webapp.admin.base import AdminForm, GuardedModelView, expose, show_problem
from webapp.domain.errors import Refused
from webapp.domain.order_texts import EMAIL
from webapp.domain.spelling import plain, without_turns
from webapp.extensions import db


class ChecksField(SelectMultipleField):
    """Several of a few, as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """What a select, radio or check field offers, from values and labels."""
    return [SelectChoice(value, label) for value, label in pairs]


class Needed:
    """The field may not be empty once white space around it is gone; 0 is not empty."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, _form: Any, field: Any) -> None:
        """Stop with the words, and without those of the later validators."""
        if field.data is None or field.data == "":
            # What the field itself could not read is said by the field.
            raise StopValidation("" if field.errors else _("This is needed."))


def needed() -> Needed:
    """A validator for what may not be empty."""
    return Needed()


def at_most(characters: int) -> Length:
    """No more characters than that."""
    return Length(max=characters, message=lazy_gettext("At most %(max)d characters."))


def email_address() -> Regexp:
    """Something that can be an e-mail address; whether it is one, only a mail to it tells."""
    return Regexp(f"{EMAIL.pattern}\\Z", message=lazy_gettext("This is no e-mail address."))


def stripped(value: str | None) -> str | None:
    """A text field's value without white space around and signs that turn what is read beside it."""
    return without_turns(value).strip() if value else value


def cleaned(value: str | None) -> str | None:
    """As `stripped`, its lines ended alike and without what no database takes; nothing where nobody sees anything."""
    text = stripped(value.replace("\0", "").replace("\r\n", "\n")) if value else value
    return text if text and plain(text).strip() else text and ""


class ServiceForm(AdminForm):
    """A form whose values a service takes. `form_errors` are refusals that belong to no field."""


FARTHEST_PAGE = 1_000_000


class FormView(GuardedModelView):
    """A model view with `form_class` for adding and editing. Children write `values_of`, `save` and, if they need to,
    `words_for`; the columns of the form are named in `form_columns` as well, where a test compares them."""

    form_class: ClassVar[type[ServiceForm]]
    page_size = 50
    column_auto_select_related = False  # each view says what its list needs
    column_display_actions = False

    def scaffold_form(self) -> type[ServiceForm]:
        """The written-out form, for adding and editing."""
        return self.form_class

    def values_of(self, model: Any) -> Any:
        """An object with the form's fields as attributes: what `model` (None: a new one) has in them."""
        raise NotImplementedError

    def save(self, form: ServiceForm, model: Any) -> Any:
        """Call the service, outside any transaction; answer the saved row. Raises Refused."""
        raise NotImplementedError

    def words_for(self, refused: Refused) -> tuple[str, str] | None:
        """The field and the sentence for a refusal, where the general ones would not help."""
        return None

    def _get_list_extra_args(self) -> Any:
        """The query string of the list; a page number that no list reaches counts as a far one, not as a fault."""
        args = super()._get_list_extra_args()
        args.page = min(max(args.page, 0), FARTHEST_PAGE)
        args.search = args.search.replace("\0", "") if args.search else args.search  # PostgreSQL takes no NUL
        return args

    def visible_ids(self) -> Any:
        """A select of the ids that exist for the signed-in person."""
        return select(self.model.id)

    def get_query(self) -> Any:
        """What the list shows: only what exists for the reader."""
        return db.session.query(self.model).filter(self.model.id.in_(self.visible_ids()))

    def get_one(self, id: Any) -> Any:  # noqa: A002 -- as the base class calls it
        """The row with this id, if it exists for the reader; 404 else."""
        number = int(id) if str(id).isdecimal() and len(str(id)) < 19 else 0
        query = select(self.model).where(self.model.id == number, self.model.id.in_(self.visible_ids()))
        return db.session.scalar(query) or abort(404)

    def create_form(self, obj: Any = None) -> ServiceForm:
        """The empty form, or what was typed."""
        return self.form_class(get_form_data(), obj=self.values_of(None))

    def edit_form(self, obj: Any = None) -> ServiceForm:
        """The form of a row, or what was typed."""
        return self.form_class(get_form_data(), obj=self.values_of(obj))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Add one."""
        back = get_redirect_target() or self.get_url(".index_view")
        form = self.create_form()
        saved = self._saved(form, None)
        if saved is None:
            return self._page(self.create_template, form, None, back)
        flash(_("%(name)s was added.", name=saved), "success")
        return redirect(back)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Change one."""
        back = get_redirect_target() or self.get_url(".index_view")
        model = self.get_one(request.args.get("id", ""))
        form = self.edit_form(model)
        saved = self._saved(form, model)
        if saved is None:
            return self._page(self.edit_template, form, model, back)
        flash(_("%(name)s was saved.", name=saved), "success")
        return redirect(back)

    def create_model(self, form: ServiceForm) -> Any:
        """Make a row through the service; None with the reason in the form."""
        return self._tried(form, None)

    def update_model(self, form: ServiceForm, model: Any) -> bool:
        """Change a row through the service; False with the reason in the form."""
        return self._tried(form, model) is not None

    def _saved(self, form: ServiceForm, model: Any) -> Any:
        return self._tried(form, model) if self.validate_form(form) else None

    def _tried(self, form: ServiceForm, model: Any) -> Any:
        try:
            return self.save(form, model)
        except Refused as refused:
            words = self.words_for(refused)
            if words is None:
                show_problem(form, refused.problem)
            elif words[0] in form:
                form[words[0]].errors = [*form[words[0]].errors, words[1]]
            else:
                form.form_errors.append(words[1])
            return None

    def _page(self, template: str, form: ServiceForm, model: Any, back: str) -> ResponseReturnValue:
        status = 422 if form.errors else 200
        return self.render(template, form=form, model=model, return_url=back, **self.more_for_form(model)), status

    def more_for_form(self, model: Any) -> dict[str, Any]:
        """What else the form's template gets."""
        return {}
