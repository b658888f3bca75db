"""The texts of an order, however they arrive: how long each may be, and what an e-mail address looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST: Mapping[str, int] = {
    "buyer_name": 200, "buyer_phone": 100, "buyer_email": 200, "address": 1000, "district": 200, "city": 200,
    "province": 200, "postal_code": 40, "country": 100, "sku": 100, "item_name": 500, "notes": 2000,
    "channel_order_id": 100,
}  # fmt: skip
"""Characters that are kept of each text; a longer one is refused, never cut."""
LONGEST_TOLD: Mapping[str, int] = {"comment": 2000, "courier": 60}
"""The same of the texts that a change brings; a mail with such a comment still reads well."""

EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+")
"""Something that can be an e-mail address (match it whole); whether it is one, only a mail to it tells."""
