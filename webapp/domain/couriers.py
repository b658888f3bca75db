"""Couriers: our list, the names they go by, and what a tracking number may look like.

Domain rules, tracking: a courier is a code of our list, found also by its usual names; an unknown one is kept as
typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from webapp.domain.damage import is_formula_error, is_rounded
from webapp.domain.spelling import fold, plain


@dataclass(frozen=True, slots=True)
class Courier:
    """One courier. `country` is where it is at home (ISO 3166), empty for worldwide ones.

    `link` is its public tracking page with `{number}`, only where that address is known to take one.
    """

    code: str
    name: str
    country: str
    aliases: tuple[str, ...] = ()
    link: str = ""


_LIST = (
    Courier("jne", "JNE", "ID", ("JNE Express", "Jalur Nugraha Ekakurir")),
    Courier("jnt", "J&T Express", "ID", ("J&T", "JNT", "J and T", "J n T", "JT", "JT Express", "JNT Express")),
    Courier("jnt_cargo", "J&T Cargo", "ID", ("JNT Cargo", "JT Cargo")),
    Courier("sicepat", "SiCepat", "ID", ("SiCepat Ekspres", "SiCepat Express", "Si Cepat")),
    Courier("anteraja", "AnterAja", "ID", ("Anter Aja", "Antar Aja")),
    Courier("ninja_xpress", "Ninja Xpress", "ID", ("Ninja", "Ninja Express", "Ninja Van", "NinjaVan")),
    Courier("pos_indonesia", "POS Indonesia", "ID", ("POS", "PT POS", "PT POS Indonesia", "Kantor POS", "POS IND")),
    Courier("tiki", "TIKI", "ID", ("Titipan Kilat",)),
    Courier("id_express", "ID Express", "ID", ("IDX", "IDE", "IDExpress")),
    Courier("lion_parcel", "Lion Parcel", "ID", ("Lion", "LionParcel")),
    Courier("spx", "SPX Express", "ID", ("SPX", "Shopee Xpress", "Shopee Express", "SPX ID", "SPX Indonesia")),
    Courier("gosend", "GoSend", "ID", ("Go-Send", "Gojek", "GoTo Logistics", "GTL")),
    Courier("grab_express", "GrabExpress", "ID", ("Grab", "Grab Express")),
    Courier("wahana", "Wahana", "ID", ("Wahana Express", "Wahana Prestasi Logistik")),
    Courier("sap", "SAP Express", "ID", ("SAP", "Satria Antaran Prima")),
    Courier("paxel", "Paxel", "ID"),
    Courier(
        "lazada_logistics",
        "Lazada Logistics",
        "ID",
        ("LEX", "LEX ID", "LEL", "LEL Express", "Lazada Express", "Lazada"),
    ),
    Courier("rpx", "RPX", "ID", ("RPX Holding", "RPX One Stop Logistics")),
    Courier(
        "cj_logistics",
        "CJ Logistics",
        "KR",
        ("CJ", "CJ대한통운", "대한통운", "CJ택배", "CJ GLS", "CJGLS", "CJ Korea Express", "씨제이대한통운"),
        "https://www.cjlogistics.com/ko/tool/parcel/tracking?gnbInvcNo={number}",
    ),
    Courier(
        "hanjin",
        "Hanjin Express",
        "KR",
        ("Hanjin", "한진택배", "한진", "Hanjin Parcel"),
        "https://www.hanjin.com/kor/CMS/DeliveryMgr/WaybillResult.do?mCode=MN038&schLang=KR&wblnumText2={number}",
    ),
    Courier(
        "lotte",
        "Lotte Global Logistics",
        "KR",
        ("Lotte", "롯데택배", "롯데", "롯데글로벌로지스", "Lotte Logistics", "Lotte Parcel", "현대택배"),
        "https://www.lotteglogis.com/home/reservation/tracking/linkView?InvNo={number}",
    ),
    Courier(
        "korea_post",
        "Korea Post",
        "KR",
        ("우체국택배", "우체국", "ePOST", "우편", "등기", "Korea Post Parcel"),
        "https://service.epost.go.kr/trace.RetrieveDomRigiTraceList.comm?sid1={number}",
    ),
    Courier(
        "logen",
        "Logen",
        "KR",
        ("로젠택배", "로젠", "Logen Express", "Logen Parcel", "iLogen"),
        "https://www.ilogen.com/web/personal/trace/{number}",
    ),
    Courier(
        "kyungdong", "Kyungdong Express", "KR", ("경동택배", "경동", "경동화물", "Kyungdong", "Kyoungdong", "KDEXP")
    ),
    Courier("daesin", "Daesin Logistics", "KR", ("대신택배", "대신", "대신화물", "Daesin")),
    Courier("ilyang", "Ilyang Logis", "KR", ("일양로지스", "일양택배", "일양", "Ilyang")),
    Courier("chunil", "Chunil Express", "KR", ("천일택배", "천일", "Chunil")),
    Courier("cu_post", "CU Post", "KR", ("CU 편의점택배", "CU택배", "CUPost", "씨유택배")),
    Courier(
        "gs_postbox",
        "GS Postbox",
        "KR",
        ("GS25 편의점택배", "GS25택배", "GS택배", "GS Post Box", "CVSnet", "GS Networks"),
    ),
    Courier(
        "coupang_logistics",
        "Coupang Logistics",
        "KR",
        ("쿠팡", "쿠팡로지스틱스", "쿠팡로지스틱스서비스", "Coupang", "CLS"),
    ),
    Courier("ems", "EMS", "", ("EMS Mail", "국제우편")),
    Courier("dhl", "DHL", "", ("DHL Express",)),
    Courier("fedex", "FedEx", "", ("Fed Ex", "Federal Express", "페덱스")),
    Courier("ups", "UPS", "", ("United Parcel Service",)),
)

COURIERS: dict[str, Courier] = {courier.code: courier for courier in _LIST}
"""Our couriers by code, in the order that menus show them."""

MAX_TRACKING_LENGTH = 60

# What marketplaces write after the courier's name: a service of it, not another courier ("JNE REG", "SPX Standard").
_SERVICES = (
    "reg reguler regular standard standar std express ekspres xpress cashless cod economy ekonomi eco hemat cargo "
    "kargo trucking jtr sameday same day nextday next instant instan yes oke ctc ez best halu gokil siuntung regpack "
    "onepack jagopack bigpack kilat khusus super id"
)
_SERVICE_WORDS = frozenset(_SERVICES.split())
_NOT_LETTERS = re.compile(r"[\W_]+")
_GROUPED_DIGITS = re.compile(r"[0-9]+(?:-[0-9]+)+")
_WHOLE_FLOAT = re.compile(r"([0-9]{6,})\.0")


class TrackingNumberError(ValueError):
    """A text that can't be a tracking number.

    `code`: `missing_value` (empty), `too_long`, `formula` (a spreadsheet would run it, or has failed
    to: `#N/A`), `damaged_number` (a spreadsheet has rounded it, `1.23E+11`), `unprintable`.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{text[:MAX_TRACKING_LENGTH]!r} can't be a tracking number: {code}")
        self.code = code


