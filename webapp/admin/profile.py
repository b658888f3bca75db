"""`/admin/profile/`: a person's own name, language, theme and password."""

from __future__ import annotations

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, Length

from webapp.admin.base import GuardedView, PageForm, expose, show_problem
from webapp.admin.forms import at_most, choices, needed, stripped
from webapp.auth.passwords import SHORTEST, hash_password, verify_password
from webapp.domain.errors import Refused
from webapp.extensions import db
from webapp.formats import language_name
from webapp.services import profile
from webapp.services.unit_of_work import end_reading
from webapp.settings import LOCALES


class ProfileForm(PageForm):
    """How Lapak speaks to and looks for this person."""

    name = StringField(lazy_gettext("Name"), [needed(), at_most(100)], filters=[stripped])
    locale = SelectField(lazy_gettext("Language"), choices=choices((code, language_name(code)) for code in LOCALES))
    theme = SelectField(
        lazy_gettext("Theme"),
        choices=choices(
            [
                ("system", lazy_gettext("As the device")),
                ("light", lazy_gettext("Light")),
                ("dark", lazy_gettext("Dark")),
            ]
        ),
    )
    single_keys = BooleanField(
        lazy_gettext("Single keys"),
        description=lazy_gettext("Letters such as j, k and x act on their own. Ctrl K always works."),
    )


class PasswordForm(PageForm):
    """A new password, by somebody who knows the old one."""

    old = PasswordField(lazy_gettext("Password now"), [needed()])
    new = PasswordField(
        lazy_gettext("New password"),
        [needed(), Length(SHORTEST, 200, lazy_gettext("At least %(min)d characters."))],
    )
    again = PasswordField(
        lazy_gettext("New password again"), [EqualTo("new", lazy_gettext("The two new passwords differ."))]
    )


class ProfileView(GuardedView):
    """What everybody who is signed in may change about themselves, and nothing else."""

    def is_accessible(self) -> bool:
        """Every signed-in person has one, whatever their role."""
        return bool(current_user.is_authenticated)

    def is_visible(self) -> bool:
        """Reached from the person's own menu."""
        return False

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Name, language and theme."""
        form = ProfileForm(data=_present())
        if form.validate_on_submit():
            try:
                profile.save_profile(
                    current_user.actor, name=form.name.data, locale=form.locale.data, theme=form.theme.data,
                    single_keys=form.single_keys.data,
                )  # fmt: skip
            except Refused as refused:
                show_problem(form, refused.problem)
            else:
                flash(_("Your profile was saved."), "success")
                return redirect(self.get_url(".index"))
        return self._page(form, PasswordForm(formdata=None))

    @expose("/password", methods=("POST",))
    def password(self) -> ResponseReturnValue:
        """A new password: every other sign-in of this person ends."""
        form = PasswordForm()
        if form.validate_on_submit():
            stored = profile.own_password_hash(db.session(), current_user.actor)
            # Hashing takes long: no transaction may be open while it runs.
            end_reading()
            if verify_password(stored, form.old.data):
                new = hash_password(form.new.data)
                profile.change_own_password(current_user.actor, new, keep_token=current_user.token)
                flash(_("Your password was changed. You were signed out everywhere else."), "success")
                return redirect(self.get_url(".index"))
            form.old.errors = [_("This is not your password.")]
        return self._page(ProfileForm(formdata=None, data=_present()), form)

    def _page(self, form: ProfileForm, password: PasswordForm) -> ResponseReturnValue:
        status = 422 if form.errors or password.errors else 200
        return self.render("admin/profile.html", form=form, password=password, shortest=SHORTEST), status


def _present() -> dict[str, object]:
    theme = current_user.theme if current_user.theme in profile.THEMES else "system"
    return {
        "name": current_user.name, "locale": current_user.locale, "theme": theme,
        "single_keys": current_user.single_keys,
    }  # fmt: skip
