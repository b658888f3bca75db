"""Exports of marketplaces: recognised by their headers in each language, and taken as far as it is safe."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.factories import Shop, totals_recounted
from tests.services.importing.uploading import apply, channel_id, contact, csv, lines, orders, outcomes, params, upload
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import ChannelAccount, Payment
from webapp.services.importing.channel_files import CHANNEL_FILES, recognise
from webapp.services.unit_of_work import unit_of_work
from webapp.spreadsheets.writing import write_xlsx

SHOPEE_ID = (
    "No. Pesanan,Status Pesanan,Alasan Pembatalan,No. Resi,Opsi Pengiriman,Waktu Pesanan Dibuat,Metode Pembayaran,"
    "SKU Induk,Nama Produk,Nomor Referensi SKU,Nama Variasi,Harga Awal,Harga Setelah Diskon,Jumlah,"
    "Voucher Ditanggung Penjual,Ongkos Kirim Dibayar oleh Pembeli,Total Pembayaran,Catatan dari Pembeli,"
    "Username (Pembeli),Nama Penerima,No. Telepon,Alamat Pengiriman,Kota/Kabupaten,Provinsi"
)
SHOPEE_EN = (
    "Order ID,Order Status,Tracking Number*,Order Creation Date,Product Name,SKU Reference No.,Variation Name,"
    "Deal Price,Quantity,Buyer Paid Shipping Fee,Username (Buyer),Receiver Name,Phone Number,Delivery Address,Zip Code"
)
TOKOPEDIA = (
    "Count,Nomor Invoice,Tanggal Pembayaran,Status Terakhir,Nama Produk,Nomor SKU,Jumlah Produk Dibeli,"
    "Harga Awal (IDR),Harga Jual (IDR),Nilai Kupon Toko Terpakai (IDR),Total Biaya Pengiriman (IDR),Nama Penerima,"
    "No Telp Penerima,Alamat Pengiriman,Kota,Provinsi"
)
LAZADA = (
    "orderItemId,orderType,lazadaId,sellerSku,lazadaSku,createTime,orderNumber,customerName,shippingName,"
    "shippingAddress,shippingPhone,shippingCity,payMethod,paidPrice,unitPrice,sellerDiscountTotal,shippingFee,itemName,"
    "variation,status"
)
TIKTOK = (
    "Order ID,Order Status,Order Substatus,SKU ID,Seller SKU,Product Name,Variation,Quantity,SKU Unit Original Price,"
    "SKU Seller Discount,SKU Subtotal After Discount,Shipping Fee After Discount,Order Amount,"
    "Created Time,Buyer Message,Buyer Username,Recipient,Phone #,Zipcode,Province,Regency and City,Districts,"
    "Detail Address,Payment Method"
)
SMARTSTORE = (
    "상품주문번호,주문번호,구매자명,수취인명,주문상태,주문세부상태,주문일시,상품명,옵션정보,수량,옵션가격,"
    "상품가격,상품별 할인액,배송비 합계,판매자 상품코드,수취인연락처1,기본배송지,상세배송지,우편번호,배송메세지"
)


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    """Where the application keeps files."""
    return app.extensions["storage"]


def account(store: int, channel: str, number: str = "1") -> int:
    """A connected shop on this channel; its id."""
    with unit_of_work(SYSTEM) as work:
        made = ChannelAccount(
            created_at=work.now, store_id=store, channel=channel, name=f"Rona {channel}",
            external_id=f"{channel}-{number}", settings={}, state="active",
        )  # fmt: skip
        work.session.add(made)
        work.session.flush()
        return made.id


@pytest.mark.parametrize(
    ("header", "channel"),
    [
        (SHOPEE_ID, "shopee"), (SHOPEE_EN, "shopee"), (TOKOPEDIA, "tokopedia"), (LAZADA, "lazada"),
        (TIKTOK, "tiktok_shop"), (SMARTSTORE, "naver_smartstore"),
    ],
)  # fmt: skip
def test_each_is_known_by_its_header(header: str, channel: str) -> None:
    for cells in (header.split(","), [cell.upper() for cell in reversed(header.split(","))]):
        found = recognise(cells, CHANNEL_FILES)
        assert found is not None
        assert found.channel == channel
        assert {"channel_order_id", "channel_status", "buyer_name", "quantity", "unit_price", "item_name"} <= set(
            found.templates(cells)
        )


def test_our_own_files_are_none() -> None:
    assert (
        recognise(["order_number", "store", "channel_order_id", "buyer_name", "sku", "quantity"], CHANNEL_FILES) is None
    )


def test_shopee_orders_that_wait_come_in_as_they_stand(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    def row(number: str, status: str, method: str, sku: str, price: str) -> str:
        return (
            f'{number},{status},,,Reguler,2024-11-20 10:15,{method},IND,Kemeja,{sku},Merah,150.000,"{price}",2,5.000,'
            "18.000,303.000,Tolong cepat,siti88,Siti Rahmawati,6281288401127,Jl. Kemang 12,Jakarta Selatan,DKI Jakarta"
        )

    data = csv(
        SHOPEE_ID,
        row("261120AAA", "Perlu Dikirim", "ShopeePay", "S-1", "145.000"),
        row("261120AAA", "Perlu Dikirim", "ShopeePay", "S-2", "20.000"),
        row("261120BBB", "Belum Bayar", "Transfer Bank", "S-1", "145.000"),
        row("261120CCC", "Perlu Dikirim", "COD (Bayar di Tempat)", "S-1", "145.000"),
        row("261120DDD", "Selesai", "ShopeePay", "S-1", "145.000"),
        row("261120EEE", "Batal", "ShopeePay", "S-1", "145.000"),
    )
    done = apply(shop.actor(), storage, data)
    assert [outcome for outcome, _code in outcomes(done.id)] == ["ok"] * 4 + ["failed"] * 2
    assert params(done.id, 5)["variant"] == "channel_status"
    paid, unpaid, cod = orders()
    assert [order.account_id for order in orders()] == [shop.shopee] * 3, "the only Shopee account"
    assert (paid.status, paid.payment_status, paid.payment_method) == ("confirmed", "paid", "channel")
    assert paid.ship_by is not None
    assert paid.total == 2 * 145_000 + 2 * 20_000 + 18_000 - 5_000, "fee and voucher are the order's, named on each row"
    assert lines(paid.id)[0] == ("S-1", "Kemeja Merah", 2, 145_000)
    assert (contact(paid.id).phone_key, contact(paid.id).note) == ("81288401127", "Tolong cepat")
    assert (unpaid.status, unpaid.payment_status) == ("pending", "unpaid")
    assert (cod.status, cod.payment_status, cod.payment_method) == ("confirmed", "unpaid", "cod")
    assert [payment.amount for payment in db.session.query(Payment)] == [paid.total]
    assert totals_recounted() == []


def test_a_channels_file_asks_whose_it_is_where_there_are_several(
    app: Flask, shop: Shop, storage: LocalStorage
) -> None:
    data = csv(LAZADA, "1,x,l,S-1,L-1,20 Nov 2024 10:15,777,Ani,Ani,Jl. 1,0812,Bogor,COD,1,1,0,0,Topi,,pending")
    assert (upload(shop.actor(), storage, data).preview or {})["stage"] == "mapping", "no account on Lazada at all"
    account(shop.rona, "lazada")
    assert (upload(shop.actor(), storage, data).preview or {})["stage"] == "checked"
    account(shop.onyu, "lazada", "2")
    assert (upload(shop.actor(), storage, data).preview or {})["stage"] == "mapping", "two of them"


def test_lazadas_rows_are_pieces_and_wait_to_be_accepted(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    lazada = account(shop.rona, "lazada")
    row = (
        "{n},x,l,S-{n},L-1,20 Nov 2024 10:15,777,Ani,Ani,Jl. 1,0812-8840-1127,Bogor,DANA,90,10000.00,-10,1500.00,Topi,"
        "Biru,pending"
    )
    done = apply(shop.actor(), storage, csv(LAZADA, *(row.format(n=n) for n in (1, 2))))
    assert (done.ok, done.failed) == (2, 0), outcomes(done.id)
    (order,) = orders()
    assert (order.account_id, order.status, order.acceptance, order.payment_status) == (
        lazada, "pending", "awaiting", "paid",
    )  # fmt: skip
    assert lines(order.id) == [("S-1", "Topi Biru", 1, 10_000), ("S-2", "Topi Biru", 1, 10_000)]
    assert (order.shipping_fee, channel_id(order.id)) == (3_000, "777")
    assert "sellerDiscountTotal" in (done.preview or {})["extra"]


def test_tiktoks_explanations_are_no_order(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    account(shop.rona, "tiktok_shop")
    explains = ",".join(f"About {cell.lower()}." for cell in TIKTOK.split(","))
    row = (
        "577\t,To ship,Awaiting shipment,9,S-{n},Topi,Biru,2,50000,5000,95000,9000,104000,11/20/2024 10:15:00 AM,,u,"
        "Ani,(+62)81288401127,16111,Jawa Barat,Bogor,Tengah,Jl. 1,DANA"
    )
    done = apply(shop.actor(), storage, csv(TIKTOK, explains, row.format(n=1), row.format(n=2)))
    assert (done.total_rows, done.ok, done.failed) == (2, 2, 0), outcomes(done.id)
    (order,) = orders()
    assert (order.discount, order.shipping_fee, order.total) == (10_000, 9_000, 199_000)
    assert (order.local_date.isoformat(), channel_id(order.id)) == ("2024-11-20", "577")
    assert (contact(order.id).district, contact(order.id).phone_key) == ("Tengah", "81288401127")


def test_tokopedias_table_begins_below_its_report(
    app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path
) -> None:
    account(shop.rona, "tokopedia")
    path = tmp_path / "sales.xlsx"
    row = (
        "1,INV/20241120/MPL/1,20-11-2024,Siap Dikirim,Topi,S-1,3,50000,45000,1000,9000,Ani,0812-8840-1127,Jl. 1,Bogor,"
        "Jawa Barat"
    )
    table = [["Nama toko", "Rona"], ["Periode", "1-20 Nov 2024"], TOKOPEDIA.split(","), row.split(",")]
    write_xlsx(path, ["Laporan Penjualan"], table)
    done = apply(shop.actor(), storage, path.read_bytes())
    assert (done.total_rows, done.ok) == (1, 1), outcomes(done.id)
    (order,) = orders()
    assert (order.total, order.local_date.isoformat()) == (3 * 45_000 + 9_000 - 1_000, "2024-11-20")
    assert channel_id(order.id) == "INV/20241120/MPL/1"


def test_smartstores_lines_have_numbers_of_their_own(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    account(shop.onyu, "naver_smartstore")
    row = (
        '{n},2024112012345,김민수,이지은,결제완료,{state},2024-11-20 10:15:00,모자,색상: 파랑,2,"1,000","12,000",500,'
        "3000,H-{n},010-1234-5678,서울시 강남구,101호,06000,문 앞"
    )
    data = csv(SMARTSTORE, row.format(n=1, state="발주확인"), row.format(n=2, state="발주확인"))
    done = apply(shop.actor(), storage, data)
    assert (done.ok, done.failed) == (2, 0), outcomes(done.id)
    (order,) = orders()
    assert (order.currency, order.discount, order.shipping_fee, order.total) == (
        "KRW",
        1_000,
        3_000,
        4 * 13_000 + 2_000,
    )
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    buyer = contact(order.id)
    assert (buyer.buyer_name, buyer.address, buyer.phone_key) == ("이지은", "서울시 강남구 101호", "1012345678")
