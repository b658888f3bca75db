"""`/admin/stores/messages/`: a store's own words for the messages that people send to its buyers by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.admin.base import expose
from webapp.auth import needs
from webapp.domain.errors import Refused
from webapp.domain.follow_up import LONGEST, PLACEHOLDERS, FollowUp
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats.follow_ups import default_follow_up, follow_up_name
from webapp.models import Store
from webapp.services.message_templates import save_words, words_of_store
from webapp.services.unit_of_work import end_reading
from webapp.settings import LOCALES


class MessagePages:
    """The page of a store's messages; mixed into the view of stores."""

    get_one: Any
    get_url: Any
    render: Any

    @expose("/messages/", methods=("GET", "POST"))
    @needs(Permission.SETTINGS_MANAGE)
    def messages(self) -> ResponseReturnValue:
        """Every message in one language; what is left as the program has it stays the program's."""
        store = self.get_one(request.args.get("id", ""))
        asked = request.args.get("lang", "")
        locale = asked if asked in LOCALES else store.locale
        if request.method == "GET":
            return self._messages_page(store, locale, words_of_store(db.session(), store.id, locale), {})
        typed = {event: request.form.get(event.value, "").replace("\r\n", "\n").strip() for event in FollowUp}
        store_id, name = store.id, store.name
        end_reading()
        own = {e: "" if body == default_follow_up(e, locale) else body for e, body in typed.items()}
        try:
            save_words(current_user.actor, store_id, locale, own)
        except Refused as refused:
            wrong = {refused.problem.params.get("field", ""): _words(refused)}
            return self._messages_page(self.get_one(str(store_id)), locale, typed, wrong), 422
        flash(_("The messages of %(name)s were saved.", name=name), "success")
        return redirect(self.get_url(".messages", id=store_id, lang=locale))

    def _messages_page(self, store: Store, locale: str, words: Mapping[FollowUp, str], wrong: Mapping[str, str]) -> str:
        messages = [
            (event.value, follow_up_name(event), words.get(event) or default_follow_up(event, locale), event in words)
            for event in FollowUp
        ]
        page: str = self.render(
            "admin/stores/messages.html", store=store, locale=locale, locales=LOCALES, messages=messages, wrong=wrong,
            placeholders=[f"{{{name}}}" for name in PLACEHOLDERS], longest=LONGEST,
        )  # fmt: skip
        return page


def _words(refused: Refused) -> str:
    params = refused.problem.params
    if "max" in params:
        return _("Shorten the message to %(max)d characters.", max=params["max"])
    return _("%(value)s means nothing here. Use only the words in braces that are listed above.", value=params["value"])
