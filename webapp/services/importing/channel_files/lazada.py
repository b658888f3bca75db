"""Lazada's order export: one row for each piece, so the quantity of a row is 1 where the file has no column for it.

Its discounts have signs that differ between exports: they are left out, and named among the columns that are not used.
"""

from __future__ import annotations

from webapp.domain.channels import Channel
from webapp.services.importing.channel_files.base import ChannelFile, statuses

LAZADA = ChannelFile(
    channel=Channel.LAZADA,
    signature=(
        ("orderItemId", "Order Item Id"),
        ("orderNumber", "Order Number"),
        ("lazadaSku", "lazadaId", "Lazada SKU", "Lazada Id"),
    ),
    columns={
        "channel_order_id": ("orderNumber", "Order Number"),
        "channel_status": ("status",),
        "ordered_at": ("createTime", "Created at", "Create Time"),
        "payment_method": ("payMethod", "Payment Method"),
        "buyer_name": ("shippingName", "Shipping Name", "customerName", "Customer Name"),
        "buyer_phone": ("shippingPhone", "Shipping Phone Number", "Shipping Phone"),
        "buyer_email": ("customerEmail", "Customer Email"),
        "address": ("{shippingAddress} {shippingAddress2}", "shippingAddress", "Shipping Address"),
        "city": ("shippingCity", "Shipping City"),
        "province": ("shippingRegion", "Shipping Region"),
        "postal_code": ("shippingPostCode", "Shipping Postcode"),
        "country": ("shippingCountry", "Shipping Country"),
        "sku": ("sellerSku", "Seller SKU"),
        "item_name": ("{itemName} {variation}", "itemName", "{Item Name} {Variation}", "Item Name"),
        "quantity": ("quantity", "qty"),
        "unit_price": ("unitPrice", "Unit Price"),
        "shipping_fee": ("shippingFee", "Shipping Fee"),
        "notes": ("buyerNote", "Buyer Note"),
    },
    sums=frozenset({"shipping_fee"}),
    fixed={"quantity": "1"},
    statuses=statuses(
        unpaid=("unpaid",),
        awaiting=("pending", "topack", "to pack"),
        to_ship=("packed", "repacked", "ready_to_ship", "ready_to_ship_pending", "toship", "to ship"),
    ),
)
