"""Words for codes. A code that has none (a newer version wrote it) is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.domain.errors import N_
from webapp.formats.languages import translated

STATUS: Mapping[str, str] = {
    "created": N_("Created"),
    "pending": N_("Pending"),
    "confirmed": N_("Confirmed"),
    "in_process": N_("In process"),
    "ready_to_ship": N_("Ready to ship"),
    "shipped": N_("Shipped"),
    "completed": N_("Completed"),
    "rts": N_("Returned to sender"),
    "closed": N_("Closed"),
    "canceled": N_("Canceled"),
}
PAYMENT: Mapping[str, str] = {
    "unpaid": N_("Unpaid"),
    "under_review": N_("To review"),
    "paid": N_("Paid"),
    "refunded": N_("Refunded"),
}
PAYMENT_METHOD: Mapping[str, str] = {
    "bank_transfer": N_("Bank transfer"),
    "qris": N_("QRIS"),
    "virtual_account": N_("Virtual account"),
    "card": N_("Card"),
    "e_wallet": N_("E-wallet"),
    "convenience_store": N_("Convenience store"),
    "cod": N_("Cash on delivery"),
    "channel": N_("Paid at the channel"),
    "other": N_("Other"),
}
ROLE: Mapping[str, str] = {
    "owner": N_("Owner"),
    "admin": N_("Admin"),
    "cs": N_("Customer service"),
    "warehouse": N_("Warehouse"),
    "provider": N_("Fulfilment provider"),
    "viewer": N_("Viewer"),
}
CHANNEL: Mapping[str, str] = {
    "manual": N_("Manual entry"),
    "form": N_("Order form"),
    "api": N_("API"),
}
_BRANDS: Mapping[str, str] = {
    "shopee": "Shopee",
    "tokopedia": "Tokopedia",
    "lazada": "Lazada",
    "tiktok_shop": "TikTok Shop",
    "woocommerce": "WooCommerce",
    "opencart": "OpenCart",
    "shopify": "Shopify",
    "naver_smartstore": "Naver Smart Store",
    "coupang": "Coupang",
}
OUTCOME: Mapping[str, str] = {
    "ok": N_("Done"),
    "unchanged": N_("Unchanged"),
    "failed": N_("Refused"),
}
JOB_STATE: Mapping[str, str] = {
    "checking": N_("Checking"),
    "ready": N_("Ready to start"),
    "queued": N_("Waiting"),
    "running": N_("Running"),
    "done": N_("Finished"),
    "failed": N_("Stopped"),
    "canceled": N_("Canceled by hand"),
}
JOB_KIND: Mapping[str, str] = {
    "status_upload": N_("Upload of statuses"),
    "order_export": N_("Download of orders"),
    "order_upload": N_("Upload of orders"),
    "bulk_change": N_("Change of many orders"),
    "undo": N_("Undo of a job"),
    "calculation": N_("Calculation of a list"),
}
FIELD: Mapping[str, str] = {
    "order_number": N_("order number"),
    "status": N_("status"),
    "comment": N_("comment"),
    "notify": N_("notify"),
    "tracking_number": N_("tracking number"),
    "courier": N_("courier"),
    "paid": N_("paid"),
    "reason": N_("reason"),
    "store": N_("store"),
    "account": N_("account"),
    "channel_order_id": N_("channel order number"),
    "ordered_at": N_("order date"),
    "buyer_name": N_("buyer's name"),
    "buyer_phone": N_("buyer's phone"),
    "buyer_email": N_("buyer's e-mail"),
    "address": N_("address"),
    "district": N_("district"),
    "city": N_("city"),
    "province": N_("province"),
    "postal_code": N_("postal code"),
    "country": N_("country"),
    "payment_method": N_("payment method"),
    "sku": N_("SKU"),
    "notes": N_("notes"),
    "channel_status": N_("status at the channel"),
    "lines": N_("items"),
    "item_name": N_("item name"),
    "quantity": N_("quantity"),
    "unit_price": N_("unit price"),
    "shipping_fee": N_("shipping fee"),
    "discount": N_("discount"),
    "email": N_("e-mail address"),
    "password": N_("password"),
    "role": N_("role"),
    "code": N_("code"),
    "timezone": N_("time zone"),
    "currency": N_("currency"),
    "format": N_("format"),
    "rows": N_("rows"),
    "columns": N_("column"),
    "tag": N_("tag"),
    "view": N_("name of the view"),
    "assigned": N_("person"),
    "sort": N_("sort"),
    "date": N_("kind of date"),
    "from": N_("first day"),
    "to": N_("last day"),
    "at": N_("day to go to"),
    "limit": N_("orders a page"),
    "after": N_("place in the list"),
    "before": N_("place in the list"),
    "payment_status": N_("payment status"),
    "channel": N_("channel"),
    "warehouse": N_("warehouse"),
    "tab": N_("tab"),
    "arranged": N_("shipment filter"),
    "printed": N_("print filter"),
    "due": N_("due filter"),
    "acceptance": N_("acceptance filter"),
}


def status_label(code: str) -> str:
    """An order's status."""
    return _label(STATUS, code)


def payment_label(code: str) -> str:
    """Whether an order is paid."""
    return _label(PAYMENT, code)


def payment_method_label(code: str | None) -> str:
    """How the buyer pays; an order without a method has a word for that too."""
    return _label(PAYMENT_METHOD, code) if code else translated(N_("No payment method"))


def role_label(code: str) -> str:
    """The part a person plays."""
    return _label(ROLE, code)


def channel_label(code: str) -> str:
    """The kind of place where an order arose; brands keep their own names."""
    return _BRANDS.get(code) or _label(CHANNEL, code)


def outcome_label(code: str) -> str:
    """How an act on one order or row ended."""
    return _label(OUTCOME, code)


def job_state_label(code: str) -> str:
    """Where a job is."""
    return _label(JOB_STATE, code)


def job_kind_label(code: str) -> str:
    """What a job does."""
    return _label(JOB_KIND, code)


def field_label(code: str) -> str:
    """A column of an uploaded file or a field of a form, inside a sentence."""
    return _label(FIELD, code)


def _label(words: Mapping[str, str], code: str) -> str:
    msgid = words.get(code)
    return translated(msgid) if msgid is not None else str(code)
