"""What a job does to every order of its list: kept in the job's parameters, read again each time it is taken up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.order_acts import ActKind, Decision, OrderAct, OrderFacts, Outcome, decide, decide_deletion
from webapp.domain.order_status import OrderStatus, has_way_back
from webapp.domain.payment import PaymentStatus
from webapp.domain.permissions import Permission
from webapp.services.orders.assign import find_assignee
from webapp.services.orders.tag import find_tags

NEEDED: Mapping[ActKind, Permission] = {
    ActKind.CHANGE_STATUS: Permission.ORDERS_CHANGE_STATUS,
    ActKind.ADD_HISTORY: Permission.ORDERS_ADD_HISTORY,
    ActKind.MARK_PAID: Permission.PAYMENTS_CONFIRM,
    ActKind.ASSIGN: Permission.ORDERS_EDIT,
    ActKind.TAG: Permission.ORDERS_EDIT,
    ActKind.DELETE: Permission.ORDERS_DELETE,
}
"""The bulk actions, in the order of the bar, and what each needs; what each order allows is decided besides."""


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One bulk action with what was chosen for it. `assigned` is an e-mail address (None: nobody), `tag` and `untag`
    are codes of tags."""

    kind: ActKind
    to: OrderStatus | None = None
    comment: str = ""
    notify: bool = False
    override: bool | None = None
    assigned: str | None = None
    tag: tuple[str, ...] = ()
    untag: tuple[str, ...] = ()

    def to_params(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "kind": self.kind.value, "to": self.to.value if self.to else None, "comment": self.comment,
            "notify": self.notify, "override": self.override, "assigned": self.assigned, "tag": list(self.tag),
            "untag": list(self.untag),
        }  # fmt: skip

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BulkAct:
        """Read back what `to_params` wrote."""
        to = params["to"]
        return cls(
            ActKind(params["kind"]), OrderStatus(to) if to else None, params["comment"], params["notify"],
            params["override"], params["assigned"], tuple(params["tag"]), tuple(params["untag"]),
        )  # fmt: skip

    @property
    def needed(self) -> Permission:
        """What whoever wants it must be allowed."""
        return NEEDED[self.kind]

    def order_act(self, session: Session) -> OrderAct:
        """The act on each order; of a deletion it says nothing.

        Raises Refused (`bad_value`) for a person or a tag that there is no longer, (`missing_value`) for nothing to do.
        """
        act = OrderAct(to=self.to, comment=self.comment.replace("\0", ""), notify=self.notify)
        match self.kind:
            case ActKind.CHANGE_STATUS if self.to is None:
                raise Refused(Code.MISSING_VALUE, field="status")
            case ActKind.ADD_HISTORY:
                return replace(act, override=self.override, always_record=True)
            case ActKind.MARK_PAID:
                return replace(act, payment=PaymentStatus.PAID)
            case ActKind.ASSIGN:
                return OrderAct(assign=find_assignee(session, self.assigned))
            case ActKind.TAG:
                if not self.tag and not self.untag:
                    raise Refused(Code.MISSING_VALUE, field="tag")
                return OrderAct(tag=find_tags(session, self.tag, active=True), untag=find_tags(session, self.untag))
        return act

    def judge(self, order: OrderFacts, act: OrderAct, actor: Actor) -> Decision:
        """What it comes to on one order."""
        return decide_deletion(order, actor) if self.kind is ActKind.DELETE else decide(order, act, actor)

    def is_final(self, order: OrderFacts, decision: Decision) -> bool:
        """Whether what was decided for an order could not be taken back."""
        if decision.outcome is not Outcome.OK:
            return False
        if self.kind is ActKind.DELETE:
            return True
        moves = decision.status is not order.status
        return moves and not has_way_back(order.status, decision.status, digital=order.digital)
