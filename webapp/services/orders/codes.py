"""From the codes that the database keeps to their enums, by table: calling the enum took six times as long, for each
order of a list or a file."""

from __future__ import annotations

from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus

STATUS = {status.value: status for status in OrderStatus}
PAYMENT = {status.value: status for status in PaymentStatus}
METHOD: dict[str | None, PaymentMethod | None] = {None: None} | {method.value: method for method in PaymentMethod}
ACCEPTANCE = {acceptance.value: acceptance for acceptance in Acceptance}
