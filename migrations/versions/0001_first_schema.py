"""First schema: everything but the search, which has a shape of its own on each database (0002)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Bytes, Code, Json, UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("action", Code, nullable=False),
        sa.Column("subject_type", Code, nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("subject_label", sa.Text(), nullable=False),
        sa.Column("store_id", BigId, nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", Code, nullable=True),
        sa.Column("data", Json, nullable=False),
        sa.Column("personal", Json, nullable=True),
        sa.Column("actor_kind", Code, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('person', 'api_key', 'channel', 'buyer', 'system')", name="ck_audit_entries_actor_kind"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deleted_orders",
        sa.Column("number", Code, nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("channel_order_id", Code, nullable=True),
        sa.Column("audit_id", BigId, nullable=True),
        sa.Column("deleted_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_deleted_orders"),
        sa.UniqueConstraint("account_id", "channel_order_id", name="uq_deleted_orders_account_id_channel_order_id"),
    )
    op.create_table(
        "order_totals",
        sa.Column("grain", Code, nullable=False),
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("status", Code, nullable=False),
        sa.Column("payment_status", Code, nullable=False),
        sa.Column("currency", Code, nullable=False),
        sa.Column("orders", BigId, nullable=False),
        sa.Column("total", BigId, nullable=False),
        sa.CheckConstraint("grain IN ('all', 'month', 'day')", name="ck_order_totals_grain"),
        sa.PrimaryKeyConstraint(
            "grain", "account_id", "period", "status", "payment_status", "currency", name="pk_order_totals"
        ),
    )
    op.create_table(
        "order_totals_changes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("status", Code, nullable=False),
        sa.Column("payment_status", Code, nullable=False),
        sa.Column("currency", Code, nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("total", BigId, nullable=False),
        sa.CheckConstraint(
            "payment_status IN ('unpaid', 'under_review', 'paid', 'refunded')",
            name="ck_order_totals_changes_payment_status",
        ),
        sa.CheckConstraint(
            "status IN ('created', 'pending', 'confirmed', 'in_process', 'ready_to_ship', 'shipped', 'completed', 'rts', 'closed', 'canceled')",
            name="ck_order_totals_changes_status",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_order_totals_changes"),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_analyze_scale_factor": "0.02"},
    )
    op.create_table(
        "outbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("lane", Code, nullable=True),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("order_id", BigId, nullable=True),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", UtcTime, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_analyze_scale_factor": "0.02"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_due_at",
        "outbox",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 0"),
        sqlite_where=sa.text("state = 0"),
    )
    op.create_index(
        "ix_outbox_lane",
        "outbox",
        ["lane", "id"],
        unique=False,
        postgresql_where=sa.text("state IN (0, 1) AND lane IS NOT NULL"),
        sqlite_where=sa.text("state IN (0, 1) AND lane IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_leased_until",
        "outbox",
        ["leased_until"],
        unique=False,
        postgresql_where=sa.text("state = 1"),
        sqlite_where=sa.text("state = 1"),
    )
    op.create_table(
        "role_permissions",
        sa.Column("role", Code, nullable=False),
        sa.Column("permission", Code, nullable=False),
        sa.PrimaryKeyConstraint("role", "permission", name="pk_role_permissions"),
    )
    op.create_table(
        "settings",
        sa.Column("store_id", BigId, autoincrement=False, nullable=False),
        sa.Column("name", Code, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "name", name="pk_settings"),
    )
    op.create_table(
        "stores",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", Code, nullable=False),
        sa.Column("timezone", Code, nullable=False),
        sa.Column("currency", Code, nullable=False),
        sa.Column("locale", Code, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("ship_within_days", sa.Integer(), nullable=False),
        sa.Column("archived_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stores"),
        sa.UniqueConstraint("code", name="uq_stores_code"),
    )
    op.create_table(
        "warehouses",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", Code, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("archived_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_warehouses"),
        sa.UniqueConstraint("code", name="uq_warehouses_code"),
    )
    op.create_table(
        "channel_accounts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("channel", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", Code, nullable=True),
        sa.Column("settings", Json, nullable=False),
        sa.Column("secrets", Bytes, nullable=True),
        sa.Column("state", Code, nullable=False),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("paused_until", UtcTime, nullable=True),
        sa.Column("cursor", Json, nullable=True),
        sa.Column("archived_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_channel_accounts_store_id_stores"),
        sa.PrimaryKeyConstraint("id", name="pk_channel_accounts"),
        sa.UniqueConstraint("channel", "external_id", name="uq_channel_accounts_channel_external_id"),
    )
    op.create_index(
        "uq_channel_accounts_store_id_channel",
        "channel_accounts",
        ["store_id", "channel"],
        unique=True,
        postgresql_where=sa.text("external_id IS NULL"),
        sqlite_where=sa.text("external_id IS NULL"),
    )
    op.create_table(
        "customers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_key", Code, nullable=True),
        sa.Column("email", Code, nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_customers_store_id_stores"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_store_id_email", "customers", ["store_id", "email"], unique=False)
    op.create_index("ix_customers_store_id_phone_key", "customers", ["store_id", "phone_key"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("email", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("locale", Code, nullable=False),
        sa.Column("role", Code, nullable=False),
        sa.Column("all_stores", sa.Boolean(), nullable=False),
        sa.Column("warehouse_id", BigId, nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("archived_at", UtcTime, nullable=True),
        sa.CheckConstraint("role IN ('owner', 'admin', 'cs', 'warehouse', 'provider', 'viewer')", name="ck_users_role"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name="fk_users_warehouse_id_warehouses"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "files",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("storage_key", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", Code, nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("sha256", Code, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("expires_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_files_created_by_users"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("storage_key", name="uq_files_storage_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "orders",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("number", Code, nullable=False),
        sa.Column("status", Code, nullable=False),
        sa.Column("payment_status", Code, nullable=False),
        sa.Column("payment_method", Code, nullable=True),
        sa.Column("digital", sa.Boolean(), nullable=False),
        sa.Column("currency", Code, nullable=False),
        sa.Column("subtotal", BigId, nullable=False),
        sa.Column("shipping_fee", BigId, nullable=False),
        sa.Column("discount", BigId, nullable=False),
        sa.Column("total", BigId, nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("ordered_at", UtcTime, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("acceptance", Code, nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("ship_by", UtcTime, nullable=True),
        sa.Column("arranged_at", UtcTime, nullable=True),
        sa.Column("label_printed_at", UtcTime, nullable=True),
        sa.Column("invoice_printed_at", UtcTime, nullable=True),
        sa.Column("warehouse_id", BigId, nullable=True),
        sa.Column("assigned_to", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("returns_withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint("acceptance IN ('not_needed', 'awaiting', 'accepted')", name="ck_orders_acceptance"),
        sa.CheckConstraint(
            "payment_method IN ('bank_transfer', 'qris', 'virtual_account', 'card', 'e_wallet', 'convenience_store', 'cod', 'channel', 'other')",
            name="ck_orders_payment_method",
        ),
        sa.CheckConstraint(
            "payment_status IN ('unpaid', 'under_review', 'paid', 'refunded')", name="ck_orders_payment_status"
        ),
        sa.CheckConstraint(
            "ship_by IS NOT NULL OR NOT (status IN ('confirmed', 'in_process', 'ready_to_ship'))",
            name="ck_orders_ship_by",
        ),
        sa.CheckConstraint(
            "status IN ('created', 'pending', 'confirmed', 'in_process', 'ready_to_ship', 'shipped', 'completed', 'rts', 'closed', 'canceled')",
            name="ck_orders_status",
        ),
        sa.CheckConstraint("length(currency) = 3", name="ck_orders_currency"),
        sa.CheckConstraint(
            "subtotal >= 0 AND shipping_fee >= 0 AND discount >= 0 AND total >= 0", name="ck_orders_amounts"
        ),
        sa.CheckConstraint("version >= 1", name="ck_orders_version"),
        sa.ForeignKeyConstraint(["account_id"], ["channel_accounts.id"], name="fk_orders_account_id_channel_accounts"),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], name="fk_orders_assigned_to_users"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_orders_customer_id_customers"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_orders_store_id_stores"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name="fk_orders_warehouse_id_warehouses"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_analyze_scale_factor": "0.02"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_orders_acceptance",
        "orders",
        ["account_id", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
        postgresql_where=sa.text("acceptance = 'awaiting'"),
        sqlite_where=sa.text("acceptance = 'awaiting'"),
    )
    op.create_index(
        "ix_orders_account_id",
        "orders",
        ["account_id", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_account_id_status",
        "orders",
        ["account_id", "status", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_assigned_to",
        "orders",
        ["assigned_to", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
        sqlite_where=sa.text("assigned_to IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_ordered_at",
        "orders",
        [sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_payment_status",
        "orders",
        ["payment_status", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
        postgresql_where=sa.text("payment_status <> 'paid'"),
        sqlite_where=sa.text("payment_status <> 'paid'"),
    )
    op.create_index(
        "ix_orders_ship_by",
        "orders",
        ["ship_by", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('confirmed', 'in_process', 'ready_to_ship')"),
        sqlite_where=sa.text("status IN ('confirmed', 'in_process', 'ready_to_ship')"),
    )
    op.create_index(
        "ix_orders_status",
        "orders",
        ["status", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_updated_at",
        "orders",
        [sa.text("updated_at DESC"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_warehouse_id",
        "orders",
        ["warehouse_id", "status", sa.text("ordered_at DESC"), sa.text("id DESC")],
        unique=False,
        postgresql_where=sa.text("warehouse_id IS NOT NULL"),
        sqlite_where=sa.text("warehouse_id IS NOT NULL"),
    )
    op.create_table(
        "user_preferences",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", Code, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_preferences_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "name", name="pk_user_preferences"),
    )
    op.create_table(
        "user_sessions",
        sa.Column("token_hash", Bytes, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_sessions_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_user_sessions"),
    )
    op.create_index("ix_user_sessions_user_id", "user_sessions", ["user_id"], unique=False)
    op.create_table(
        "user_stores",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_user_stores_store_id_stores"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_stores_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "store_id", name="pk_user_stores"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("state", Code, nullable=False),
        sa.Column("store_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("params", Json, nullable=False),
        sa.Column("preview", Json, nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("result_file_id", BigId, nullable=True),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("total_rows", sa.Integer(), nullable=True),
        sa.Column("next_row", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("lease_token", Code, nullable=True),
        sa.Column("leased_until", UtcTime, nullable=True),
        sa.Column("cancel_requested_at", UtcTime, nullable=True),
        sa.Column("error_code", Code, nullable=True),
        sa.Column("error_params", Json, nullable=True),
        sa.Column("started_at", UtcTime, nullable=True),
        sa.Column("finished_at", UtcTime, nullable=True),
        sa.Column("actor_kind", Code, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('status_upload', 'order_export')", name="ck_jobs_kind"),
        sa.CheckConstraint(
            "state IN ('checking', 'ready', 'queued', 'running', 'done', 'failed', 'canceled')", name="ck_jobs_state"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["channel_accounts.id"], name="fk_jobs_account_id_channel_accounts"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_jobs_file_id_files"),
        sa.ForeignKeyConstraint(["parent_id"], ["jobs.id"], name="fk_jobs_parent_id_jobs"),
        sa.ForeignKeyConstraint(["result_file_id"], ["files.id"], name="fk_jobs_result_file_id_files"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_jobs_store_id_stores"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jobs_state",
        "jobs",
        ["state", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('checking', 'queued', 'running')"),
        sqlite_where=sa.text("state IN ('checking', 'queued', 'running')"),
    )
    op.create_table(
        "order_channel",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("channel_order_id", Code, nullable=False),
        sa.Column("channel_status", Code, nullable=True),
        sa.Column("channel_updated_at", UtcTime, nullable=True),
        sa.Column("cancel_requested_at", UtcTime, nullable=True),
        sa.Column("cancel_deadline", UtcTime, nullable=True),
        sa.Column("reported_total", BigId, nullable=True),
        sa.Column("payload_hash", Code, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_accounts.id"], name="fk_order_channel_account_id_channel_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_order_channel_order_id_orders", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_order_channel"),
    )
    op.create_index("ix_order_channel_channel_order_id", "order_channel", ["channel_order_id"], unique=False)
    op.create_index(
        "uq_order_channel_account_id_channel_order_id", "order_channel", ["account_id", "channel_order_id"], unique=True
    )
    op.create_table(
        "order_contacts",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("public_token", Bytes, nullable=False),
        sa.Column("buyer_name", sa.Text(), nullable=False),
        sa.Column("buyer_phone", sa.Text(), nullable=False),
        sa.Column("phone_key", Code, nullable=True),
        sa.Column("buyer_email", Code, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", Code, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("locale", Code, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_order_contacts_order_id_orders", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_order_contacts"),
        sa.UniqueConstraint("public_token", name="uq_order_contacts_public_token"),
    )
    op.create_index("ix_order_contacts_buyer_email", "order_contacts", ["buyer_email"], unique=False)
    op.create_index("ix_order_contacts_phone_key", "order_contacts", ["phone_key"], unique=False)
    op.create_table(
        "order_history",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("from_status", Code, nullable=True),
        sa.Column("to_status", Code, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("override", sa.Boolean(), nullable=True),
        sa.Column("changes", Json, nullable=True),
        sa.Column("actor_kind", Code, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('person', 'api_key', 'channel', 'buyer', 'system')", name="ck_order_history_actor_kind"
        ),
        sa.CheckConstraint("kind IN ('general', 'packing')", name="ck_order_history_kind"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_order_history_order_id_orders", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "seq", name="pk_order_history"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", Code, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", BigId, nullable=False),
        sa.Column("digital", sa.Boolean(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("ordered_at", UtcTime, nullable=False),
        sa.CheckConstraint("quantity > 0 AND unit_price >= 0", name="ck_order_lines_amounts"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("order_id", "line_no", name="pk_order_lines"),
    )
    op.create_index(
        "ix_order_lines_sku",
        "order_lines",
        ["sku", sa.text("ordered_at DESC"), sa.text("order_id DESC")],
        unique=False,
    )
    op.create_table(
        "payments",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("method", Code, nullable=False),
        sa.Column("provider_ref", Code, nullable=True),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("currency", Code, nullable=False),
        sa.Column("state", Code, nullable=False),
        sa.Column("paid_at", UtcTime, nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("ordered_at", UtcTime, nullable=False),
        sa.CheckConstraint(
            "method IN ('bank_transfer', 'qris', 'virtual_account', 'card', 'e_wallet', 'convenience_store', 'cod', 'channel', 'other')",
            name="ck_payments_method",
        ),
        sa.CheckConstraint("state IN ('paid', 'refunded', 'withdrawn')", name="ck_payments_state"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_payments_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("method", "provider_ref", name="uq_payments_method_provider_ref"),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"], unique=False)
    op.create_index("ix_payments_paid_at", "payments", ["paid_at"], unique=False)
    op.create_table(
        "shipments",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("state", Code, nullable=False),
        sa.Column("method", Code, nullable=False),
        sa.Column("courier", Code, nullable=True),
        sa.Column("tracking_number", Code, nullable=True),
        sa.Column("arranged_at", UtcTime, nullable=True),
        sa.Column("label_printed_at", UtcTime, nullable=True),
        sa.Column("dispatched_at", UtcTime, nullable=True),
        sa.Column("delivered_at", UtcTime, nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("ordered_at", UtcTime, nullable=False),
        sa.CheckConstraint("method IN ('pickup', 'drop_off', 'manual')", name="ck_shipments_method"),
        sa.CheckConstraint(
            "state IN ('awaiting', 'label_printed', 'dispatched', 'in_transit', 'delivered', 'returned', 'canceled')",
            name="ck_shipments_state",
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_shipments_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_shipments"),
    )
    op.create_index(
        "ix_shipments_courier",
        "shipments",
        ["courier", sa.text("ordered_at DESC"), sa.text("order_id DESC")],
        unique=False,
    )
    op.create_index("ix_shipments_dispatched_at", "shipments", ["dispatched_at"], unique=False)
    op.create_index("ix_shipments_order_id_all", "shipments", ["order_id"], unique=False)
    op.create_index("ix_shipments_tracking_number", "shipments", ["tracking_number"], unique=False)
    op.create_index(
        "uq_shipments_order_id",
        "shipments",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('returned', 'canceled')"),
        sqlite_where=sa.text("state NOT IN ('returned', 'canceled')"),
    )
    op.create_table(
        "batches",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("to_status", Code, nullable=True),
        sa.Column("order_ids", Json, nullable=True),
        sa.Column("job_id", BigId, nullable=True),
        sa.Column("undone_by", BigId, nullable=True),
        sa.Column("actor_kind", Code, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_batches_job_id_jobs"),
        sa.ForeignKeyConstraint(["undone_by"], ["batches.id"], name="fk_batches_undone_by_batches"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_table(
        "job_rows",
        sa.Column("job_id", BigId, nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", BigId, nullable=True),
        sa.Column("outcome", Code, nullable=False),
        sa.Column("code", Code, nullable=True),
        sa.Column("params", Json, nullable=True),
        sa.Column("cells", Json, nullable=False),
        sa.CheckConstraint("outcome IN ('ok', 'unchanged', 'failed')", name="ck_job_rows_outcome"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_rows_job_id_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "row_no", name="pk_job_rows"),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_analyze_scale_factor": "0.02"},
    )
    op.create_index(
        "ix_job_rows_failed",
        "job_rows",
        ["job_id", "row_no"],
        unique=False,
        postgresql_where=sa.text("outcome = 'failed'"),
        sqlite_where=sa.text("outcome = 'failed'"),
    )
    op.create_table(
        "schedules",
        sa.Column("name", Code, nullable=False),
        sa.Column("rule", Code, nullable=False),
        sa.Column("timezone", Code, nullable=False),
        sa.Column("next_due_at", UtcTime, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("last_job_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["last_job_id"], ["jobs.id"], name="fk_schedules_last_job_id_jobs"),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )


def downgrade() -> None:
    op.drop_table("schedules")
    op.drop_index(
        "ix_job_rows_failed",
        table_name="job_rows",
        postgresql_where=sa.text("outcome = 'failed'"),
        sqlite_where=sa.text("outcome = 'failed'"),
    )
    op.drop_table("job_rows")
    op.drop_table("batches")
    op.drop_index(
        "uq_shipments_order_id",
        table_name="shipments",
        postgresql_where=sa.text("state NOT IN ('returned', 'canceled')"),
        sqlite_where=sa.text("state NOT IN ('returned', 'canceled')"),
    )
    op.drop_index("ix_shipments_tracking_number", table_name="shipments")
    op.drop_index("ix_shipments_order_id_all", table_name="shipments")
    op.drop_index("ix_shipments_dispatched_at", table_name="shipments")
    op.drop_index("ix_shipments_courier", table_name="shipments")
    op.drop_table("shipments")
    op.drop_index("ix_payments_paid_at", table_name="payments")
    op.drop_index("ix_payments_order_id", table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_order_lines_sku", table_name="order_lines")
    op.drop_table("order_lines")
    op.drop_table("order_history")
    op.drop_index("ix_order_contacts_phone_key", table_name="order_contacts")
    op.drop_index("ix_order_contacts_buyer_email", table_name="order_contacts")
    op.drop_table("order_contacts")
    op.drop_index("uq_order_channel_account_id_channel_order_id", table_name="order_channel")
    op.drop_index("ix_order_channel_channel_order_id", table_name="order_channel")
    op.drop_table("order_channel")
    op.drop_index(
        "ix_jobs_state",
        table_name="jobs",
        postgresql_where=sa.text("state IN ('checking', 'queued', 'running')"),
        sqlite_where=sa.text("state IN ('checking', 'queued', 'running')"),
    )
    op.drop_table("jobs")
    op.drop_table("user_stores")
    op.drop_index("ix_user_sessions_user_id", table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_table("user_preferences")
    op.drop_index(
        "ix_orders_warehouse_id",
        table_name="orders",
        postgresql_where=sa.text("warehouse_id IS NOT NULL"),
        sqlite_where=sa.text("warehouse_id IS NOT NULL"),
    )
    op.drop_index("ix_orders_updated_at", table_name="orders")
    op.drop_index("ix_orders_status", table_name="orders")
    op.drop_index(
        "ix_orders_ship_by",
        table_name="orders",
        postgresql_where=sa.text("status IN ('confirmed', 'in_process', 'ready_to_ship')"),
        sqlite_where=sa.text("status IN ('confirmed', 'in_process', 'ready_to_ship')"),
    )
    op.drop_index(
        "ix_orders_payment_status",
        table_name="orders",
        postgresql_where=sa.text("payment_status <> 'paid'"),
        sqlite_where=sa.text("payment_status <> 'paid'"),
    )
    op.drop_index("ix_orders_ordered_at", table_name="orders")
    op.drop_index(
        "ix_orders_assigned_to",
        table_name="orders",
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
        sqlite_where=sa.text("assigned_to IS NOT NULL"),
    )
    op.drop_index("ix_orders_account_id_status", table_name="orders")
    op.drop_index("ix_orders_account_id", table_name="orders")
    op.drop_index(
        "ix_orders_acceptance",
        table_name="orders",
        postgresql_where=sa.text("acceptance = 'awaiting'"),
        sqlite_where=sa.text("acceptance = 'awaiting'"),
    )
    op.drop_table("orders")
    op.drop_table("files")
    op.drop_table("users")
    op.drop_index("ix_customers_store_id_phone_key", table_name="customers")
    op.drop_index("ix_customers_store_id_email", table_name="customers")
    op.drop_table("customers")
    op.drop_index(
        "uq_channel_accounts_store_id_channel",
        table_name="channel_accounts",
        postgresql_where=sa.text("external_id IS NULL"),
        sqlite_where=sa.text("external_id IS NULL"),
    )
    op.drop_table("channel_accounts")
    op.drop_table("warehouses")
    op.drop_table("stores")
    op.drop_table("settings")
    op.drop_table("role_permissions")
    op.drop_index(
        "ix_outbox_leased_until",
        table_name="outbox",
        postgresql_where=sa.text("state = 1"),
        sqlite_where=sa.text("state = 1"),
    )
    op.drop_index(
        "ix_outbox_lane",
        table_name="outbox",
        postgresql_where=sa.text("state IN (0, 1) AND lane IS NOT NULL"),
        sqlite_where=sa.text("state IN (0, 1) AND lane IS NOT NULL"),
    )
    op.drop_index(
        "ix_outbox_due_at",
        table_name="outbox",
        postgresql_where=sa.text("state = 0"),
        sqlite_where=sa.text("state = 0"),
    )
    op.drop_table("outbox")
    op.drop_table("order_totals_changes")
    op.drop_table("order_totals")
    op.drop_table("deleted_orders")
    op.drop_table("audit_entries")
