"""Every way to look at the list: anywhere in it, through filters that an index serves, by words; and what is beside.

Whole requests of a signed-in person; p95, because a page that is slow for one of twenty is a slow page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from benchmarks.databases import NOW
from benchmarks.measuring import Times, interleave
from benchmarks.plans import statements_of
from benchmarks.results import Figure, at_most
from benchmarks.running import FULL, Bench, Found
from benchmarks.site import PROVIDER, Person, open_site
from webapp.demo.places import STORES
from webapp.demo.words_id import GIVEN_NAMES, OLD_GIVEN_NAME
from webapp.extensions import db

LIST = "/admin/orders/"
_STORES = "&".join(f"store={store.code}" for store in STORES)
LISTS = {
    "first page": "",
    "deep page": f"?at={(NOW - timedelta(days=400)).date()}",
    "last page": "",  # filled in: its address is a cursor of the site's
    **{f"tab {tab}": f"?tab={tab}" for tab in ("new", "to_ship", "in_delivery", "completed", "returned", "canceled")},
    "status": "?status=ready_to_ship&status=shipped",
    "payment status": "?payment_status=unpaid",
    "a store": "?store=rona",
    "a channel": "?channel=shopee",
    "days": f"?from={(NOW - timedelta(days=60)).date()}&to={(NOW - timedelta(days=30)).date()}",
    "last changed first": "?sort=-updated_at",
    "by ship by": "?tab=to_ship&sort=ship_by",
    "overdue": "?due=overdue",
    "every account by name": f"?{_STORES}",
    "every account by name, to ship": f"?tab=to_ship&{_STORES}",
}
PROVIDED = {
    "a provider's list": "",
    "a provider's deep page": LISTS["deep page"],
    "a provider's tab to_ship": "?tab=to_ship",
    "a provider's tab completed": "?tab=completed",
}
"""The same for somebody who has the orders of one warehouse only."""
STEP = {"one step": "?payment_method=convenience_store"}
SEARCHES = {
    "a frequent name": GIVEN_NAMES[0],
    "name and surname": "siti nurhaliza",
    "last digits of a phone": "4412",
    "a Korean name": "김민수",
    "a Korean given name": "민수",
    "a name and a tab": f"{GIVEN_NAMES[1]}&tab=returned",
    "only old orders": OLD_GIVEN_NAME,
    "nothing": "tidakadasamasekali",
}
YEAR = f"overview?from={(NOW - timedelta(days=364)).date()}&to={NOW.date()}"


def run(bench: Bench) -> Found:
    """The lists of many and of few orders in turn; the rest on many."""
    many, few = (open_site(bench.databases.loaded(size)) for size in (bench.sizes.orders, bench.sizes.few_orders))
    people = {"many": Person(many), "few": Person(few)}
    rounds = bench.sizes.rounds
    figures, plans = [], {}
    lists = {name: {who: LIST + (_last(person) if name == "last page" else query) for who, person in people.items()}
             for name, query in LISTS.items()}  # fmt: skip
    providers = {who: Person(app, PROVIDER) for who, app in (("many", many), ("few", few))}
    lists |= {name: dict.fromkeys(people, LIST + query) for name, query in PROVIDED.items()}
    readers = {(name, who): (providers if name in PROVIDED else people)[who].get for name in lists for who in people}
    times = _take(readers, lists, rounds)
    figures += _list_figures({name: (times[name, "many"], times[name, "few"]) for name in lists}, bench.sizes.orders)
    owner = people["many"]
    beside = {
        "step": {name: LIST + query for name, query in STEP.items()},
        "search": {name: f"{LIST}?q={words}" for name, words in SEARCHES.items()},
        "overview": {"a year": LIST + YEAR},
        "order": {"an order": LIST + _number(many)},
        "banner": {"a poll": _poll(owner)},
    }
    for kind, addresses in beside.items():
        taken = interleave(
            {name: _get(owner, address) for name, address in addresses.items()}, rounds=rounds, warm_up=3
        )
        name, worst = max(taken.items(), key=lambda each: each[1].p95)
        aim = _SEARCH_IN_TEN_MILLION if kind == "search" and bench.sizes.orders > FULL.orders else _AIMS[kind]
        figures.append(at_most(_WHAT[kind], worst.p95, aim, "ms", of=name, median=worst.median))
    for kind, address in (("order page", LIST + _number(many)), ("overview", LIST + YEAR), ("poll", _poll(owner))):
        with many.app_context(), statements_of(db.engine) as sent:
            owner.get(address)
        plans[kind] = sent
    figures.append(at_most("statements of an order's page", len(plans["order page"]), 8, ""))
    for app in (many, few):
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
    return Found(figures, plans)


_WHAT = {
    "step": "one step of a filter without an index, p95",
    "search": "the slowest of the searches, p95",
    "overview": "overview of a year, p95",
    "order": "an order's page, p95",
    "banner": "a poll for new orders, p95",
}
_AIMS = {"step": 40, "search": 70, "overview": 30, "order": 15, "banner": 5}
"""Milliseconds at p95."""
_SEARCH_IN_TEN_MILLION = 120
"""The same for a search of ten million orders: ten times as many have its words."""


def _take(
    contestants: Mapping[tuple[str, str], Callable[[str], object]], lists: Mapping[str, Mapping[str, str]], rounds: int
) -> dict[tuple[str, str], Times]:
    named = {
        f"{name}|{who}": (lambda get=get, address=lists[name][who]: get(address))
        for (name, who), get in contestants.items()
    }
    taken = interleave(named, rounds=rounds, warm_up=3)
    return {(name.split("|")[0], name.split("|")[1]): times for name, times in taken.items()}


def _list_figures(pairs: Mapping[str, tuple[Times, Times]], orders: int) -> list[Figure]:
    slowest = max(pairs, key=lambda name: pairs[name][0].p95)
    ratios = {name: ours.median / few.median for name, (ours, few) in pairs.items()}
    grown = max(ratios, key=lambda name: ratios[name])
    each = {name: round(ours.p95, 1) for name, (ours, _few) in pairs.items()}
    return [
        at_most(f"the slowest of {len(pairs)} lists of {orders:,} orders, p95", pairs[slowest][0].p95, 20, "ms",
                of=slowest, all=each),
        at_most("the list that grew most, against few orders", ratios[grown], 1.3, of=grown,
                all={name: round(ratio, 2) for name, ratio in ratios.items()}),
    ]  # fmt: skip


def _get(person: Person, address: str) -> Callable[[], object]:
    return lambda: person.get(address)


def _last(person: Person) -> str:
    found = re.findall(r'href="[^"]*(\?before=[^"&]+)"', person.get(LIST).get_data(as_text=True))
    return found[-1] if found else ""


def _poll(person: Person) -> str:
    found = re.search(r'data-since="([^"]+)"', person.get(LIST).get_data(as_text=True))
    return f"{LIST}fresh?since={found.group(1) if found else ''}"


def _number(app: Flask) -> str:
    with app.app_context(), db.engine.connect() as connection:
        sql = "select number from orders where status = 'shipped' order by ordered_at desc limit 1"
        return str(connection.execute(text(sql)).scalar_one())
