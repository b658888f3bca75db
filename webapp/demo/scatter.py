"""From an order's place in the load to numbers that look random and never repeat.

Both ways are one-to-one, so a million orders need no look-up for a free number, and ten million can be made in SQL
by the same arithmetic.
"""

from __future__ import annotations

from webapp.domain.numbers import RANDOM_BITS, SYMBOLS

_BITS = (1 << RANDOM_BITS) - 1
_STRIDE = 169_889_401_541  # odd, and below 2**38: times 2**25 orders it stays within a bigint
_LOW = (1 << 17) - 1
_PAIRS = tuple(high + low for high in SYMBOLS for low in SYMBOLS)

TAIL_STRIDES = {"channel": 61_803_399, "tracking": 75_487_667, "payment": 38_196_601}
"""Steps of the eight digits that end a channel's number, a tracking number, a payment's reference."""
TAILS = 100_000_000
_TAIL_START = 31_415_926

MOST_ORDERS = 1 << 25
"""More orders than this would leave the arithmetic of a bigint."""


def random_symbols(index: int, salt: int) -> str:
    """The random part of the order number of order `index`: 40 bits as 8 symbols."""
    bits = (index * _STRIDE + salt) & _BITS
    bits ^= (bits & _LOW) << 23
    return _PAIRS[bits >> 30] + _PAIRS[bits >> 20 & 1023] + _PAIRS[bits >> 10 & 1023] + _PAIRS[bits & 1023]


def random_symbols_sql(index: str, salt: int) -> str:
    """The same as an expression of PostgreSQL; `index` is an expression of type bigint."""
    plain = f"((({index}) * {_STRIDE} + {salt}) & {_BITS})"
    bits = f"({plain} # (({plain} & {_LOW}) << 23))"
    return " || ".join(
        f"substr('{SYMBOLS}', (({bits} >> {shift}) & 31)::int + 1, 1)" for shift in range(RANDOM_BITS - 5, -1, -5)
    )


def tail(index: int, kind: str) -> str:
    """Eight digits that no other order below a hundred million has for this `kind`."""
    return f"{(index * TAIL_STRIDES[kind] + _TAIL_START) % TAILS:08}"


def tail_step(orders: int, kind: str) -> int:
    """What to add to a tail, modulo `TAILS`, to get the tail of the order that comes `orders` later."""
    return orders * TAIL_STRIDES[kind] % TAILS
