"""Smartstore's order export (판매관리), Korean. A row is a line with a number of its own; 주문번호 is the order's.

The price of an option is added to the item's. Discounts stand at each line, the shipping fee at each bundle.
"""

from __future__ import annotations

from webapp.domain.channels import Channel
from webapp.services.importing.channel_files.base import ChannelFile, statuses

SMARTSTORE = ChannelFile(
    channel=Channel.SMARTSTORE,
    signature=(("상품주문번호",), ("주문번호",), ("수취인명", "구매자명"), ("상품명",)),
    columns={
        "channel_order_id": ("주문번호",),
        "channel_status": ("주문세부상태", "주문상태"),
        "ordered_at": ("주문일시", "결제일", "결제일시"),
        "payment_method": ("결제수단",),
        "buyer_name": ("수취인명", "구매자명"),
        "buyer_phone": ("수취인연락처1", "수취인연락처", "구매자연락처"),
        "address": ("통합배송지", "{기본배송지} {상세배송지}", "기본배송지", "배송지"),
        "postal_code": ("우편번호",),
        "sku": ("판매자 상품코드", "옵션관리코드", "판매자 내부코드1"),
        "item_name": ("{상품명} {옵션정보}", "상품명"),
        "quantity": ("수량",),
        "unit_price": ("{상품가격}+{옵션가격}", "상품가격"),
        "shipping_fee": ("배송비 합계", "배송비"),
        "discount": ("상품별 할인액", "최종 상품별 할인액"),
        "notes": ("배송메세지", "배송메시지"),
    },
    sums=frozenset({"discount"}),
    statuses=statuses(
        unpaid=("결제대기", "입금대기", "결제 대기", "입금 대기"),
        awaiting=("결제완료", "신규주문", "신규주문(발주 전)", "발주확인 전", "발주 확인 전", "발주전"),
        to_ship=(
            "발주확인", "발주 확인", "발주확인완료", "발주 확인 완료", "신규주문(발주 후)",
            "상품준비중",
            "배송준비", "배송준비중", "발송대기",
        ),
    ),
)  # fmt: skip
