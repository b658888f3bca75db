"""The list read as one of millions of orders, in tests that have some hundred."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from webapp.services.orders import hits, overdue, query, sources, walks


@contextmanager
def short_steps() -> Iterator[None]:
    """Walks that stop often, few branches, and no set that is small enough to be fetched whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walks, "FIRST_STEP", 30)
        patch.setattr(walks, "WHOLE_STEP", 80)
        patch.setattr(walks, "MANY_BRANCHES", 2)
        patch.setattr(walks, "LIKELY_STEP", 60)
        patch.setattr(hits, "MOST_HITS", 40)
        patch.setattr(overdue, "MOST_OVERDUE", 10)
        patch.setattr(sources, "MOST_WALKED_BRANCHES", 3)
        patch.setattr(sources, "FIRST_STEP", 30)
        patch.setattr(query, "FEW", 0)
        patch.setattr(query, "AS_MANY", 1000)
        patch.setattr(query, "SMALL", 0)
        yield
