"""What the demo stores sell.

An entry: SKU, name, price in minor units, and variants (ending of the SKU, words behind the name).
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.domain.words import search_text


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is sold. `searched` is its SKU as the search text holds it; `price` in minor units."""

    sku: str
    name: str
    price: int
    digital: bool
    searched: str


_Entry = tuple[str, str, int, tuple[tuple[str, str], ...]]

_SIZES = (("S", "S"), ("M", "M"), ("L", "L"), ("XL", "XL"))
_ONE: tuple[tuple[str, str], ...] = ()

RONA: tuple[_Entry, ...] = (
    ("RN-GML-SGE", "Gamis Linen Aisyah, Sage", 415_000, _SIZES),
    ("RN-GML-TRK", "Gamis Linen Aisyah, Terakota", 415_000, _SIZES),
    ("RB-PRG", "Kemeja Batik Parang Lengan Panjang,", 285_000, _SIZES),
    ("RB-KWG", "Kemeja Batik Kawung Lengan Pendek,", 245_000, _SIZES),
    ("RN-TAS-MNI", "Tas Selempang Kulit Mini", 265_000, (("BLK", "Hitam"), ("BRN", "Cokelat"))),
    ("RN-SNK", "Sneakers Kanvas Putih,", 348_000, (("38", "38"), ("40", "40"), ("42", "42"))),
    ("RN-TNN-SMB", "Kain Tenun Sumba 60 × 220", 515_000, _ONE),
    ("RN-KRD-VOL", "Kerudung Voal Motif", 79_000, (("PCH", "Peach"), ("NVY", "Navy"), ("OLV", "Olive"))),
    ("RN-MKN-RYN", "Mukena Rayon Premium", 229_000, (("WHT", "Putih"), ("LLC", "Lilac"))),
    ("RN-LMP-RTN", "Lampu Meja Rotan", 320_000, _ONE),
    ("RN-KRJ-PDN", "Keranjang Pandan Anyam", 118_000, (("S", "kecil"), ("L", "besar"))),
    ("RN-SRB-BTK", "Sarung Bantal Batik 45 × 45", 62_000, _ONE),
    ("RN-MNK-ANG", "Mainan Kayu Susun Angka", 105_500, _ONE),
    ("RN-PZL-PTA", "Puzzle Kayu Peta Nusantara", 139_000, _ONE),
    ("RN-BTL-KCA", "Botol Minum Kaca 600 ml", 88_000, (("CLR", "Bening"), ("AMB", "Amber"))),
    ("RN-CLM-DNM", "Celemek Denim", 96_000, _ONE),
    ("RN-DMP-KLT", "Dompet Kulit Lipat", 189_000, (("BLK", "Hitam"), ("BRN", "Cokelat"))),
    ("RN-SDL-KLT", "Sandal Kulit Pria", 219_000, (("40", "40"), ("41", "41"), ("42", "42"))),
    ("RN-PJM-KTN", "Piyama Katun Anak", 129_000, _SIZES[:3]),
    ("RN-LLN-SRH", "Lilin Aroma Sereh 200 g", 92_000, _ONE),
    ("RN-SBN-ZTN", "Sabun Zaitun Batangan, isi 4", 68_000, _ONE),
    ("RN-VSC-KRM", "Vas Keramik Singkawang", 174_000, _ONE),
    ("RN-HMP-LBR", "Hampers Lebaran Rona", 389_000, (("A", "A"), ("B", "B"))),
)

NUSA: tuple[_Entry, ...] = (
    ("KN-GAY-250", "Kopi Gayo Arabika 250 g,", 84_000, (("B", "biji"), ("G", "bubuk"))),
    ("KN-GAY-500", "Kopi Gayo Arabika 500 g,", 156_000, (("B", "biji"), ("G", "bubuk"))),
    ("KN-TRJ-250", "Kopi Toraja Sapan 250 g,", 96_000, (("B", "biji"), ("G", "bubuk"))),
    ("KN-KTM-250", "Kopi Kintamani 250 g,", 89_000, (("B", "biji"), ("G", "bubuk"))),
    ("KN-ROA-150", "Sambal Roa Manado 150 g", 46_500, _ONE),
    ("KN-MTH-150", "Sambal Matah Bali 150 g", 42_000, _ONE),
    ("KN-KCG-MKS", "Kacang Disko Makassar 400 g", 58_000, _ONE),
    ("KN-MRN-DPK", "Markisa Sirup 630 ml", 64_500, _ONE),
    ("KN-ABN-SPI", "Abon Sapi Pedas 250 g", 78_000, _ONE),
    ("KN-GLA-ARN", "Gula Aren Cair 500 ml", 52_000, _ONE),
    ("KN-TEH-KJR", "Teh Kejora Celup, isi 25", 31_000, _ONE),
    ("KN-V60-SET", "Set Seduh V60 dan Server", 249_000, _ONE),
)

