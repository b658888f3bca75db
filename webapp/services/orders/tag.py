"""Tags: made, renamed, archived, and put on orders; one order or up to a hundred selected ones in one act."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.order_acts import ActKind, Named, OrderAct
from webapp.domain.permissions import Permission
from webapp.domain.spelling import fold, plain
from webapp.extensions import db
from webapp.models import Tag
from webapp.services.orders.bulk import act_on_orders
from webapp.services.orders.change_orders import BulkResult
from webapp.services.statements import ReadSession, Statement
from webapp.services.unit_of_work import UnitOfWork, taken_by, unit_of_work

LONGEST_NAME = 30
"""Characters of a tag's name: it has to fit into a row of the list."""
MOST_TAGS = 200
"""Active tags of an installation: more than anybody can choose from."""


@dataclass(frozen=True, slots=True)
class TagChoice:
    """A tag as pages offer it."""

    code: str
    name: str
    archived: bool = False


def read_tags(session: ReadSession, *, archived: bool = False) -> list[TagChoice]:
    """The tags by name; with `archived` those too that are no longer offered."""
    some = "" if archived else " where archived_at is null"
    rows = Statement(session).run(f"select code, name, archived_at from tags{some} order by lower(name), code")
    return [TagChoice(code, name, gone is not None) for code, name, gone in rows]


def tag_orders(actor: Actor, numbers: Sequence[str], add: Sequence[str], remove: Sequence[str] = ()) -> BulkResult:
    """Put the tags with the codes `add` on the orders with these numbers, and take those of `remove` off.

    Archived tags can be taken off, not put on. An order that has them like this already is `unchanged`. Raises Refused
    (`bad_value`) for a tag that does not exist, (`missing_value`) for none at all; NothingSelected and TooManySelected.
    """
    if not add and not remove:
        raise Refused(Code.MISSING_VALUE, field="tag")
    session = db.session()
    act = OrderAct(tag=find_tags(session, add, active=True), untag=find_tags(session, remove))
    return act_on_orders(actor, ActKind.TAG, numbers, act)


def tags_of(session: ReadSession, numbers: Sequence[str]) -> dict[str, int]:
    """How many of the orders with these numbers carry each tag, by code; only those that do.

    The numbers are of orders within the reader's scope: it is not asked again.
    """
    st = Statement(session)
    if not numbers:
        return {}
    rows = st.run(
        "select t.code, count(*) from orders o join order_tags x on x.order_id = o.id join tags t on t.id = x.tag_id"
        f" where {st.among('o.number', numbers)} group by t.code"
    )
    return {code: int(count) for code, count in rows}


def create_tag(actor: Actor, name: str) -> str:
    """Make a tag and return its code. Raises Refused: no permission, no name or too long a one, or it exists."""
    try:
        return _create(actor, name)
    except IntegrityError as error:
        if not taken_by(error, Tag.__tablename__, "code"):
            raise
        raise Refused(Code.BAD_VALUE, field="tag", value=name, variant="tag_taken") from error


def _create(actor: Actor, name: str) -> str:
    with unit_of_work(actor) as work:
        name = _checked(work, name)
        if (work.session.scalar(select(func.count()).where(Tag.archived_at.is_(None))) or 0) >= MOST_TAGS:
            raise Refused(Code.BAD_VALUE, field="tag", value=name, variant="tag_many", limit=MOST_TAGS)
        code = _new_code(work, name)
        tag = Tag(created_at=work.now, code=code, name=name)
        work.session.add(tag)
        work.session.flush()
        work.audit("tag.created", tag, data={"name": name})
    return code


def rename_tag(actor: Actor, code: str, name: str) -> None:
    """Give a tag another name; its code, and so every address with it, stays. Raises Refused, as `create_tag`."""
    with unit_of_work(actor) as work:
        name = _checked(work, name, besides=code)
        tag = _tag(work, code)
        if tag.name != name:
            work.audit("tag.renamed", tag, data={"before": tag.name, "after": name})
            tag.name = name


def archive_tag(actor: Actor, code: str, *, archived: bool = True) -> None:
    """Offer a tag no longer, or again; orders keep it. Raises Refused: no permission, or there is none; and, when it is
    to be offered again, that another one has its name now."""
    with unit_of_work(actor) as work:
        tag = _tag(work, code)
        if not archived:
            _checked(work, tag.name, besides=code)
        elif not work.actor.may(Permission.ORDERS_EDIT):
            raise Refused(Code.NO_PERMISSION, number=tag.name)
        if (tag.archived_at is not None) is not archived:
            tag.archived_at = work.now if archived else None
            work.audit("tag.archived" if archived else "tag.restored", tag, data={"name": tag.name})


def _checked(work: UnitOfWork, name: str, besides: str | None = None) -> str:
    """The name as it is kept. Raises Refused."""
    if not work.actor.may(Permission.ORDERS_EDIT):
        raise Refused(Code.NO_PERMISSION, number=name[:LONGEST_NAME])
    name = " ".join(plain(name).split())
    if not name:
        raise Refused(Code.MISSING_VALUE, field="tag")
    if len(name) > LONGEST_NAME:
        raise Refused(
            Code.BAD_VALUE, field="tag", value=name[:LONGEST_NAME] + "…", variant="tag_long", limit=LONGEST_NAME
        )
    active = work.session.execute(select(Tag.code, Tag.name).where(Tag.archived_at.is_(None)))
    if any(fold(other) == fold(name) and code != besides for code, other in active):
        raise Refused(Code.BAD_VALUE, field="tag", value=name, variant="tag_taken")
    return name


def _new_code(work: UnitOfWork, name: str) -> str:
    """A code that reads like the name and is nobody else's: letters and digits of any script, dashes between."""
    stem = re.sub(r"[\W_]+", "-", fold(name)).strip("-") or "tag"
    like = set(work.session.scalars(select(Tag.code).where(Tag.code.startswith(stem, autoescape=True))))
    number, code = 2, stem
    while code in like:
        code, number = f"{stem}-{number}", number + 1
    return code


def _tag(work: UnitOfWork, code: str) -> Tag:
    tag = work.session.scalar(select(Tag).where(Tag.code == code))
    if tag is None:
        raise Refused(Code.NOT_FOUND, number=code, variant="gone")
    return tag


def find_tags(session: Session, codes: Sequence[str], *, active: bool = False) -> tuple[Named, ...]:
    """The tags with these codes; `active`: none that was archived. Raises Refused (`bad_value`)."""
    wanted = list(dict.fromkeys(codes))
    columns = select(Tag.code, Tag.id, Tag.name, Tag.archived_at).where(Tag.code.in_(wanted))
    tags = {row.code: row for row in session.execute(columns)} if wanted else {}
    for code in wanted:
        if code not in tags or (active and tags[code].archived_at is not None):
            raise Refused(Code.BAD_VALUE, field="tag", value=code)
    return tuple(Named(tags[code].id, tags[code].name) for code in wanted)
