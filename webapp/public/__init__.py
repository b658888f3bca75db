"""Pages for buyers: no sign-in, no cookies, nothing that is not in an `OrderSummary`."""

from webapp.public.order_page import blueprint, init

__all__ = ["blueprint", "init"]
