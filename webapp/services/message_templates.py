"""A store's own words for messages to its buyers; where it has none, the program's are used."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.follow_up import LONGEST, FollowUp, unknown_placeholders
from webapp.domain.permissions import Permission
from webapp.models import MessageTemplate, Store
from webapp.services.unit_of_work import UnitOfWork, unit_of_work
from webapp.settings import LOCALES

WHATSAPP = "whatsapp"
"""The medium of a message that a person sends from their own phone."""


def own_words(session: Session, store_code: str, event: FollowUp, locale: str) -> tuple[str, str | None]:
    """The language of a message to a buyer who has `locale` (empty: the store's), and the store's own words in it."""
    own = MessageTemplate
    rows = session.execute(
        select(Store.locale, own.locale.label("written"), own.body)
        .select_from(Store)
        .outerjoin(own, (own.store_id == Store.id) & (own.event == event.value) & (own.medium == WHATSAPP))
        .where(Store.code == store_code)
    ).all()
    language = locale if locale in LOCALES else rows[0].locale
    return language, next((row.body for row in rows if row.written == language), None)


def words_of_store(session: Session, store_id: int, locale: str) -> dict[FollowUp, str]:
    """What a store has written itself in a language, by message."""
    own = MessageTemplate
    found = session.execute(
        select(own.event, own.body).where(own.store_id == store_id, own.locale == locale, own.medium == WHATSAPP)
    )
    return {FollowUp(row.event): row.body for row in found}


def save_words(actor: Actor, store_id: int, locale: str, words: Mapping[FollowUp, str]) -> None:
    """Keep a store's own words of these messages in a language; empty ones go back to the program's.

    Raises Refused with the message's name as `field`: `bad_value` for a placeholder that does not exist (`value` names
    it) or a text over `LONGEST` characters (`max`); `no_permission`; `not_found` for no such store.
    """
    if locale not in LOCALES:
        raise Refused(Code.BAD_VALUE, field="locale", value=locale)
    kept = {event: body.replace("\0", "").replace("\r\n", "\n").strip() for event, body in words.items()}
    for event, body in kept.items():
        if len(body) > LONGEST:
            raise Refused(Code.BAD_VALUE, field=event.value, value=f"{body[:40]}…", max=LONGEST)
        if unknown := unknown_placeholders(body):
            raise Refused(Code.BAD_VALUE, field=event.value, value=unknown[0])
    if not actor.may(Permission.SETTINGS_MANAGE):
        raise Refused(Code.NO_PERMISSION, number=str(store_id))
    with unit_of_work(actor) as work:
        store = work.session.get(Store, store_id)
        if store is None:
            raise Refused(Code.NOT_FOUND, number=str(store_id), variant="gone")
        for event, body in kept.items():
            _keep(work, store, locale, event, body)
        work.audit("store.messages_changed", store, data={"locale": locale}, store_id=store.id)


def _keep(work: UnitOfWork, store: Store, locale: str, event: FollowUp, body: str) -> None:
    own = MessageTemplate
    if body:
        work.session.merge(own(store_id=store.id, event=event.value, locale=locale, medium=WHATSAPP, body=body))
        return
    work.session.execute(
        delete(own).where(
            own.store_id == store.id, own.event == event.value, own.locale == locale, own.medium == WHATSAPP
        )
    )