def courier_from_words(text: str) -> str | None:
    """The code of the courier that people mean by `text`, or None if our list has none (then it is kept as typed).

    Found by code, name or usual name; case, spaces and signs don't matter, and a service behind the name is passed
    over ("JNE REG", "SiCepat - Halu").
    """
    words = [word for word in _NOT_LETTERS.split(fold(text)) if word]
    for end in range(len(words), 0, -1):
        if code := _BY_NAME.get("".join(words[:end])):
            return code
        if words[end - 1] not in _SERVICE_WORDS:
            return None
    return None


def courier_name(code: str) -> str:
    """The name to show for a courier's code; a text that is no code of ours is shown as it was typed."""
    courier = COURIERS.get(code)
    return courier.name if courier else code


def tracking_link(code: str, number: str) -> str | None:
    """The courier's public page for this tracking number, or None where we don't surely know one."""
    courier = COURIERS.get(code)
    if courier is None or not courier.link or not number:
        return None
    return courier.link.format(number=quote(number, safe=""))


def clean_tracking_number(text: str) -> str:
    """A tracking number as it is stored: no spaces, ASCII letters upper case, leading zeros kept.

    Digits in groups ("1234-5678-9012") lose their hyphens, so that the same number typed twice is the same; the
    apostrophe by which a spreadsheet marks text goes too. Raises `TrackingNumberError`.
    """
    number = "".join(plain(text).split()).lstrip("'")
    if not number:
        raise TrackingNumberError("missing_value", text)
    if number[0] in "=+-@" or is_formula_error(number):
        raise TrackingNumberError("formula", text)
    if len(number) > MAX_TRACKING_LENGTH:
        raise TrackingNumberError("too_long", text)
    if not number.isprintable():
        raise TrackingNumberError("unprintable", text)
    number = plain("".join(sign.upper() if sign.isascii() else sign for sign in number))
    if is_rounded(number):
        raise TrackingNumberError("damaged_number", text)
    if whole := _WHOLE_FLOAT.fullmatch(number):
        return whole[1]
    return number.replace("-", "") if _GROUPED_DIGITS.fullmatch(number) else number


def _key(name: str) -> str:
    return _NOT_LETTERS.sub("", fold(name))


_BY_NAME: dict[str, str] = {
    _key(name): courier.code for courier in _LIST for name in (courier.code, courier.name, *courier.aliases)
}
