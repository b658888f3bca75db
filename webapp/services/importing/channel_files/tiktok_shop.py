"""TikTok Shop's order export (Tokopedia & TikTok Shop seller centre). The row below its header explains the columns.

The seller's discount stands at each line, the shipping fee is the order's.
"""

from __future__ import annotations

from webapp.domain.channels import Channel
from webapp.services.importing.channel_files.base import ChannelFile, statuses

TIKTOK_SHOP = ChannelFile(
    channel=Channel.TIKTOK_SHOP,
    signature=(
        ("Order ID", "ID Pesanan", "Nomor Pesanan"),
        ("SKU Unit Original Price", "Harga Asli Unit SKU", "Harga Awal Unit SKU"),
        ("Created Time", "Waktu Dibuat", "Waktu Pembuatan"),
    ),
    columns={
        "channel_order_id": ("Order ID", "ID Pesanan", "Nomor Pesanan"),
        "channel_status": ("Order Status", "Status Pesanan"),
        "ordered_at": ("Created Time", "Waktu Dibuat", "Waktu Pembuatan"),
        "payment_method": ("Payment Method", "Metode Pembayaran"),
        "buyer_name": ("Recipient", "Penerima", "Nama Penerima", "Buyer Username", "Nama Pengguna Pembeli"),
        "buyer_phone": ("Phone #", "Nomor Telepon", "No. Telepon #"),
        "address": (
            "{Detail Address} {Additional address information}", "Detail Address", "Alamat Lengkap", "Detail Alamat",
        ),
        "district": ("Districts", "District", "Kecamatan"),
        "city": ("Regency and City", "City", "Kabupaten dan Kota", "Kota"),
        "province": ("Province", "Provinsi"),
        "postal_code": ("Zipcode", "Kode Pos"),
        "country": ("Country", "Negara"),
        "sku": ("Seller SKU", "SKU Penjual"),
        "item_name": ("{Product Name} {Variation}", "Product Name", "{Nama Produk} {Variasi}", "Nama Produk"),
        "quantity": ("Quantity", "Jumlah", "Kuantitas"),
        "unit_price": ("SKU Unit Original Price", "Harga Asli Unit SKU", "Harga Awal Unit SKU"),
        "shipping_fee": ("Shipping Fee After Discount", "Biaya Pengiriman Setelah Diskon"),
        "discount": ("SKU Seller Discount", "Diskon Penjual SKU"),
        "notes": ("Buyer Message", "Pesan Pembeli"),
    },
    sums=frozenset({"discount"}),
    explained=True,
    statuses=statuses(
        unpaid=("Unpaid", "Belum dibayar", "Belum bayar"),
        to_ship=(
            "To ship", "Awaiting shipment", "Awaiting collection", "Perlu dikirim", "Untuk dikirim",
            "Menunggu pengiriman", "Menunggu pengambilan",
        ),
    ),
)  # fmt: skip
