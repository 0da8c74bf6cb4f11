"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from voxloop.store.columns import Xid8

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(published_at IS NOT NULL) = (state IN ('published', 'superseded'))", name=op.f("ck_document_published_at")
        ),
        sa.CheckConstraint("state IN ('draft', 'checked', 'published', 'superseded')", name=op.f("ck_document_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("kind", "key", "version", name=op.f("uq_document_kind_key_version")),
    )
    op.create_index(
        "one_published_document",
        "document",
        ["kind", "key"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "installation",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_installation")),
    )
    op.create_table(
        "linked_item",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="opening", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("peer_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state = 'opening' OR external_id IS NOT NULL", name=op.f("ck_linked_item_opened_has_id")),
        sa.CheckConstraint(
            "state IN ('opening', 'open', 'waiting', 'done', 'refused', 'gone')", name=op.f("ck_linked_item_state")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_linked_item")),
        sa.UniqueConstraint("system", "external_id", name=op.f("uq_linked_item_system_external_id")),
    )
    op.create_table(
        "member",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=10), server_default="zh-CN", nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_member")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("command", sa.String(length=20), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "command IN ('start_loop', 'start_link', 'wake_target', 'signal')", name=op.f("ck_outbox_command")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_next_attempt_at", "outbox", ["next_attempt_at", "id"], unique=False)
    op.create_table(
        "product_line",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_product_line")),
    )
    op.create_table(
        "register_item",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'waiting', 'done', 'refused', 'gone')", name=op.f("ck_register_item_state")
        ),
        sa.CheckConstraint("system IN ('pms', 'qms', 'srm', 'crm')", name=op.f("ck_register_item_system")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_register_item")),
        sa.UniqueConstraint("key", name=op.f("uq_register_item_key")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=10), server_default="zh-CN", nullable=False),
        sa.Column("level", sa.String(length=100), server_default="regular", nullable=False),
        sa.Column("region", sa.String(length=100), nullable=True),
        sa.Column("account_owner", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("level IN ('strategic', 'vip', 'regular')", name=op.f("ck_customer_level")),
        sa.ForeignKeyConstraint(["account_owner"], ["member.key"], name=op.f("fk_customer_account_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("ref", name=op.f("uq_customer_ref")),
    )
    op.create_table(
        "product",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("modules", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("versions", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.Column("batches", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["line"], ["product_line.key"], name=op.f("fk_product_line")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_product")),
    )
    op.create_index(op.f("ix_product_line"), "product", ["line"], unique=False)
    op.create_table(
        "team",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lead", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["lead"], ["member.key"], name=op.f("fk_team_lead")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_team")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("member", sa.String(length=100), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role <> 'handler' OR member IS NOT NULL", name=op.f("ck_token_handler_is_member")),
        sa.CheckConstraint("role IN ('admin', 'manager', 'handler', 'intake')", name=op.f("ck_token_role")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_token_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "code",
            sa.Text(),
            sa.Computed("'FB-' || lpad(number::text, greatest(6, length(number::text)), '0')", persisted=True),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("argument_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("form", sa.String(length=100), nullable=True),
        sa.Column("scenario", sa.String(length=100), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("nps", sa.SmallInteger(), nullable=True),
        sa.Column("product_line", sa.String(length=100), nullable=True),
        sa.Column("product", sa.String(length=100), nullable=True),
        sa.Column("module", sa.String(length=100), nullable=True),
        sa.Column("product_version", sa.String(length=100), nullable=True),
        sa.Column("batch", sa.String(length=100), nullable=True),
        sa.Column("region", sa.String(length=100), nullable=True),
        sa.Column("order_ref", sa.String(length=100), nullable=True),
        sa.Column("customer", sa.UUID(), nullable=True),
        sa.Column("follow_up_of", sa.UUID(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), server_default="received", nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("type", sa.String(length=20), nullable=True),
        sa.Column("type_confidence", sa.Float(), nullable=True),
        sa.Column("sentiment", sa.Float(), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=True),
        sa.Column("priority", sa.String(length=10), server_default="normal", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.Column("team", sa.String(length=100), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("process", sa.BigInteger(), nullable=True),
        sa.Column("rule_set", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.String(length=100), nullable=True),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_feedback_closed_has_instant")),
        sa.CheckConstraint("(stage = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_feedback_closed_has_outcome")),
        sa.CheckConstraint(
            "channel IN ('web', 'app', 'mini_program', 'official_account', 'qr_code', 'email', 'hotline', 'sales_visit', 'shop_review', 'api', 'internal')",  # noqa: E501
            name=op.f("ck_feedback_channel"),
        ),
        sa.CheckConstraint("finished_at IS NULL OR stage = 'closed'", name=op.f("ck_feedback_finished_is_closed")),
        sa.CheckConstraint(
            "outcome IN ('solved', 'adopted', 'declined', 'no_answer', 'withdrawn', 'spam', 'merged', 'cancelled')",
            name=op.f("ck_feedback_outcome"),
        ),
        sa.CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name=op.f("ck_feedback_priority")),
        sa.CheckConstraint(
            "stage IN ('received', 'working', 'waiting_customer', 'waiting_linked', 'answered', 'closed')",
            name=op.f("ck_feedback_stage"),
        ),
        sa.CheckConstraint(
            "type IN ('defect', 'complaint', 'suggestion', 'praise', 'question', 'other')",
            name=op.f("ck_feedback_type"),
        ),
        sa.CheckConstraint("nps BETWEEN 0 AND 10", name=op.f("ck_feedback_nps")),
        sa.CheckConstraint("product IS NULL OR product_line IS NOT NULL", name=op.f("ck_feedback_product_in_line")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("fk_feedback_customer")),
        sa.ForeignKeyConstraint(["follow_up_of"], ["feedback.id"], name=op.f("fk_feedback_follow_up_of")),
        sa.ForeignKeyConstraint(["owner"], ["member.key"], name=op.f("fk_feedback_owner")),
        sa.ForeignKeyConstraint(["process"], ["document.id"], name=op.f("fk_feedback_process")),
        sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f("fk_feedback_product")),
        sa.ForeignKeyConstraint(["product_line"], ["product_line.key"], name=op.f("fk_feedback_product_line")),
        sa.ForeignKeyConstraint(["rule_set"], ["document.id"], name=op.f("fk_feedback_rule_set")),
        sa.ForeignKeyConstraint(["team"], ["team.key"], name=op.f("fk_feedback_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("code", name=op.f("uq_feedback_code")),
        sa.UniqueConstraint("number", name=op.f("uq_feedback_number")),
        sa.UniqueConstraint("source", "idempotency_key", name=op.f("uq_feedback_source_idempotency_key")),
    )
    op.create_index("ix_feedback_batch", "feedback", ["batch", "received_at"], unique=False)
    op.create_index(op.f("ix_feedback_customer"), "feedback", ["customer"], unique=False)
    op.create_index("ix_feedback_due_at", "feedback", ["due_at", "id"], unique=False)
    op.create_index(
        "ix_feedback_open", "feedback", ["id"], unique=False, postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_index("ix_feedback_owner", "feedback", ["owner", "due_at", "id"], unique=False)
    op.create_index("ix_feedback_received_at", "feedback", ["received_at", "id"], unique=False)
    op.create_index("ix_feedback_search_keys", "feedback", ["search_keys"], unique=False, postgresql_using="gin")
    op.create_index("ix_feedback_stage", "feedback", ["stage", "received_at", "id"], unique=False)
    op.create_index("ix_feedback_team", "feedback", ["team", "due_at", "id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("team", sa.String(length=100), nullable=False),
        sa.Column("member", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_team_member_member")),
        sa.ForeignKeyConstraint(["team"], ["team.key"], name=op.f("fk_team_member_team")),
        sa.PrimaryKeyConstraint("team", "member", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_member"), "team_member", ["member"], unique=False)
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_seconds", sa.Float(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("warned", sa.Float(), server_default="0", nullable=False),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fulfilled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("(target_seconds IS NULL) = (due_at IS NULL)", name=op.f("ck_clock_due_has_target")),
        sa.CheckConstraint("NOT fulfilled OR ended_at IS NOT NULL", name=op.f("ck_clock_fulfilled_ends")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_clock_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index(
        "one_running_clock", "clock", ["item", "name"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "content",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_content_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
    )
    op.create_index(op.f("ix_content_item"), "content", ["item"], unique=False)
    op.create_table(
        "decision",
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule_set", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_decision_item")),
        sa.ForeignKeyConstraint(["rule_set"], ["document.id"], name=op.f("fk_decision_rule_set")),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_decision")),
    )
    op.create_table(
        "event",
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=100), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('member', 'customer', 'integration', 'rule', 'system')", name=op.f("ck_event_actor_kind")
        ),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_event_item")),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_event")),
    )
    op.create_index("ix_event_xid", "event", ["xid", "item", "version"], unique=False)
    op.create_table(
        "feedback_link",
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("linked_item", sa.String(length=100), nullable=False),
        sa.Column("step", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), server_default="opening", nullable=False),
        sa.Column("peer_version", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_feedback_link_item")),
        sa.ForeignKeyConstraint(["linked_item"], ["linked_item.key"], name=op.f("fk_feedback_link_linked_item")),
        sa.PrimaryKeyConstraint("item", "linked_item", name=op.f("pk_feedback_link")),
    )
    op.create_index(op.f("ix_feedback_link_linked_item"), "feedback_link", ["linked_item"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("member", sa.String(length=100), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out', 'internal')", name=op.f("ck_message_direction")),
        sa.CheckConstraint("visibility IN ('public', 'internal')", name=op.f("ck_message_visibility")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_message_item")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_message_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_item", "message", ["item", "id"], unique=False)
    op.create_table(
        "clock_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_seconds", sa.Float(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "kind IN ('activate', 'pause', 'resume', 'retarget', 'warn', 'fulfil', 'cancel', 'breach')",
            name=op.f("ck_clock_event_kind"),
        ),
        sa.ForeignKeyConstraint(["clock"], ["clock.id"], name=op.f("fk_clock_event_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_event")),
    )
    op.create_index(op.f("ix_clock_event_clock"), "clock_event", ["clock"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(length=100), nullable=False),
        sa.Column("via", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(settled_at IS NULL) = (state IN ('pending', 'sending'))", name=op.f("ck_receipt_settled")),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'simulated', 'accepted', 'perhaps_twice', 'refused')",
            name=op.f("ck_receipt_state"),
        ),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_receipt_item")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_receipt_message")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_item"), "receipt", ["item"], unique=False)
    op.create_index(op.f("ix_receipt_message"), "receipt", ["message"], unique=False)
    op.create_index(
        "ix_receipt_pending",
        "receipt",
        ["target", "message"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "request",
        sa.Column("principal", sa.String(length=100), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("argument_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["content.id"], name=op.f("fk_request_content"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_request_item")),
        sa.PrimaryKeyConstraint("principal", "item", "key", name=op.f("pk_request")),
    )
    op.create_table(
        "step_run",
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=100), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("content", sa.UUID(), nullable=True),
        sa.Column("outcomes", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.Column("required", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.Column("fired", postgresql.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.CheckConstraint("kind IN ('task', 'reply', 'customer', 'linked')", name=op.f("ck_step_run_kind")),
        sa.CheckConstraint("outcome IS NULL OR ended_at IS NOT NULL", name=op.f("ck_step_run_outcome_ends")),
        sa.ForeignKeyConstraint(["content"], ["content.id"], name=op.f("fk_step_run_content")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_step_run_item")),
        sa.ForeignKeyConstraint(["team"], ["team.key"], name=op.f("fk_step_run_team")),
        sa.PrimaryKeyConstraint("item", "seq", name=op.f("pk_step_run")),
    )
    op.create_index("one_open_step", "step_run", ["item"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=100), nullable=True),
        sa.Column("member", sa.String(length=100), nullable=True),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item", "seq"], ["step_run.item", "step_run.seq"], name=op.f("fk_assignment_item_seq")
        ),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_assignment_item")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_assignment_member")),
        sa.ForeignKeyConstraint(["team"], ["team.key"], name=op.f("fk_assignment_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_load", "assignment", ["member"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "one_open_assignment", "assignment", ["item"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
