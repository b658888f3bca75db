"""The demo stores with their channel accounts, the warehouses and the people."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.demo import catalogue
from webapp.demo.catalogue import Item
from webapp.domain.channels import Channel
from webapp.domain.permissions import Role


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """A channel account. `share` is how many of a thousand orders arrive there; built-in ones have no outside id."""

    channel: Channel
    name: str
    share: int
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class StorePlan:
    """A store, what it sells and where. `digital_share` of its lines come from `digital_items`."""

    code: str
    name: str
    timezone: str
    currency: str
    locale: str
    country: str
    email: str
    accounts: tuple[AccountPlan, ...]
    items: tuple[Item, ...]
    warehouses: tuple[str, ...]
    digital_items: tuple[Item, ...] = ()
    digital_share: float = 0.0
    ship_within_days: int = 2


@dataclass(frozen=True, slots=True)
class WarehousePlan:
    code: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class UserPlan:
    """A person who signs in; limited to `stores` (codes) and `warehouse` (code) where given."""

    email: str
    name: str
    role: Role
    locale: str = "id"
    stores: tuple[str, ...] = ()
    warehouse: str | None = None


SMALL_STORE = "ubud"
"""The store with exactly fifty orders, beside one with most of them."""
SMALL_STORE_ORDERS = 50
PROVIDER_WAREHOUSE = "titipkirim"

STORES = (
    StorePlan(
        "rona", "Rona Store", "Asia/Jakarta", "IDR", "id", "ID", "halo@rona.example",
        (
            AccountPlan(Channel.MANUAL, "Manual", 30),
            AccountPlan(Channel.FORM, "/f/rona-lebaran", 60),
            AccountPlan(Channel.API, "Kasir Kemang", 20),
            AccountPlan(Channel.SHOPEE, "Rona Batik Jkt", 230, "shopee-220514417"),
            AccountPlan(Channel.TOKOPEDIA, "Rona Store", 120, "tokopedia-7494120035"),
            AccountPlan(Channel.TIKTOK_SHOP, "rona.official", 90, "tiktok-7495110882"),
            AccountPlan(Channel.LAZADA, "Rona Flagship", 50, "lazada-400618825"),
        ),
        catalogue.items(catalogue.RONA), ("cikarang", "cikarang", "cikarang", PROVIDER_WAREHOUSE),
    ),
    StorePlan(
        "nusa", "Kopi Nusa", "Asia/Makassar", "IDR", "id", "ID", "pesan@kopinusa.example",
        (
            AccountPlan(Channel.MANUAL, "Manual", 10),
            AccountPlan(Channel.FORM, "/f/kopi-nusa", 40),
            AccountPlan(Channel.API, "Langganan", 10),
            AccountPlan(Channel.SHOPEE, "kopinusa.id", 50, "shopee-331907752"),
            AccountPlan(Channel.TOKOPEDIA, "Kopi Nusa Makassar", 40, "tokopedia-7494556120"),
        ),
        catalogue.items(catalogue.NUSA), ("cikarang", PROVIDER_WAREHOUSE), ship_within_days=1,
    ),
    StorePlan(
        "lentera", "Lentera Belajar", "Asia/Jakarta", "IDR", "id", "ID", "tanya@lentera.example",
        (
            AccountPlan(Channel.MANUAL, "Manual", 5),
            AccountPlan(Channel.FORM, "/f/lentera", 40),
            AccountPlan(Channel.API, "Situs Lentera", 5),
        ),
        catalogue.items(catalogue.LENTERA_PARCELS), ("cikarang",),
        catalogue.items(catalogue.LENTERA, digital=True), 0.9,
    ),
    StorePlan(
        "onyu", "온유상점", "Asia/Seoul", "KRW", "ko", "KR", "hello@onyu.example",
        (
            AccountPlan(Channel.MANUAL, "직접 입력", 10),
            AccountPlan(Channel.FORM, "/f/onyu", 15),
            AccountPlan(Channel.API, "자사몰", 5),
            AccountPlan(Channel.SMARTSTORE, "온유상점", 65, "smartstore-500284411"),
            AccountPlan(Channel.COUPANG, "온유 리빙", 35, "coupang-A00817264"),
        ),
        catalogue.items(catalogue.ONYU), ("yongin",), ship_within_days=1,
    ),
    StorePlan(
        "dalbit", "달빛공방", "Asia/Seoul", "KRW", "ko", "KR", "hello@dalbit.example",
        (
            AccountPlan(Channel.MANUAL, "직접 입력", 10),
            AccountPlan(Channel.FORM, "/f/dalbit", 20),
            AccountPlan(Channel.API, "API", 0),
            AccountPlan(Channel.SMARTSTORE, "달빛공방", 40, "smartstore-500391207"),
        ),
        catalogue.items(catalogue.DALBIT), ("yongin",),
        catalogue.items(catalogue.DALBIT_DIGITAL, digital=True), 0.15, 3,
    ),
    StorePlan(
        SMALL_STORE, "Rona Outlet Ubud", "Asia/Makassar", "IDR", "id", "ID", "ubud@rona.example",
        (
            AccountPlan(Channel.MANUAL, "Manual", 0),
            AccountPlan(Channel.FORM, "/f/rona-ubud", 0),
            AccountPlan(Channel.API, "API", 0),
            AccountPlan(Channel.SHOPEE, "Rona Outlet Bali", 0, "shopee-220990318"),
        ),
        catalogue.items(catalogue.RONA), ("cikarang",),
    ),
)  # fmt: skip
"""Shares add up to a thousand; the small store gets its fifty orders apart."""

FEWEST_ACCOUNTS = sum(len(store.accounts) for store in STORES)
MOST_ACCOUNTS = 200


def shops_of(accounts: int) -> dict[tuple[str, str], int]:
    """How many shops each account planned above stands for, by (store code, channel), so that all come to `accounts`.

    A seller with more accounts than planned has several shops on a marketplace, where the most orders arrive.
    """
    shops = {(store.code, plan.channel.value): 1 for store in STORES for plan in store.accounts}
    shares = {(store.code, plan.channel.value): plan.share for store in STORES for plan in store.accounts
              if plan.external_id}  # fmt: skip
    for _ in range(accounts - FEWEST_ACCOUNTS):
        busiest = max(shares, key=lambda key: shares[key] / shops[key])
        shops[busiest] += 1
    return shops


WAREHOUSES = (
    WarehousePlan("cikarang", "Gudang Cikarang", "Jl. Industri Selatan No. 8, Jababeka II, Cikarang, Bekasi 17530"),
    WarehousePlan(
        PROVIDER_WAREHOUSE, "Titip Kirim Fulfilment", "Jl. Daan Mogot Km 19 No. 21, Batuceper, Tangerang 15122"
    ),
    WarehousePlan("yongin", "용인 물류센터", "경기도 용인시 처인구 백암면 덕평로 82"),
)

USERS = (
    UserPlan("owner@demo.lapak.test", "Ratna Sari Dewi", Role.OWNER),
    UserPlan("admin@demo.lapak.test", "Hendra Kusuma", Role.ADMIN),
    UserPlan("cs@demo.lapak.test", "Sari Wulandari", Role.CS),
    UserPlan("gudang@demo.lapak.test", "Joko Susilo", Role.WAREHOUSE),
    UserPlan("provider@demo.lapak.test", "Andi Pratama", Role.PROVIDER, warehouse=PROVIDER_WAREHOUSE),
    UserPlan("viewer@demo.lapak.test", "Maya Lestari", Role.VIEWER),
    UserPlan("seoul@demo.lapak.test", "김은지", Role.CS, "ko", ("onyu", "dalbit")),
    UserPlan("yongin@demo.lapak.test", "박준호", Role.WAREHOUSE, "ko", ("onyu", "dalbit")),
)
