"""How people and channels write payment methods: our codes and labels in en, id and ko, and usual other names."""

from __future__ import annotations

import re

from webapp.domain.payment import PaymentMethod as M
from webapp.domain.spelling import fold

_WORDS: dict[M, tuple[str, ...]] = {
    M.BANK_TRANSFER: (
        "bank transfer", "direct bank transfer", "transfer bank", "transfer", "manual transfer", "계좌이체",
        "무통장입금", "무통장", "실시간계좌이체",
    ),
    M.QRIS: ("qris", "qr", "qr code"),
    M.VIRTUAL_ACCOUNT: ("virtual account", "va", "akun virtual", "bca virtual account", "가상계좌"),
    M.CARD: (
        "card", "credit card", "debit card", "credit/debit card", "kartu", "kartu kredit", "kartu debit",
        "kartu kredit/debit", "shopify payments", "카드", "신용카드", "체크카드", "카드결제",
    ),
    M.E_WALLET: (
        "e-wallet", "wallet", "ewallet", "dompet digital", "gopay", "ovo", "dana", "shopeepay", "linkaja", "paypal",
        "전자지갑",
        "간편결제", "네이버페이", "카카오페이",
    ),
    M.CONVENIENCE_STORE: ("convenience store", "minimarket", "gerai retail", "alfamart", "indomaret", "편의점"),
    M.COD: (
        "cod", "cash on delivery", "cash", "bayar di tempat", "cod (bayar di tempat)", "tunai", "착불", "후불",
        "착불 결제",
    ),
    M.CHANNEL: ("channel", "paid at the channel", "dibayar di channel", "채널 결제", "채널에서 결제"),
    M.OTHER: ("other", "lainnya", "lain-lain", "기타"),
}  # fmt: skip


_BRACKETS = re.compile(r"(?<=\S)\s*\([^()]*\)\s*$")


def _key(text: str) -> str:
    return re.sub(r"[\s_.-]+", "", fold(text))


_METHODS = {_key(word): method for method, words in _WORDS.items() for word in (method.value, *words)}


def payment_method_from_words(text: str) -> M | None:
    """The payment method that `text` names, or None. What stands in brackets behind it says who does it."""
    return _METHODS.get(_key(text)) or _METHODS.get(_key(_BRACKETS.sub("", text)))
