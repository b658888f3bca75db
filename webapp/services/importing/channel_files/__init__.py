"""The order exports of marketplaces: for each a table of its header names and of the statuses that are taken."""

from __future__ import annotations

from webapp.services.importing.channel_files.base import ChannelFile, Standing, recognise
from webapp.services.importing.channel_files.lazada import LAZADA
from webapp.services.importing.channel_files.shopee import SHOPEE
from webapp.services.importing.channel_files.smartstore import SMARTSTORE
from webapp.services.importing.channel_files.tiktok_shop import TIKTOK_SHOP
from webapp.services.importing.channel_files.tokopedia import TOKOPEDIA

CHANNEL_FILES: tuple[ChannelFile, ...] = (SHOPEE, TOKOPEDIA, LAZADA, TIKTOK_SHOP, SMARTSTORE)

__all__ = ["CHANNEL_FILES", "ChannelFile", "Standing", "recognise"]
