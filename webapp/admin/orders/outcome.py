"""What became of a bulk action, in words: the fact first, then each refused order with why and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.order_acts import ActKind, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.formats import problem_text, status_label
from webapp.models import OrderContact
from webapp.services.orders.change_orders import BulkResult, OrderResult
from webapp.services.orders.rows import OrderRow, read_rows
from webapp.services.orders.undo import has_way_back


@dataclass(frozen=True, slots=True)
class Done:
    """A bulk action that has been done: which, with what result, and whether the buyers are told. `name` is the person
    to whom orders were given; empty for nobody."""

    kind: ActKind
    result: BulkResult
    to: OrderStatus | None = None
    name: str = ""
    notified: bool = False


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """One order that stays as it was; `row` is None for one that does not exist (any more)."""

    result: OrderResult
    row: OrderRow | None
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """The words of an outcome."""

    title: str
    lead: str
    refused: tuple[RefusedOrder, ...]
    changed: tuple[OrderResult, ...]
    unchanged: tuple[OrderResult, ...]


def can_be_undone(done: Done) -> bool:
    """Whether to offer the way back: at least one order has one, and something of the change is left to take back."""
    says_only = done.kind is ActKind.ADD_HISTORY and done.to is None and not done.notified
    return done.result.batch_id is not None and not says_only and any(map(has_way_back, done.result.results))


def outcome(session: Session, scope: Scope, done: Done) -> Told:
    """Put `done` into words; reads what is shown of the refused orders."""
    results, of_refused = done.result.results, done.result.refused
    ok, same = Outcome.OK, Outcome.UNCHANGED
    changed = tuple([result for result in results if result.outcome is ok])
    unchanged = tuple([result for result in results if result.outcome is same])
    ids = [result.order_id for result in of_refused if result.order_id]
    rows = {row.number: row for row in read_rows(session, ids, restricted=scope.restricted)}
    refused = tuple(
        RefusedOrder(result, rows.get(result.number), problem_text(result.problem) if result.problem else "")
        for result in of_refused
    )
    lead = [*_left(done, unchanged, refused), *_mails(session, done, changed)]
    return Told(_title(done, len(changed), len(results)), " ".join(lead), refused, changed, unchanged)


def _title(done: Done, n: int, total: int) -> str:
    if not n:
        return _("No order was deleted.") if done.kind is ActKind.DELETE else _("No order was changed.")
    if n == total:
        return _all(done, n)
    params = {"all": total}
    if done.kind is ActKind.ASSIGN and done.name:
        return ngettext(
            "%(num)d of %(all)d orders is now assigned to %(name)s.",
            "%(num)d of %(all)d orders are now assigned to %(name)s.", n, name=done.name, **params,
        )  # fmt: skip
    if done.kind is ActKind.ASSIGN:
        return ngettext(
            "%(num)d of %(all)d orders is no longer assigned to anybody.",
            "%(num)d of %(all)d orders are no longer assigned to anybody.", n, **params,
        )  # fmt: skip
    if done.kind is ActKind.TAG:
        return ngettext(
            "%(num)d of %(all)d orders has its new tags.", "%(num)d of %(all)d orders have their new tags.", n, **params
        )
    if done.kind is ActKind.UNDO:
        return ngettext(
            "%(num)d of %(all)d orders is as it was before.", "%(num)d of %(all)d orders are as they were before.", n,
            **params,
        )  # fmt: skip
    if done.kind is ActKind.DELETE:
        return ngettext(
            "%(num)d of %(all)d orders was deleted.", "%(num)d of %(all)d orders were deleted.", n, **params
        )
    if done.kind is ActKind.MARK_PAID:
        return ngettext(
            "%(num)d of %(all)d orders is now paid.", "%(num)d of %(all)d orders are now paid.", n, **params
        )
    if done.to is None:
        return ngettext(
            "%(num)d of %(all)d orders has the new entry.", "%(num)d of %(all)d orders have the new entry.", n, **params
        )
    label = status_label(done.to)
    return ngettext(
        "%(num)d of %(all)d orders is now %(status)s.", "%(num)d of %(all)d orders are now %(status)s.", n,
        status=label, **params,
    )  # fmt: skip


def _all(done: Done, n: int) -> str:
    if done.kind is ActKind.ASSIGN and done.name:
        name = done.name
        return ngettext(
            "%(num)d order is now assigned to %(name)s.", "%(num)d orders are now assigned to %(name)s.", n, name=name
        )
    if done.kind is ActKind.ASSIGN:
        return ngettext(
            "%(num)d order is no longer assigned to anybody.", "%(num)d orders are no longer assigned to anybody.", n
        )
    if done.kind is ActKind.TAG:
        return ngettext("%(num)d order has its new tags.", "%(num)d orders have their new tags.", n)
    if done.kind is ActKind.DELETE:
        return ngettext("%(num)d order was deleted.", "%(num)d orders were deleted.", n)
    if done.kind is ActKind.UNDO:
        return ngettext("%(num)d order is as it was before.", "%(num)d orders are as they were before.", n)
    if done.kind is ActKind.MARK_PAID:
        return ngettext("%(num)d order is now paid.", "%(num)d orders are now paid.", n)
    if done.to is None:
        return ngettext("%(num)d order has the new entry.", "%(num)d orders have the new entry.", n)
    label = status_label(done.to)
    return ngettext("%(num)d order is now %(status)s.", "%(num)d orders are now %(status)s.", n, status=label)


def _left(done: Done, unchanged: Sequence[OrderResult], refused: Sequence[RefusedOrder]) -> list[str]:
    lead = []
    if unchanged:
        lead.append(_already(done, len(unchanged)))
    if refused:
        lead.append(
            ngettext(
                "%(num)d was refused and stays as it was.", "%(num)d were refused and stay as they were.", len(refused)
            )
        )
    return lead


def _already(done: Done, n: int) -> str:
    if done.kind is ActKind.UNDO:
        return ngettext(
            "%(num)d had a message only: if it still waited, it is not sent.",
            "%(num)d had a message only: those that still waited are not sent.",
            n,
        )
    if done.kind in (ActKind.ASSIGN, ActKind.TAG):
        return ngettext("%(num)d already was like this.", "%(num)d already were like this.", n)
    if done.kind is ActKind.MARK_PAID:
        return ngettext("%(num)d already was paid.", "%(num)d already were paid.", n)
    label = status_label(done.to) if done.to else ""
    return ngettext("%(num)d already was %(status)s.", "%(num)d already were %(status)s.", n, status=label)


def _mails(session: Session, done: Done, changed: Sequence[OrderResult]) -> list[str]:
    """Who hears of it: a buyer without an e-mail address only sees it on the order's page."""
    if not done.notified or not changed:
        return []
    ids = [result.order_id for result in changed]
    with_address = select(func.count()).where(OrderContact.order_id.in_(ids), OrderContact.buyer_email.is_not(None))
    mails = session.scalar(with_address) or 0
    lead = [ngettext("%(num)d buyer gets an e-mail.", "%(num)d buyers get an e-mail.", mails)] if mails else []
    if rest := len(ids) - mails:
        lead.append(
            ngettext(
                "%(num)d has no e-mail address and sees it on the order's page only.",
                "%(num)d have no e-mail address and see it on the order's page only.",
                rest,
            )
        )
    return lead