LENTERA: tuple[_Entry, ...] = (
    ("LD-EBK-UMK", "E-book: Keuangan UMKM dari Nol", 79_000, _ONE),
    ("LD-EBK-RSP", "E-book: 50 Resep Nusantara", 59_000, _ONE),
    ("LD-KLS-FTO", "Kelas Video: Foto Produk dengan Ponsel", 249_000, _ONE),
    ("LD-KLS-IKL", "Kelas Video: Iklan Pertama Anda", 299_000, _ONE),
    ("LD-TPL-INV", "Template Invoice dan Stok (XLSX)", 49_000, _ONE),
    ("LD-TPL-UND", "Template Undangan Digital", 65_000, _ONE),
    ("LD-PRE-LGT", "Preset Foto Hangat, isi 12", 99_000, _ONE),
)

LENTERA_PARCELS: tuple[_Entry, ...] = (
    ("LD-BKU-UMK", "Buku Cetak: Keuangan UMKM dari Nol", 98_000, _ONE),
    ("LD-PLN-2027", "Planner Penjual 2027", 135_000, _ONE),
)

ONYU: tuple[_Entry, ...] = (
    ("OY-SHT-IVO", "코튼 오버핏 셔츠 아이보리", 38_500, _SIZES[1:]),
    ("OY-SHT-NVY", "코튼 오버핏 셔츠 네이비", 38_500, _SIZES[1:]),
    ("OY-KNT-CRM", "울 블렌드 니트 크림", 52_900, _SIZES[1:]),
    ("OY-OIL-SET", "국산 참기름 선물세트 2병", 31_800, _ONE),
    ("OY-GIM-50", "완도 돌김 50매", 14_900, _ONE),
    ("OY-HNY-500", "아카시아꿀 500g", 24_000, _ONE),
    ("OY-TEA-YJA", "고흥 유자차 1kg", 18_500, _ONE),
    ("OY-RCE-10", "여주쌀 10kg", 45_900, _ONE),
    ("OY-BLK-TRN", "대나무 트레이", 22_000, (("S", "소"), ("L", "대"))),
    ("OY-TWL-5", "무형광 수건 5장", 26_900, _ONE),
    ("OY-SOX-7", "골지 양말 7켤레", 12_900, _ONE),
    ("OY-BAG-ECO", "캔버스 에코백", 19_800, (("IVO", "아이보리"), ("BLK", "블랙"))),
)

DALBIT: tuple[_Entry, ...] = (
    ("DB-CUP-DAL", "달항아리 머그 320ml", 28_000, (("W", "백자"), ("B", "청자"))),
    ("DB-PLT-21", "분청 접시 21cm", 34_000, _ONE),
    ("DB-BWL-RCE", "옹기 밥그릇", 19_500, _ONE),
    ("DB-VAS-MNI", "미니 화병", 42_000, (("W", "백색"), ("G", "회색"))),
    ("DB-TEA-SET", "다기 세트 5피스", 128_000, _ONE),
    ("DB-CDL-SOY", "소이 캔들 200g", 23_000, (("LAV", "라벤더"), ("PIN", "소나무"))),
    ("DB-BRS-RNG", "황동 반지", 36_000, (("11", "11호"), ("13", "13호"), ("15", "15호"))),
    ("DB-KIT-MUG", "머그 만들기 키트", 39_000, _ONE),
)

DALBIT_DIGITAL: tuple[_Entry, ...] = (
    ("DB-CLS-VOD", "온라인 도예 클래스 이용권", 89_000, _ONE),
    ("DB-PTN-PDF", "뜨개 도안 PDF", 7_500, _ONE),
)


def items(entries: tuple[_Entry, ...], *, digital: bool = False) -> tuple[Item, ...]:
    """Every variant of the entries as an item of its own."""
    return tuple(
        _item(f"{sku}-{ending}", f"{name} {words}", price, digital) if ending else _item(sku, name, price, digital)
        for sku, name, price, variants in entries
        for ending, words in (variants or (("", ""),))
    )


def _item(sku: str, name: str, price: int, digital: bool) -> Item:
    return Item(sku, name, price, digital, search_text(sku))


OLD_ITEM = _item("RN-LAMPION-22", "Lampion Kertas Lipat (model lama)", 54_000, False)
"""Only orders older than a year have it: a filter on it walks past everything newer."""
