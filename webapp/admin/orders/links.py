"""Addresses of one order that lead out of the back office."""

from __future__ import annotations

from flask import current_app

from webapp.services.orders.detail import OrderDetail


def buyer_url(order: OrderDetail) -> str:
    """The buyer's page as a link to send, empty for people who may not see what stands there."""
    base: str = current_app.config["SETTINGS"].base_url
    return f"{base}/o/{order.token}" if order.token else ""
