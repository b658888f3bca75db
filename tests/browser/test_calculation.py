"""A list too long to be added up while somebody waits: asked for beside it, read on the page of its job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site
from tests.factories import make_orders
from webapp import clock
from webapp.domain.order_status import OrderStatus
from webapp.services.orders import overview


def test_calculate_a_long_list(site: Site, sign_in: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "STEP", 2)
    monkeypatch.setattr(overview, "FEW_STEPS", 2)
    monkeypatch.setattr(overview, "MOST_STEPS", 3)
    for days, status in enumerate((OrderStatus.SHIPPED, OrderStatus.PENDING, OrderStatus.COMPLETED), 1):
        make_orders(site.shop.manual, 4 * days, status=status, ordered_at=clock.now() - timedelta(days=days))
    make_orders(site.shop.onyu_manual, 5, ordered_at=clock.now() - timedelta(days=3))
    page = sign_in()
    page.goto("/admin/orders/?q=siti")
    strip = page.locator("#order-overview")
    expect(strip.locator(".lp-ov-v").first).to_have_text("4+")
    strip.get_by_role("button", name="Calculate").click()
    strip.get_by_role("link", name="Calculating …").click()
    figures = page.locator(".lp-ov-full")
    expect(figures).to_contain_text("Value, KRW")
    expect(figures.locator(".lp-ov-v").first).to_have_text("29")
    page.get_by_role("link", name="To the list").click()
    expect(strip.get_by_role("link", name="Last result")).to_be_visible()
    phone = sign_in(viewport=PHONE)
    phone.goto("/admin/orders/?q=siti")
    expect(phone.locator("#order-overview").get_by_role("button", name="Calculate")).to_be_visible()
    phone.goto("/admin/jobs/?tab=other")
    phone.get_by_role("link", name="Calculation of a list").click()
    expect(phone.locator(".lp-ov-full .lp-mix")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
