"""Everything that orders draw from, made once for a load and again, the same, in each of its processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.demo import places, words_id, words_ko
from webapp.demo.buyers import Buyer, make_buyers
from webapp.demo.catalogue import OLD_ITEM, Item
from webapp.demo.chance import stream
from webapp.demo.comments import INDONESIAN, KOREAN, Comments
from webapp.demo.forms import Form, Row
from webapp.demo.parcels import CHANNEL_STATUSES, couriers_of, shipment_methods, tracking_heads
from webapp.demo.places import AccountPlan, StorePlan
from webapp.demo.timeline import Timeline
from webapp.domain.actors import SYSTEM, ActorKind
from webapp.domain.channels import BUILT_IN, Channel
from webapp.domain.couriers import courier_name
from webapp.domain.payment import PaymentMethod
from webapp.domain.permissions import Role
from webapp.models.types import from_ms

DAY = 86_400_000
HOUR = 3_600_000
MINUTE = 60_000


class Actor:
    """Who acts: an id, and the columns of a history row that say it, from its kind on."""

    __slots__ = ("id", "row")

    def __init__(self, form: Form, kind: ActorKind, actor_id: int | None, name: str) -> None:
        self.id = actor_id
        self.row = form.group(
            form.code("general"),
            form.code(kind.value),
            form.null if actor_id is None else form.big(actor_id),
            form.text(name),
        )


class Goods:
    """An item of the catalogue with its columns of an order line, from the SKU on."""

    __slots__ = ("digital", "price", "row", "searched")

    def __init__(self, form: Form, item: Item) -> None:
        self.price = item.price
        self.digital = item.digital
        self.searched = item.searched
        self.row = form.group(
            form.text(item.sku), form.text(item.name), form.big(item.price), form.yes if item.digital else form.no
        )


@dataclass(frozen=True, slots=True)
class Places:
    """What is there before the orders, by store code, (store code, channel), warehouse code, e-mail: their ids.

    An account may stand for several shops on its marketplace: its orders take turns among their accounts.
    """

    stores: dict[str, int]
    accounts: dict[tuple[str, str], tuple[int, ...]]
    warehouses: dict[str, int]
    users: dict[str, int]


@dataclass(frozen=True, slots=True)
class Load:
    """What a load is made of; all else follows from it. Moments in milliseconds since 1970."""

    orders: int
    seed: int
    now_ms: int
    first_order_id: int
    first_customer_id: int
    places: Places


@dataclass(slots=True)
class Shop:
    """A store as its orders need it."""

    id: int
    country: str
    currency: str
    offset_ms: int
    ship_within_ms: int
    items: tuple[Goods, ...]
    digital_items: tuple[Goods, ...]
    old_items: tuple[Goods, ...]
    digital_share: float
    comments: Comments
    buyer_notes: tuple[str, ...]
    banks: tuple[str, ...]
    methods: tuple[str, ...]
    clerks: tuple[Actor, ...]
    packers: tuple[Actor, ...]
    warehouses: tuple[int, ...]
    buyers: list[Buyer] = field(default_factory=list)
    old_buyers: list[Buyer] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """A channel account as its orders need it. `mall`: its orders wait to be accepted; `own`: we are the authority.

    `row` and `key` are written: account, store and currency of an order, and the account alone.
    """

    id: int
    row: Row
    key: object
    channel: Channel
    own: bool
    mall: bool
    shop: Shop
    actor: Actor
    opener: Actor | None
    """Who brings an order here; on a form that is its buyer."""
    couriers: tuple[str, ...]
    shipment_methods: tuple[str, ...]
    statuses: dict[str, str]


_METHODS = {
    "ID": {
        PaymentMethod.BANK_TRANSFER: 34, PaymentMethod.QRIS: 22, PaymentMethod.VIRTUAL_ACCOUNT: 15,
        PaymentMethod.E_WALLET: 12, PaymentMethod.COD: 13, PaymentMethod.CARD: 4,
    },
    "KR": {PaymentMethod.CARD: 58, PaymentMethod.BANK_TRANSFER: 27, PaymentMethod.E_WALLET: 15},
}  # fmt: skip
"""How buyers pay our own stores, parts of a hundred."""


class World:
    """The stores, people and buyers of one load, and the moment of each of its orders."""

    def __init__(self, load: Load, form: Form) -> None:
        self.load = load
        self.form = form
        self.timeline = Timeline(load.orders, from_ms(load.now_ms))
        self.salt = number_salt(load.seed)
        self.tracking_heads = tracking_heads(stream(load.seed, "tracking"))
        self.courier_names = {code: courier_name(code) for code in self.tracking_heads}
        self.system = Actor(form, ActorKind.SYSTEM, None, SYSTEM.name)
        self.buyers: list[Buyer] = []
        by_store: dict[str, list[Account]] = {}
        table: list[Account] = []
        for plan in places.STORES:
            shop = self._shop(plan)
            by_store[plan.code] = []
            for each in plan.accounts:
                shops = [self._account(plan, each, shop, account_id) for account_id in self._ids_of(plan, each)]
                by_store[plan.code].append(shops[0])
                table += [shops[n % len(shops)] for n in range(each.share)]
        self.accounts = tuple(table)
        self.small_store = self._small_store(by_store[places.SMALL_STORE])

    def _small_store(self, accounts: list[Account]) -> dict[int, Account]:
        """Which orders are the small store's: fifty, spread over the whole time (a tenth of a tiny load)."""
        orders = self.load.orders
        count = min(places.SMALL_STORE_ORDERS, orders // 10)
        return {(2 * n + 1) * orders // (2 * count): accounts[n % len(accounts)] for n in range(count)}

    def _shop(self, plan: StorePlan) -> Shop:
        load, form, korean = self.load, self.form, plan.country == "KR"
        offset = ZoneInfo(plan.timezone).utcoffset(from_ms(load.now_ms).replace(tzinfo=None)) or timedelta()
        methods = tuple(method.value for method, part in _METHODS[plan.country].items() for _ in range(part))
        shop = Shop(
            id=load.places.stores[plan.code],
            country=plan.country,
            currency=plan.currency,
            offset_ms=offset // timedelta(milliseconds=1),
            ship_within_ms=plan.ship_within_days * DAY,
            items=self._shelf(plan.code, plan.items),
            digital_items=self._shelf(f"{plan.code}/digital", plan.digital_items),
            old_items=(Goods(form, OLD_ITEM),) if plan is places.STORES[0] else (),
            digital_share=plan.digital_share,
            comments=KOREAN if korean else INDONESIAN,
            buyer_notes=words_ko.BUYER_NOTES if korean else words_id.BUYER_NOTES,
            banks=words_ko.BANKS if korean else words_id.BANKS,
            methods=methods,
            clerks=self._people(plan, Role.CS) + (() if korean else self._people(plan, Role.ADMIN)),
            packers=self._people(plan, Role.WAREHOUSE),
            warehouses=tuple(load.places.warehouses[code] for code in plan.warehouses),
        )
        self._add_buyers(plan, shop)
        return shop

    def _shelf(self, name: str, items: tuple[Item, ...]) -> tuple[Goods, ...]:
        """Items in the order in which they sell; chance decides what is in fashion."""
        goods = [Goods(self.form, item) for item in items]
        stream(self.load.seed, f"shelf/{name}").shuffle(goods)
        return tuple(goods)

    def _add_buyers(self, plan: StorePlan, shop: Shop) -> None:
        share = sum(account.share for account in plan.accounts)
        count = max(40, min(max(self.load.orders // 4, 400), 80_000) * share // 1000)
        rng = stream(self.load.seed, f"buyers/{plan.code}")
        first_id = self.load.first_customer_id + len(self.buyers)
        shop.buyers = make_buyers(rng, plan.country, shop.id, first_id, count)
        if shop.old_items:
            few = max(5, count // 50)
            shop.old_buyers = make_buyers(rng, plan.country, shop.id, first_id + count, few, old=True)
        self.buyers += shop.buyers + shop.old_buyers

    def _people(self, plan: StorePlan, role: Role) -> tuple[Actor, ...]:
        users = self.load.places.users
        return tuple(
            Actor(self.form, ActorKind.PERSON, users[user.email], user.name)
            for user in places.USERS
            if user.role is role and (plan.code in user.stores or not user.stores) and (user.locale == plan.locale)
        )

    def _ids_of(self, plan: StorePlan, account: AccountPlan) -> tuple[int, ...]:
        return self.load.places.accounts[plan.code, account.channel.value]

    def _account(self, plan: StorePlan, account: AccountPlan, shop: Shop, account_id: int) -> Account:
        form = self.form
        channel = Actor(form, ActorKind.CHANNEL, account_id, account.name)
        match account.channel:
            case Channel.MANUAL:
                opener: Actor | None = shop.clerks[0]
            case Channel.API:
                opener = Actor(form, ActorKind.API_KEY, None, account.name)
            case Channel.FORM:
                opener = None
            case _:
                opener = channel
        return Account(
            id=account_id,
            row=form.group(form.big(account_id), form.big(shop.id), form.code(shop.currency)),
            key=form.big(account_id),
            channel=account.channel,
            own=account.channel in BUILT_IN,
            mall=account.channel in (Channel.LAZADA, Channel.SMARTSTORE, Channel.COUPANG),
            shop=shop,
            actor=channel,
            opener=opener,
            couriers=couriers_of(account.channel, plan.country),
            shipment_methods=shipment_methods(account.channel),
            statuses=CHANNEL_STATUSES.get(account.channel, {}),
        )


def began_at(now: datetime) -> datetime:
    """When stores, people and customers began: a little before the first order of a load that ends at `now`."""
    return now - timedelta(days=740)


def number_salt(seed: int) -> int:
    """Where the order numbers of a seed begin."""
    return stream(seed, "numbers").getrandbits(40)
