"""The rows of the demo orders, a stretch of them at a time: the same wherever and in whatever process it is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

from webapp.demo.buyers import Buyer
from webapp.demo.chance import stream
from webapp.demo.forms import Row, iso_day
from webapp.demo.life import Life
from webapp.demo.parcels import channel_order_id
from webapp.demo.scatter import random_symbols, tail
from webapp.demo.world import DAY, HOUR, Account, Goods, Shop, World
from webapp.domain.channels import Channel

STRETCH = 5_000
"""Orders that are made together, from one stream of chance; changing it changes every row."""

OLD_AGE = 380 * DAY
"""Only orders older than this have the old item and the old name."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": (
        "id", "created_at", "account_id", "store_id", "currency", "number", "status", "payment_status",
        "payment_method", "digital", "subtotal", "shipping_fee", "discount", "total", "item_count", "ordered_at",
        "local_date", "updated_at", "version", "acceptance", "on_hold", "ship_by", "arranged_at", "label_printed_at",
        "invoice_printed_at", "warehouse_id", "assigned_to", "customer_id", "returns_withdrawn",
    ),
    "order_contacts": (
        "order_id", "public_token", "buyer_email", "note", "buyer_name", "buyer_phone", "phone_key", "address",
        "district", "city", "province", "postal_code", "country", "locale",
    ),
    "order_channel": (
        "order_id", "account_id", "channel_order_id", "channel_status", "channel_updated_at", "cancel_requested_at",
        "cancel_deadline", "reported_total", "payload_hash",
    ),
    "order_lines": (
        "order_id", "line_no", "quantity", "account_id", "ordered_at", "sku", "name", "unit_price", "digital",
    ),
    "order_history": (
        "order_id", "seq", "from_status", "to_status", "comment", "notify", "override", "changes", "at", "kind",
        "actor_kind", "actor_id", "actor_name",
    ),
    "shipments": (
        "id", "order_id", "created_at", "state", "method", "courier", "tracking_number", "arranged_at",
        "label_printed_at", "dispatched_at", "delivered_at", "account_id", "ordered_at",
    ),
    "payments": (
        "id", "order_id", "created_at", "method", "provider_ref", "amount", "currency", "state", "paid_at",
        "account_id", "ordered_at",
    ),
    "order_search": ("order_id", "account_id", "ordered_at", "doc"),
}  # fmt: skip
"""The columns of each table's rows; what is missing here keeps its default."""

_TO_SHIP = frozenset({"confirmed", "in_process", "ready_to_ship"})


