"""Tokopedia's sales report (Laporan Penjualan). Its table begins below some rows about the report.

Orders that Tokopedia's sellers get through TikTok's seller centre come in that one's file.
"""

from __future__ import annotations

from webapp.domain.channels import Channel
from webapp.services.importing.channel_files.base import ChannelFile, statuses

TOKOPEDIA = ChannelFile(
    channel=Channel.TOKOPEDIA,
    signature=(
        ("Nomor Invoice", "Invoice"),
        ("Jumlah Produk Dibeli", "Quantity"),
        ("Harga Jual (IDR)", "Harga Awal (IDR)", "Price (Rp.)"),
    ),
    columns={
        "channel_order_id": ("Nomor Invoice", "Invoice"),
        "channel_status": ("Status Terakhir", "Order Status"),
        "ordered_at": ("Tanggal Pembayaran", "Payment Date", "Order Date"),
        "buyer_name": ("Nama Penerima", "Recipient", "Nama Pembeli", "Customer Name"),
        "buyer_phone": ("No Telp Penerima", "Recipient Number", "No Telp Pembeli", "Customer Phone"),
        "address": ("Alamat Pengiriman", "Recipient Address"),
        "city": ("Kota",),
        "province": ("Provinsi",),
        "sku": ("Nomor SKU", "Stock Keeping Unit (SKU)"),
        "item_name": ("Nama Produk", "Product Name"),
        "quantity": ("Jumlah Produk Dibeli", "Quantity"),
        "unit_price": ("Harga Jual (IDR)", "Harga Awal (IDR)", "Price (Rp.)"),
        "shipping_fee": ("Total Biaya Pengiriman (IDR)", "Biaya Pengiriman Tunai (IDR)", "Shipping Price + fee (Rp.)"),
        "discount": ("Nilai Kupon Toko Terpakai (IDR)",),
        "notes": ("Catatan Produk Pembeli", "Notes"),
    },
    statuses=statuses(
        unpaid=("Menunggu Pembayaran", "Belum Dibayar"),
        awaiting=("Pesanan Baru", "Menunggu Konfirmasi", "Pembayaran Diverifikasi"),
        to_ship=("Siap Dikirim", "Pesanan Diproses", "Sedang Diproses", "Diproses Penjual", "Menunggu Pickup"),
    ),
)
