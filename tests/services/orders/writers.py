"""People who do anything that a seller does, at random, to orders that they all know."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select

from tests.factories import Shop, new_order
from webapp.domain.actors import Actor
from webapp.domain.errors import Refused
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod
from webapp.extensions import db
from webapp.models import Batch, Job, Order
from webapp.services.bulk_jobs.take_back import start_undo
from webapp.services.files import Storage, receive
from webapp.services.importing.order_upload import start_order_upload
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import confirm_job, run_job
from webapp.services.orders.assign import assign_orders
from webapp.services.orders.bulk import add_history, change_status, mark_paid, set_tracking
from webapp.services.orders.change_orders import BulkResult, OrderResult
from webapp.services.orders.create import ARRIVED_PAID, Buyer, CreatedOrder, NewLine, NewOrder, create_orders
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.edit_order import OrderEdit, edit_order
from webapp.services.orders.tag import tag_orders
from webapp.services.orders.undo import CannotUndo, undo
from webapp.services.totals import fold

S = OrderStatus
NEWEST = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BUYERS = (
    Buyer("Budi Santoso", "0812-8840-1127", "budi@example.com"),
    Buyer("Siti Nurhaliza", "+62 821 5550 9911"),
    Buyer("김민수", "010-2345-6789", "minsu@example.com"),
    Buyer("Ketut Ayu", "", "ketut@example.com"),
)
SKUS = ("RB-PRG-L", "RB-PRG-M", "KAIN-7", None)
COURIERS = ("jne", "sicepat", "cj_logistics")
TARGETS = (S.PENDING, S.CONFIRMED, S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP, S.SHIPPED, S.SHIPPED, S.COMPLETED,
           S.RTS, S.CLOSED, S.CANCELED)  # fmt: skip
HOT = 250
"""So many of the newest orders everybody is at."""


@dataclass(slots=True)
class Board:
    """What all writers share: the orders that there were, and what came of every act. Both only grow."""

    shop: Shop
    storage: Storage
    accounts: tuple[int, ...]
    numbers: list[str] = field(default_factory=list)
    done: list[tuple[str, Outcome]] = field(default_factory=list)

    def came_to(self) -> dict[str, Counter[Outcome]]:
        """The outcomes of each kind of act."""
        counted: dict[str, Counter[Outcome]] = {}
        for kind, outcome in self.done:
            counted.setdefault(kind, Counter())[outcome] += 1
        return counted


class Writer:
    """One person with `seed`: does random acts until they came to `budget` changes of one order, tried or done."""

    def __init__(self, board: Board, actor: Actor, seed: int, budget: int) -> None:
        self.board, self.actor, self.seed, self.left = board, actor, seed, budget
        self.tried = 0
        self.chance = Random(seed)
        self.batches: list[int] = []
        self.jobs: list[int] = []

    def work(self) -> int:
        """Act until the budget is used; how many changes were tried."""
        acts: dict[Callable[[], None], int] = {
            self.create: 12, self.move: 30, self.pay: 12, self.delete: 8, self.edit: 16, self.take_back: 10,
            self.tell: 3, self.assign: 5, self.tag: 5, self.track: 6, self.upload_statuses: 3, self.upload_orders: 3,
            self.take_back_job: 2, self.fold: 3,
        }  # fmt: skip
        while self.tried < self.left:
            act = self.chance.choices(list(acts), list(acts.values()))[0]
            try:
                act()
            except (Refused, CannotUndo):
                self.tried += 1
        return self.tried

    # --- Acts ---

    def create(self) -> None:
        """Between one and thirty new orders."""
        self._created(create_orders(self.actor, [self._order() for _ in range(self.chance.choice((1, 1, 5, 30)))]))

    def move(self) -> None:
        """To some status, one by one or up to a hundred."""
        to, told = self.chance.choice(TARGETS), self.chance.random() < 0.1
        self._noted("move", change_status(self.actor, self._some(), to, notify=told))

    def pay(self) -> None:
        """Mark as paid."""
        self._noted("pay", mark_paid(self.actor, self._some()))

    def delete(self) -> None:
        """What can be deleted; often what somebody else works on."""
        self._noted("delete", delete_orders(self.actor, self._some(40)))

    def tell(self) -> None:
        """An entry in the history that changes nothing else."""
        self._noted("tell", add_history(self.actor, self._some(20), comment="Sudah dicek", override=True))

    def assign(self) -> None:
        """To a person or to nobody."""
        email = self.chance.choice(("cs@example.com", "admin@example.com", None))
        self._noted("assign", assign_orders(self.actor, self._some(30), email))

    def tag(self) -> None:
        """One tag on, the other off."""
        on, off = self.chance.sample(("vip", "fragile"), 2)
        self._noted("tag", tag_orders(self.actor, self._some(30), [on], [off]))

    def track(self) -> None:
        """A tracking number for one order."""
        number = f"JP{self.chance.randrange(10**9, 10**10)}"
        self._noted("track", set_tracking(self.actor, self._one(), self.chance.choice(COURIERS), number))

    def edit(self) -> None:
        """Other lines, another buyer, or other amounts; sometimes of a version that is over."""
        edit = self.chance.choice(
            (
                OrderEdit(lines=self._lines()),
                OrderEdit(buyer=self.chance.choice(BUYERS)),
                OrderEdit(discount=self.chance.randrange(3000), shipping_fee=self.chance.randrange(20_000)),
                OrderEdit(payment_method=PaymentMethod.QRIS, note="dari CS"),
            )
        )
        for number in self._some(8):
            version = self.chance.choice((None, None, 1))
            self._one_noted("edit", edit_order(self.actor, number, replace(edit, version=version)))

    def take_back(self) -> None:
        """Undo one of one's own latest changes."""
        if self.batches:
            batch_id = self.batches.pop(-self.chance.randrange(1, min(4, len(self.batches)) + 1))
            self._noted("undo", undo(self.actor, batch_id))

    def upload_statuses(self) -> None:
        """A file of statuses, tracking numbers and payments through its job."""
        lines = ["order_number,status,tracking_number,courier,paid"]
        for number in self._some():
            tracking = f"SC{self.chance.randrange(10**9, 10**10)}" if self.chance.random() < 0.3 else ""
            paid = self.chance.choice(("yes", "", ""))
            lines.append(f"{number},{self.chance.choice(TARGETS)},{tracking},{'sicepat' if tracking else ''},{paid}")
        self._through(start_status_upload, "\n".join(lines), "status upload")

    def upload_orders(self) -> None:
        """A file of new orders, some of which another file has too, and of changes."""
        header = "order_number,store,channel_order_id,ordered_at,buyer_name,buyer_phone,payment_method,sku,item_name"
        lines = [f"{header},quantity,unit_price,notes"]
        for _ in range(self.chance.randrange(1, 40)):
            day = (NEWEST - timedelta(days=self.chance.randrange(60))).date()
            channel_id = self.chance.choice(("", f"F-{self.chance.randrange(300)}"))
            what = f"{self.chance.choice(('RB-PRG-L', 'KAIN-7'))},Kemeja,{self.chance.randrange(1, 4)},15000"
            store = self.chance.choice(("rona", "onyu"))
            lines.append(f",{store},{channel_id},{day},Budi {self.seed},08128840{self.seed}11,qris,{what},berkas")
        changed = f",,,,Budi Santoso,,,KAIN-7,Kain,{self.chance.randrange(1, 9)},20000,diubah"
        lines += [f"{number}{changed}" for number in self._some(30)]
        self._through(start_order_upload, "\n".join(lines), "orders upload")

    def take_back_job(self) -> None:
        """Undo a whole file of statuses."""
        if not self.jobs:
            return
        batch_id = db.session.scalar(select(Batch.id).where(Batch.job_id == self.jobs.pop()))
        db.session.rollback()
        if batch_id is not None:
            self._run("undo of a job", start_undo(self.actor, batch_id))

    def take_back_a_job_alone(self) -> None:
        """Until the undo of a file succeeds, while nobody else works: in the crowd others may have changed each of its
        orders by then."""
        for _ in range(20):
            self.upload_statuses()
            with suppress(Refused, CannotUndo):
                self.take_back_job()
            if self.board.came_to().get("undo of a job", Counter())[Outcome.OK]:
                return

    def fold(self) -> None:
        """What the scheduler does meanwhile."""
        fold(db.engine)

    # --- What they act on ---

    def _some(self, most: int = 100) -> list[str]:
        """Some orders, mostly of those that everybody is at; a few exist no longer."""
        numbers = self.board.numbers[-HOT:] if self.chance.random() < 0.8 else list(self.board.numbers)
        return self.chance.sample(numbers, min(self.chance.choice((1, 1, 3, 10, 25, most)), len(numbers), most))

    def _one(self) -> str:
        return self.chance.choice(self.board.numbers[-HOT:])

    def _lines(self) -> tuple[NewLine, ...]:
        return tuple(
            NewLine("Kemeja Batik", self.chance.randrange(1, 5), self.chance.randrange(20, 90) * 1000, sku)
            for sku in self.chance.sample(SKUS, self.chance.choice((1, 1, 2, 3)))
        )

    def _order(self) -> NewOrder:
        account_id = self.chance.choice(self.board.accounts)
        made = new_order(
            account_id, buyer=self.chance.choice(BUYERS), lines=self._lines(),
            payment_method=self.chance.choice((None, PaymentMethod.BANK_TRANSFER, PaymentMethod.COD)),
            ordered_at=NEWEST - timedelta(minutes=self.chance.randrange(60 * 24 * 60)),
            warehouse_id=self.chance.choice((None, self.board.shop.warehouse)),
        )  # fmt: skip
        if account_id != self.board.shop.shopee:
            return made
        channel_id = f"INV/{self.seed}/{self.chance.getrandbits(60)}"
        return replace(made, channel_order_id=channel_id, arrival=self.chance.choice((ARRIVED_PAID, None)))

    # --- What came of it ---

    def _created(self, orders: Sequence[CreatedOrder]) -> None:
        self.board.numbers.extend(order.number for order in orders)
        self.board.done.extend([("create", Outcome.OK)] * len(orders))
        self.tried += len(orders)

    def _noted(self, kind: str, result: BulkResult) -> None:
        for each in result.results:
            self._one_noted(kind, each)
        if result.batch_id is not None:
            self.batches.append(result.batch_id)

    def _one_noted(self, kind: str, result: OrderResult) -> None:
        self.tried += 1
        self.board.done.append((kind, result.outcome))

    def _through(self, start: Callable[..., int], data: str, kind: str) -> None:
        """Take a file, let its job check it, confirm and run it."""
        job_id = start(self.actor, receive(self.board.storage, io.BytesIO(data.encode())), f"{self.seed}.csv")
        assert run_job(job_id, self.board.storage)
        confirm_job(self.actor, job_id)
        self._run(kind, job_id)
        if kind == "status upload":
            self.jobs.append(job_id)
        else:
            made = db.session.scalars(select(Order.number).order_by(Order.id.desc()).limit(20))
            self.board.numbers.extend(made)
            db.session.rollback()

    def _run(self, kind: str, job_id: int) -> None:
        while not run_job(job_id, self.board.storage):
            pass
        job = db.session.get_one(Job, job_id, populate_existing=True)
        db.session.rollback()
        assert job.state == "done", (job.state, job.error_code, job.error_params)
        for outcome, n in ((Outcome.OK, job.ok), (Outcome.UNCHANGED, job.unchanged), (Outcome.FAILED, job.failed)):
            self.board.done.extend([(kind, outcome)] * n)
            self.tried += n
