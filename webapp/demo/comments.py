"""What sellers write into an order's history, in the two languages of the demo stores."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comments:
    """The texts of one language; `{courier}`, `{number}` and `{bank}` are filled in."""

    paid: tuple[str, ...]
    shipped: str
    shipped_without_number: str
    transfer: str
    unpaid: str
    canceled: tuple[str, ...]
    returned: tuple[str, ...]
    lost: str
    no_returns: str
    digital: str


INDONESIAN = Comments(
    paid=("Pembayaran Anda sudah kami terima. Pesanan segera kami siapkan.", "Transfer cocok dengan mutasi."),
    shipped="Paket Anda sudah kami serahkan ke {courier}. Nomor resi: {number}.",
    shipped_without_number="Paket Anda sudah kami serahkan ke {courier}. Nomor resi menyusul.",
    transfer="Konfirmasi transfer {bank}",
    unpaid="Belum dibayar sampai batas waktu.",
    canceled=(
        "Dibatalkan atas permintaan pembeli.",
        "Stok habis, pembeli setuju dibatalkan.",
        "Alamat tidak lengkap, pembeli tidak bisa dihubungi.",
    ),
    returned=(
        "Paket kembali: alamat tidak ditemukan.",
        "Pembeli menolak paket.",
        "Paket kembali, kemasan penyok.",
    ),
    lost="Paket hilang di perjalanan, klaim asuransi selesai.",
    no_returns="Barang diskon, tidak bisa diretur. Pembeli sudah setuju.",
    digital="Tautan unduhan sudah kami kirim. Selamat menikmati.",
)

KOREAN = Comments(
    paid=("입금이 확인되었습니다. 곧 상품을 준비하겠습니다.", "입금 내역 확인 완료."),
    shipped="{courier}(으)로 상품을 발송했습니다. 송장번호: {number}.",
    shipped_without_number="{courier}(으)로 상품을 발송했습니다. 송장번호는 곧 안내드리겠습니다.",
    transfer="{bank} 입금 확인 요청",
    unpaid="기한까지 입금되지 않았습니다.",
    canceled=(
        "구매자 요청으로 취소했습니다.",
        "품절로 취소했습니다. 구매자에게 안내했습니다.",
        "주소를 확인할 수 없어 취소했습니다.",
    ),
    returned=("수취인 부재로 반송되었습니다.", "구매자가 수취를 거부했습니다.", "상자가 찌그러져 반송되었습니다."),
    lost="배송 중 분실되어 택배사 보상으로 마무리했습니다.",
    no_returns="할인 상품이라 반품이 어렵습니다. 구매자도 동의했습니다.",
    digital="다운로드 링크를 보내드렸습니다. 감사합니다.",
)
