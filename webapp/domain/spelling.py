"""Spelling: the differences between two texts that no reader sees, taken out before texts are compared."""

from __future__ import annotations

import unicodedata

_UNSEEN: dict[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " "),  # control signs; PostgreSQL refuses NUL in a text
    # Soft hyphen, zero-width signs, writing directions, the mark that makes an emoji of a sign.
    **dict.fromkeys(
        (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFE0E, 0xFE0F, 0xFEFF)
    ),
}

_TURNING = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def without_turns(text: str) -> str:
    """`text` without the signs that turn the direction of writing: one in a name would turn what stands beside it."""
    return text if text.isascii() else text.translate(_TURNING)


def plain(text: str) -> str:
    """`text` in NFKC (full-width letters become usual ones), without invisible signs; control signs become spaces."""
    if text.isascii():
        return text if text.isprintable() else text.translate(_UNSEEN)
    # What stood on both sides of an invisible sign may compose.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_UNSEEN))


def fold(text: str) -> str:
    """`text` without what does not tell words apart: as `plain`, and case and extra spaces too."""
    if text.isascii() and text.isprintable():
        # Most texts are, and a file of orders has hundreds of thousands of them.
        return " ".join(text.lower().split())
    if not text.isascii():
        # Folding case may leave a form that NFKC changes again: twice is stable.
        text = plain(text).casefold()
    return " ".join(plain(plain(text).casefold()).split())
