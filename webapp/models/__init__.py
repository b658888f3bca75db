"""Tables and columns, one file an aggregate; no commits, no requests. Importing this package maps them all."""

from webapp.models.order_records import (
    DeletedOrder,
    HistoryKind,
    OrderHistory,
    OrderSearch,
    OrderTotal,
    OrderTotalChange,
    Payment,
    Shipment,
    TotalsGrain,
)
from webapp.models.orders import Customer, Order, OrderChannel, OrderContact, OrderLine
from webapp.models.stores import ChannelAccount, MessageTemplate, Setting, Store, Warehouse
from webapp.models.tags import OrderTag, Tag
from webapp.models.users import RolePermission, User, UserPreference, UserSession, user_stores
from webapp.models.views import SavedView
from webapp.models.work import (
    AuditEntry,
    Batch,
    File,
    HeaderMapping,
    Job,
    JobKind,
    JobRow,
    JobState,
    JobTarget,
    OutboxMessage,
    OutboxState,
    Schedule,
)

__all__ = [
    "AuditEntry",
    "Batch",
    "ChannelAccount",
    "Customer",
    "DeletedOrder",
    "File",
    "HeaderMapping",
    "HistoryKind",
    "Job",
    "JobKind",
    "JobRow",
    "JobState",
    "JobTarget",
    "MessageTemplate",
    "Order",
    "OrderChannel",
    "OrderContact",
    "OrderHistory",
    "OrderLine",
    "OrderSearch",
    "OrderTag",
    "OrderTotal",
    "OrderTotalChange",
    "OutboxMessage",
    "OutboxState",
    "Payment",
    "RolePermission",
    "SavedView",
    "Schedule",
    "Setting",
    "Shipment",
    "Store",
    "Tag",
    "TotalsGrain",
    "User",
    "UserPreference",
    "UserSession",
    "Warehouse",
    "user_stores",
]