def stretches(orders: int) -> int:
    """How many stretches `orders` orders come in."""
    return -(-orders // STRETCH)


def make_stretch(world: World, number: int) -> dict[str, list[Row]]:
    """The rows of the orders of stretch `number`, by table, in the form that `world` was made with."""
    load = world.load
    first = number * STRETCH
    last = min(first + STRETCH, load.orders)
    rng = stream(load.seed, f"orders/{number}")
    maker = _Maker(world, rng)
    moments = world.timeline.moments(first, last, stream(load.seed, f"moments/{number}"))
    for index, ordered in enumerate(moments, first):
        maker.add(index, ordered)
    return maker.rows


class _Maker:
    """Makes orders one after the other and gathers their rows."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._form = world.form
        self._rng = rng
        self._draw: Callable[[], float] = rng.random
        self.rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}

    def add(self, index: int, ordered: int) -> None:
        """Make order `index`, which arrived at `ordered` (milliseconds since 1970)."""
        world, draw, form = self._world, self._draw, self._form
        account = world.small_store.get(index) or world.accounts[int(draw() * len(world.accounts))]
        shop = account.shop
        old = bool(shop.old_items) and world.load.now_ms - ordered > OLD_AGE
        basket = self._fill(shop, old)
        buyers = shop.old_buyers if old and draw() < 0.08 else shop.buyers
        buyer = buyers[int(draw() * len(buyers))]
        courier = account.couriers[int(draw() * len(account.couriers))]
        tracking = world.tracking_heads[courier][index & 63] + tail(index, "tracking")
        life = Life(world, account, ordered, basket.digital, draw)
        life.live(buyer.name, courier, tracking)

        key = form.big(world.load.first_order_id + index)
        at = form.at(ordered)
        day = (ordered + shop.offset_ms) // DAY
        symbols = random_symbols(index, world.salt)
        outside = channel_order_id(account.channel, ordered, _iso_day(day), tail(index, "channel"))
        fees = self._fees(shop, basket)
        self._order(key, index, life, basket, fees, buyer, at, day, symbols)
        self._contact(key, account, buyer)
        self._lines(key, account, basket, at)
        self._history(key, life)
        total = basket.subtotal + fees[0] - fees[1]
        if outside:
            self._channel(key, account, life, outside, total)
        if life.shipment:
            self._shipment(key, index, account, life, at)
        if life.paid:
            self._payment(key, index, account, life, total, at)
        parts = [symbols.lower(), outside.lower(), buyer.searched] if outside else [symbols.lower(), buyer.searched]
        if account.own:
            parts.append(buyer.searched_email)
        parts += dict.fromkeys([goods.searched for goods, _ in basket.lines])
        if life.tracking:
            parts.append(life.tracking.lower())
        doc = " ".join(parts)
        self.rows["order_search"].append((key, account.key, at, form.text(doc)))

    def _fill(self, shop: Shop, old: bool) -> _Basket:
        draw = self._draw
        count = draw()
        basket = _Basket()
        for _ in range(1 if count < 0.7 else 2 if count < 0.92 else 3):
            shelf = shop.digital_items if shop.digital_share and draw() < shop.digital_share else shop.items
            if old and draw() < 0.06:
                shelf = shop.old_items
            # Squared: what stands first on the shelf sells best.
            goods = shelf[int(draw() ** 2 * len(shelf))]
            often = draw()
            basket.add(goods, 1 if goods.digital or often < 0.76 else 2 if often < 0.93 else 3 + int(draw() * 4))
        return basket

    def _fees(self, shop: Shop, basket: _Basket) -> tuple[int, int]:
        """Shipping fee and discount in minor units; both are rounded as shops round them."""
        draw = self._draw
        round_to = 100 if shop.currency == "KRW" else 500
        discount = int(basket.subtotal * (0.03 + draw() * 0.12)) // round_to * round_to if draw() < 0.22 else 0
        if basket.digital:
            return 0, discount
        if shop.currency == "KRW":
            return (0 if basket.subtotal >= 50_000 else 3_000), discount
        return 9_000 + int(draw() ** 2 * 72) * 500, discount

    def _order(
        self,
        key: Any,
        index: int,
        life: Life,
        basket: _Basket,
        fees: tuple[int, int],
        buyer: Buyer,
        at: Any,
        day: int,
        symbols: str,
    ) -> None:
        form, draw, account = self._form, self._draw, life.account
        null, when, big, code, shop = form.null, form.at, form.big, form.code, account.shop
        waits = life.status in _TO_SHIP
        assigned = null
        if account.own and (waits or life.status == "pending") and draw() < 0.35:
            assigned = big(shop.clerks[int(draw() * len(shop.clerks))].id or 0)
        number = f"{_iso_day(day)[2:].replace('-', '')}-{symbols}"
        labelled = when(life.labelled) if life.labelled else null
        self.rows["orders"].append(
            (
                key, at, *account.row, form.text(number), code(life.status), code(life.payment),
                code(life.method) if life.method else null, form.yes if life.digital else form.no,
                big(basket.subtotal), big(fees[0]), big(fees[1]), big(basket.subtotal + fees[0] - fees[1]),
                form.small(basket.pieces), at, form.day(day), when(life.updated), form.small(len(life.steps)),
                code(life.acceptance), form.yes if waits and not account.own and draw() < 0.02 else form.no,
                when(life.confirmed + shop.ship_within_ms) if life.confirmed else null,
                when(life.arranged) if life.arranged else null, labelled, labelled if draw() < 0.6 else null,
                big(shop.warehouses[index % len(shop.warehouses)]) if life.confirmed and not life.digital else null,
                assigned, big(buyer.id), form.yes if life.returns_withdrawn else form.no,
            )
        )  # fmt: skip

    def _contact(self, key: Any, account: Account, buyer: Buyer) -> None:
        form = self._form
        note = form.null
        if self._draw() < 0.07:
            notes = account.shop.buyer_notes
            note = form.code(notes[int(self._draw() * len(notes))])
        # A channel keeps its buyers' e-mail addresses to itself.
        email = form.text(buyer.email) if account.own else form.null
        who, where = buyer.rows(form)
        self.rows["order_contacts"].append((key, form.token(self._rng.randbytes(16)), email, note, *who, *where))

    def _lines(self, key: Any, account: Account, basket: _Basket, at: Any) -> None:
        small = self._form.small
        for line_no, (goods, quantity) in enumerate(basket.lines, 1):
            self.rows["order_lines"].append((key, small(line_no), small(quantity), account.key, at, *goods.row))

    def _history(self, key: Any, life: Life) -> None:
        form, history = self._form, self.rows["order_history"]
        null, yes, no, code, when, nothing = form.null, form.yes, form.no, form.code, form.at, form.code("")
        before = null
        for seq, (_, to, moment, actor, comment, notify, override, changes) in enumerate(life.steps, 1):
            after = code(to)
            history.append(
                (
                    key, form.small(seq), before, after, form.text(comment) if comment else nothing,
                    yes if notify else no, yes if override else null, form.json(changes) if changes else null,
                    when(moment), *actor.row,
                )
            )  # fmt: skip
            before = after

    def _channel(self, key: Any, account: Account, life: Life, outside: str, total: int) -> None:
        form, draw = self._form, self._draw
        null, when = form.null, form.at
        if account.channel is Channel.API:
            self.rows["order_channel"].append((key, account.key, form.text(outside), *[null] * 6))
            return
        requested = deadline = null
        if life.status == "confirmed" and draw() < 0.03:
            asked = life.updated + int(draw() * (life.now - life.updated))
            requested, deadline = when(asked), when(asked + 48 * HOUR)
        # A voucher of the platform lowers what the channel reports, not what we compute.
        voucher = int(total * 0.04) // 100 * 100 if draw() < 0.12 else 0
        self.rows["order_channel"].append(
            (
                key, account.key, form.text(outside), form.code(account.statuses[life.status]), when(life.updated),
                requested, deadline, form.big(total - voucher), form.text(f"{self._rng.getrandbits(64):016x}"),
            )
        )  # fmt: skip

    def _shipment(self, key: Any, index: int, account: Account, life: Life, at: Any) -> None:
        form = self._form
        null, when, code = form.null, form.at, form.code
        arranged = when(life.arranged)
        methods = account.shipment_methods
        self.rows["shipments"].append(
            (
                key, key, arranged, code(life.shipment), code(methods[index % len(methods)]), code(life.courier),
                form.text(life.tracking) if life.tracking else null, arranged,
                when(life.labelled) if life.labelled else null, when(life.dispatched) if life.dispatched else null,
                when(life.delivered) if life.delivered else null, account.key, at,
            )
        )  # fmt: skip

    def _payment(self, key: Any, index: int, account: Account, life: Life, total: int, at: Any) -> None:
        form = self._form
        paid = form.at(life.paid)
        reference = form.null
        if account.own and life.method not in ("cod", "bank_transfer"):
            reference = form.text(f"{life.method[:2].upper()}{tail(index, 'payment')}")
        state = form.code("refunded" if life.payment == "refunded" else "paid")
        self.rows["payments"].append(
            (
                key, key, paid, form.code(life.method), reference, form.big(total), form.code(account.shop.currency),
                state, paid, account.key, at,
            )
        )  # fmt: skip


class _Basket:
    """What one order holds; `subtotal` in minor units, `pieces` all quantities together."""

    __slots__ = ("digital", "lines", "pieces", "subtotal")

    def __init__(self) -> None:
        self.lines: list[tuple[Goods, int]] = []
        self.subtotal = 0
        self.pieces = 0
        self.digital = True

    def add(self, goods: Goods, quantity: int) -> None:
        """Put `quantity` of `goods` in; an order is digital when all of its lines are."""
        self.lines.append((goods, quantity))
        self.subtotal += goods.price * quantity
        self.pieces += quantity
        self.digital = self.digital and goods.digital


_iso_day = lru_cache(maxsize=1024)(iso_day)
