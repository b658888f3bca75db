"""The life of one demo order up to now: its steps by the table of allowed changes, its payment and its parcel.

A step that would lie in the future has not happened: so the statuses of recent orders mix by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from webapp.demo.world import DAY, HOUR, MINUTE, Account, Actor, World
from webapp.domain.actors import ActorKind
from webapp.domain.channels import Channel

T = TypeVar("T")

MOST_STEPS = 5
_PAID = '{"payment_status": ["unpaid", "paid"]}'
_REVIEW = '{"payment_status": ["unpaid", "under_review"]}'
_APPROVED = '{"payment_status": ["under_review", "paid"]}'
_REFUNDED = '{"payment_status": ["paid", "refunded"]}'
_NO_RETURNS = '{"returns_withdrawn": [false, true]}'
_CLOSED_AGE = 190 * DAY
"""Only orders older than this are ever closed: a filter on that status finds nothing for a long way back."""

Step = tuple[str, str, int, Actor, str, bool, bool, str]
"""From (empty at first), to, when (ms), by whom, comment, notify, whether it withdraws returns, changes as JSON."""


class Life:
    """One order as it lives. Times in milliseconds since 1970, 0 for what has not happened."""

    __slots__ = (
        "_draw", "_world", "acceptance", "account", "arranged", "buyer_actor", "completed", "confirmed",
        "courier", "delivered", "digital", "dispatched", "labelled", "method", "now", "ordered", "paid", "payment",
        "returns_withdrawn", "shipment", "status", "steps", "tracking", "updated",
    )  # fmt: skip

    def __init__(self, world: World, account: Account, ordered: int, digital: bool, draw: Callable[[], float]) -> None:
        self._world = world
        self._draw = draw
        self.account = account
        self.ordered = ordered
        self.digital = digital
        self.now = world.load.now_ms
        self.steps: list[Step] = []
        self.status = ""
        self.updated = ordered
        self.method: str = "channel"
        self.payment = "unpaid"
        self.acceptance = "not_needed"
        self.paid = self.confirmed = self.arranged = self.labelled = self.dispatched = self.delivered = 0
        self.completed = 0
        self.shipment = ""
        self.courier: str = ""
        self.tracking: str = ""
        self.returns_withdrawn = False
        self.buyer_actor = world.system

    def live(self, buyer_name: str, courier: str, tracking: str) -> None:
        """Go through the order's life until now. `tracking` is the number that its parcel gets, if it gets one."""
        if self.account.own:
            self.buyer_actor = Actor(self._world.form, ActorKind.BUYER, None, buyer_name)
        open_ = self._open_own if self.account.own else self._open_mall if self.account.mall else self._open_market
        if open_():
            if self.digital:
                self._deliver_digital()
            else:
                self._fulfil(courier, tracking)

    def _step(
        self,
        to: str,
        at: int,
        actor: Actor,
        comment: str = "",
        *,
        notify: bool = False,
        override: bool = False,
        changes: str = "",
    ) -> bool:
        """Take one step unless it lies in the future."""
        if at > self.now:
            return False
        self.steps.append((self.status, to, at, actor, comment, notify, override, changes))
        self.status = to
        self.updated = at
        return True

    def _pick(self, choices: tuple[T, ...]) -> T:
        return choices[int(self._draw() * len(choices))]

    # --- Until it is confirmed: true if it was, and goes on -----------------------------------------------------

    def _open_market(self) -> bool:
        """Shopee, Tokopedia, TikTok Shop: no acceptance; unpaid ones wait, COD is confirmed at once."""
        draw, channel, at = self._draw, self.account.actor, self.ordered
        kind = draw()
        if kind < 0.15:
            self.method = "cod"
            self._step("confirmed", at, channel)
        elif kind < 0.40:
            self._step("pending", at, channel)
            if draw() < 0.16:
                self._step("canceled", at + DAY, channel, self.account.shop.comments.unpaid)
                return False
            at += int(draw() ** 2 * DAY) + MINUTE
            if not self._step("confirmed", at, channel, changes=_PAID):
                return False
            self._pay(at)
        else:
            self._pay(at)
            self._step("confirmed", at, channel)
        self.confirmed = at
        return not self._canceled_after(at, 0.035)

    def _open_mall(self) -> bool:
        """Lazada, Smartstore, Coupang: paid, and waiting for us to accept."""
        draw, at = self._draw, self.ordered
        self._pay(at)
        self.acceptance = "awaiting"
        self._step("pending", at, self.account.actor)
        if draw() < 0.02:
            if self._step("canceled", at + int(draw() * 4 * HOUR), self.account.actor, changes=_REFUNDED):
                self.payment = "refunded"
                self.acceptance = "not_needed"
            return False
        at += int(draw() * 16 * HOUR) + 5 * MINUTE
        if not self._step("confirmed", at, self._pick(self.account.shop.clerks)):
            return False
        self.acceptance = "accepted"
        self.confirmed = at
        return not self._canceled_after(at, 0.03)

    def _open_own(self) -> bool:
        """Our form, by hand, the API: a lead without a payment method, or pending until it is paid or agreed to."""
        draw, shop, at = self._draw, self.account.shop, self.ordered
        opener = self.account.opener or self.buyer_actor
        method = self._pick(shop.methods)
        if self.digital and method == "cod":
            method = "qris"
        if draw() < 0.15 and self.account.channel is not Channel.API:
            self.method = ""
            self._step("created", at, opener)
            if draw() < 0.55:
                self._step("canceled", at + 9 * DAY, self._world.system, shop.comments.unpaid)
                return False
            at += int(draw() * 3 * DAY) + HOUR
            changes = f'{{"payment_method": [null, "{method}"]}}'
            if not self._step("pending", at, self._pick(shop.clerks), changes=changes):
                return False
        else:
            self._step("pending", at, opener)
        self.method = method
        if draw() < 0.09:
            self._step("canceled", at + 2 * DAY, self._world.system, shop.comments.unpaid, notify=draw() < 0.5)
            return False
        return self._get_paid(method, at)

    def _get_paid(self, method: str, at: int) -> bool:
        draw, shop = self._draw, self.account.shop
        clerk = self._pick(shop.clerks)
        if method == "cod":
            at += int(draw() * 30 * HOUR) + 10 * MINUTE
            if not self._step("confirmed", at, clerk):
                return False
        elif method == "bank_transfer":
            at += int(draw() ** 2 * 24 * HOUR) + 5 * MINUTE
            approved = _PAID
            if len(self.steps) == 1 and draw() < 0.7:
                comment = shop.comments.transfer.format(bank=self._pick(shop.banks))
                if not self._step("pending", at, self.buyer_actor, comment, changes=_REVIEW):
                    return False
                self.payment, approved = "under_review", _APPROVED
                at += int(draw() * 44 * HOUR) + 5 * MINUTE
            notify = draw() < 0.6
            if not self._step("confirmed", at, clerk, shop.comments.paid[not notify], notify=notify, changes=approved):
                return False
            self._pay(at)
        else:
            at += int(draw() ** 2 * 30 * HOUR) + MINUTE
            if not self._step("confirmed", at, self._world.system, changes=_PAID):
                return False
            self._pay(at)
        self.confirmed = at
        return not self._canceled_after(at, 0.02)

    def _pay(self, at: int) -> None:
        self.payment, self.paid = "paid", at

    def _canceled_after(self, at: int, share: float) -> bool:
        """Whether a confirmed order is canceled before it is shipped; what was paid goes back in the same act."""
        draw = self._draw
        if draw() >= share:
            return False
        shop = self.account.shop
        actor = self._pick(shop.clerks) if self.account.own else self.account.actor
        refund = _REFUNDED if self.payment == "paid" else ""
        comment = self._pick(shop.comments.canceled)
        at += int(draw() * 16 * HOUR) + 10 * MINUTE
        if self._step("canceled", at, actor, comment, notify=self.account.own, changes=refund) and refund:
            self.payment = "refunded"
        return True

    # --- From confirmed on --------------------------------------------------------------------------------------

    def _deliver_digital(self) -> None:
        at = self.updated + int(self._draw() * 20 * MINUTE)
        if self._step("completed", at, self._world.system, self.account.shop.comments.digital, notify=True):
            self.completed = at

    def _fulfil(self, courier: str, tracking: str) -> None:
        draw, at = self._draw, self.confirmed
        packer = self._pick(self.account.shop.packers)
        room = MOST_STEPS - len(self.steps) - 2
        way = draw()
        # Busy days and missing goods: a few orders wait for days, and some of those are late.
        slow = 3 * DAY if draw() < 0.06 else 0
        if room > 0 and way < 0.32:
            at += int(draw() * 20 * HOUR) + 20 * MINUTE
            if not self._step("in_process", at, packer):
                return
            room -= 1
            if draw() < 0.6:
                self._arrange(at + 20 * MINUTE, courier)
        at += slow
        if room > 0 and (way < 0.14 or 0.32 <= way < 0.66):
            at += int(draw() * 24 * HOUR) + 30 * MINUTE
            if not self._step("ready_to_ship", at, packer):
                return
            self._print_label(at, courier, tracking)
        at += int(draw() * 36 * HOUR) + 3 * HOUR
        if self._ship(at, packer, courier, tracking):
            self._end(at)

    def _arrange(self, at: int, courier: str) -> None:
        if at <= self.now:
            self.arranged, self.shipment, self.courier = at, "awaiting", courier

    def _print_label(self, at: int, courier: str, tracking: str) -> None:
        self.arranged = self.arranged or at
        self.labelled, self.shipment, self.courier, self.tracking = at, "label_printed", courier, tracking

    def _ship(self, at: int, packer: Actor, courier: str, tracking: str) -> bool:
        draw, own = self._draw, self.account.own
        tracking = "" if not self.tracking and draw() < 0.01 else tracking
        notify = own and draw() < 0.7
        comment, changes = "", ""
        if notify:
            texts = self.account.shop.comments
            text = texts.shipped if tracking else texts.shipped_without_number
            comment = text.format(courier=self._world.courier_names[courier], number=tracking)
        if own and tracking and not self.tracking:
            changes = f'{{"courier": [null, "{courier}"], "tracking_number": [null, "{tracking}"]}}'
            if self.courier:
                changes = f'{{"tracking_number": [null, "{tracking}"]}}'
        if not self._step("shipped", at, packer, comment, notify=notify, changes=changes):
            return False
        self.arranged = self.arranged or at - 10 * MINUTE
        self.labelled = self.labelled or (at - 5 * MINUTE if tracking else 0)
        self.shipment = "dispatched" if own else "in_transit"
        self.dispatched, self.courier, self.tracking = at, courier, tracking
        return True

    def _end(self, shipped: int) -> None:
        """How a shipped order ends: received, returned, or, long ago, closed without a sale."""
        draw, shop = self._draw, self.account.shop
        fate, cod = draw(), self.method == "cod"
        actor = self._pick(shop.clerks) if self.account.own else self.account.actor
        if fate < 0.012 and self.now - self.ordered > _CLOSED_AGE:
            changes = "" if cod else _REFUNDED
            if self._step("closed", shipped + int((9 + draw() * 12) * DAY), actor, shop.comments.lost, changes=changes):
                self.payment = self.payment if cod else "refunded"
            return
        if 0.012 <= fate < (0.075 if cod else 0.03):
            refund = "" if cod or draw() < 0.3 else _REFUNDED
            comment = self._pick(shop.comments.returned)
            if self._step("rts", shipped + int((4 + draw() * 9) * DAY), actor, comment, changes=refund):
                self.shipment = "returned"
                self.payment = "refunded" if refund else self.payment
            return
        delivered = shipped + int((0.8 + draw() * 3.4) * DAY)
        if delivered <= self.now:
            self.delivered, self.shipment = delivered, "delivered"
            self._complete(delivered + int(draw() ** 2 * 3.5 * DAY) + HOUR, actor, cod)

    def _complete(self, at: int, actor: Actor, cod: bool) -> None:
        if not self._step("completed", at, actor, changes=_PAID if cod else ""):
            return
        self.completed = at
        if cod:
            self._pay(at)
        if self.account.own and len(self.steps) < MOST_STEPS and self._draw() < 0.01:
            clerk, comment = self._pick(self.account.shop.clerks), self.account.shop.comments.no_returns
            noted = self._step("completed", at + HOUR, clerk, comment, override=True, changes=_NO_RETURNS)
            self.returns_withdrawn = noted
