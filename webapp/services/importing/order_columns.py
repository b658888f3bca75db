"""What an orders file may hold, what its columns are called, and the sample that people download."""

from __future__ import annotations

from collections.abc import Collection

from webapp.spreadsheets import Column

COLUMNS = (
    Column("order_number", aliases=("order no", "nomor pesanan kami", "우리 주문번호")),
    Column("store", aliases=("toko", "상점", "스토어")),
    Column("account", aliases=("channel account", "akun", "계정")),
    Column(
        "channel_order_id",
        aliases=(
            "channel order number", "channel order no", "external order id", "nomor pesanan channel", "채널 주문번호",
        ),
    ),
    Column(
        "ordered_at",
        aliases=("order date", "ordered on", "tanggal pesanan", "tanggal", "주문일", "주문일시", "주문일자"),
    ),
    Column(
        "buyer_name",
        aliases=(
            "buyer", "customer", "customer name", "recipient", "nama pembeli", "pembeli", "nama penerima", "구매자",
            "구매자명", "수취인", "수취인명", "받는사람",
        ),
    ),
    Column(
        "buyer_phone",
        aliases=("phone", "phone number", "telepon", "no telepon", "no hp", "hp", "연락처", "전화번호", "휴대폰"),
    ),
    Column("buyer_email", aliases=("email", "e-mail", "surel", "이메일")),
    Column("address", aliases=("street", "shipping address", "alamat", "alamat pengiriman", "주소", "배송지")),
    Column("city", aliases=("kota", "kabupaten/kota", "도시", "시/군/구")),
    Column("province", aliases=("state", "region", "provinsi", "시/도")),
    Column("postal_code", aliases=("zip", "zip code", "postcode", "kode pos", "우편번호")),
    Column("country", aliases=("negara", "국가")),
    Column("payment_method", aliases=("payment", "metode pembayaran", "결제수단", "결제방법")),
    Column("sku", aliases=("kode sku", "item sku", "상품코드", "판매자 상품코드")),
    Column("item_name", aliases=("item", "product", "product name", "nama produk", "nama barang", "produk", "상품명")),
    Column("quantity", aliases=("qty", "jumlah", "kuantitas", "수량")),
    Column("unit_price", aliases=("price", "harga", "harga satuan", "단가", "판매가", "가격")),
    Column("shipping_fee", aliases=("shipping", "shipping cost", "ongkir", "ongkos kirim", "배송비")),
    Column("discount", aliases=("diskon", "potongan", "할인", "할인액")),
    Column("notes", aliases=("note", "catatan", "메모", "배송메모")),
)  # fmt: skip
"""The columns of an orders file. Which of them a row needs depends on whether it is of a new order."""

LIKELY: dict[str, tuple[str, ...]] = {
    "channel_order_id": (
        "name", "order id", "increment id", "invoice no", "invoice", "invoice number", "transaction id", "reference",
        "no pesanan", "nomor pesanan", "no invoice", "nomor invoice", "주문번호",
    ),
    "ordered_at": (
        "created at", "invoice date", "date", "purchase date", "order purchase timestamp", "waktu pesanan", "주문 시각",
    ),
    "buyer_name": (
        "shipping name", "billing name", "receiver", "receiver name", "recipient name", "buyer name", "full name",
        "nama", "{shipping first name} {shipping last name}", "{billing first name} {billing last name}",
        "{first name (shipping)} {last name (shipping)}", "{first name (billing)} {last name (billing)}",
        "{first name} {last name}", "name",
    ),
    "buyer_phone": (
        "shipping phone", "billing phone", "mobile", "recipient phone", "buyer phone number", "phone (billing)",
        "nomor telepon", "nomor hp",
    ),
    "buyer_email": ("customer email", "billing email", "email (billing)", "email address"),
    "address": (
        "shipping address1", "shipping street", "ship address 1", "address 1&2 (shipping)", "address 1&2 (billing)",
        "address1", "address line 1", "alamat lengkap",
    ),
    "city": ("shipping city", "ship city", "city (shipping)", "city (billing)", "town"),
    "province": (
        "shipping province", "shipping state", "ship state", "state code (shipping)", "state code (billing)",
    ),
    "postal_code": (
        "shipping zip", "shipping postcode", "ship postal code", "postcode (shipping)", "postcode (billing)",
    ),
    "country": (
        "shipping country", "ship country", "country code (shipping)", "country code (billing)", "country code",
    ),
    "payment_method": ("payment method title", "payment type", "cara bayar"),
    "sku": ("lineitem sku", "stock code", "product id", "product code", "item code", "variant sku", "kode produk"),
    "item_name": ("lineitem name", "description", "product title", "item description", "title", "deskripsi"),
    "quantity": (
        "lineitem quantity", "item quantity", "quantity (- refund)", "quantity purchased", "quantity ordered",
        "qty ordered", "units", "pcs", "jumlah barang",
    ),
    "unit_price": ("lineitem price", "item price", "item cost", "product price", "harga jual"),
    "shipping_fee": (
        "shipping amount", "order shipping amount", "order shipping", "delivery fee",
        "freight value", "freight", "biaya kirim",
    ),
    "discount": ("cart discount amount", "order discount", "discount amount", "coupon amount"),
    "notes": ("comment", "comments", "remark", "remarks", "customer note", "keterangan", "비고"),
}  # fmt: skip
"""What other programs often call a column of ours, or columns that make it together, in braces. Each may mean something
else as well: only offered, never taken."""

BESIDE = {("channel_order_id", "name"): "lineitem name"}
"""What is likely only beside another column: where the item has a name of its own, Name is the order's number."""

HIDDEN = ("district", "channel_status")
"""Columns that only marketplaces' own files fill."""

NAMES = (*(column.name for column in COLUMNS), *HIDDEN)
AMOUNTS = ("unit_price", "shipping_fee", "discount")
"""Columns that are read with a decimal mark of their own."""
PER_ORDER = ("shipping_fee", "discount")
"""Those that an order has once."""
DAYS = "ordered_at"
LINE = ("sku", "item_name", "quantity", "unit_price")
"""What belongs to one line; everything else is the order's."""


def sufficient(names: Collection[str]) -> bool:
    """Whether rows with these columns can say what they want: a new order, or which one is changed."""
    new = {"buyer_name", "quantity", "unit_price"}.issubset(names) and ("sku" in names or "item_name" in names)
    return new or "order_number" in names


SAMPLE_ROWS = [
    ["", "", "", "INV-1001", "2024-11-21 09:42", "Siti Rahmawati", "0812-8840-1127", "siti@example.com",
     "Jl. Kemang Raya No. 12A", "Jakarta Selatan", "DKI Jakarta", "12730", "ID", "bank_transfer", "RB-PRG-L",
     "Kemeja Batik Parang L", "2", "145000", "18000", "", "Jangan dilipat"],
    ["", "", "", "INV-1001", "", "", "", "", "", "", "", "", "", "", "RB-KWG-M", "Kemeja Batik Kawung M", "1", "139000",
     "", "", ""],
    ["", "", "", "", "2024-11-21", "Budi Santoso", "0813-1122-3344", "", "Jl. Diponegoro 5", "Bandung", "Jawa Barat",
     "40115", "ID", "cod", "", "Jasa bungkus kado", "1", "10000", "", "", ""],
    ["261121-7KX39TBM", "", "", "", "", "", "0812-0000-1111", "", "", "", "", "", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip
