"""Shopee's order export (Seller Centre, My Orders), Indonesian and English.

The seller's voucher and the buyer's shipping fee are the order's, repeated on each of its rows.
"""

from __future__ import annotations

from webapp.domain.channels import Channel
from webapp.services.importing.channel_files.base import ChannelFile, statuses

SHOPEE = ChannelFile(
    channel=Channel.SHOPEE,
    signature=(
        ("No. Pesanan", "Nomor Pesanan", "No Pesanan", "Order ID", "Order SN"),
        ("Waktu Pesanan Dibuat", "Order Creation Date", "Order Creation Time"),
        ("Harga Setelah Diskon", "Deal Price", "Price After Discount"),
    ),
    columns={
        "channel_order_id": ("No. Pesanan", "Nomor Pesanan", "No Pesanan", "Order ID", "Order SN"),
        "channel_status": ("Status Pesanan", "Order Status"),
        "ordered_at": ("Waktu Pesanan Dibuat", "Order Creation Date", "Order Creation Time"),
        "payment_method": ("Metode Pembayaran", "Payment Method"),
        "buyer_name": ("Nama Penerima", "Receiver Name", "Recipient Name", "Username (Pembeli)", "Username (Buyer)"),
        "buyer_phone": ("No. Telepon", "Telepon", "Nomor Telepon", "Phone Number"),
        "address": ("Alamat Pengiriman", "Alamat Pesanan", "Delivery Address", "Shipping Address"),
        "district": ("Kecamatan", "District"),
        "city": ("Kota/Kabupaten", "Kabupaten/Kota", "City"),
        "province": ("Provinsi", "Province"),
        "postal_code": ("Kode Pos", "Zip Code"),
        "country": ("Negara", "Country"),
        "sku": ("Nomor Referensi SKU", "Nomor SKU", "SKU Reference No.", "SKU Induk", "Parent SKU Reference No."),
        "item_name": (
            "{Nama Produk} {Nama Variasi}", "{Nama Produk} {Variasi}", "Nama Produk",
            "{Product Name} {Variation Name}", "Product Name",
        ),
        "quantity": ("Jumlah", "Quantity"),
        "unit_price": ("Harga Setelah Diskon", "Deal Price", "Price After Discount"),
        "shipping_fee": ("Ongkos Kirim Dibayar oleh Pembeli", "Buyer Paid Shipping Fee", "Shipping Fee Paid by Buyer"),
        "discount": ("Voucher Ditanggung Penjual", "Seller Voucher", "Voucher Sponsored by Seller"),
        "notes": ("Catatan dari Pembeli", "Remark from buyer", "Message from buyer"),
    },
    statuses=statuses(
        unpaid=("Belum Bayar", "Belum Dibayar", "Unpaid"),
        to_ship=("Perlu Dikirim", "Siap Dikirim", "To Ship", "Ready to Ship", "READY_TO_SHIP", "Processed"),
    ),
)  # fmt: skip
