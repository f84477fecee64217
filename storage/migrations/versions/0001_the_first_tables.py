"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "congress",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_congress")),
    )
    op.create_table(
        "delegates",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("registration", sa.Text(), nullable=True),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreachable_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegates")),
        sa.UniqueConstraint("telegram_id", name="one_delegate_per_telegram_id"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("telegram_id", "role", "scope", name="one_grant_per_role_and_scope"),
    )
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="received", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state <> 'received' OR raw IS NOT NULL", name=op.f("waiting_update_has_its_content")),
        sa.CheckConstraint("state IN ('received', 'done', 'parked')", name=op.f("update_state_is_known")),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_state", ["state", "update_id"], unique=False)

    op.create_table(
        "log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log")),
        sa.UniqueConstraint("cause", name="one_effect_per_cause"),
    )
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.create_index("ix_log_subject", ["subject"], unique=False)

    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returns_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host_limit", sa.Integer(), nullable=False),
        sa.Column("held_back", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seats_taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'departed', 'returned', 'cancelled')",
            name=op.f("visit_state_is_known"),
        ),
        sa.CheckConstraint("host_limit > 0 AND held_back >= 0", name=op.f("visit_limits_make_sense")),
        sa.CheckConstraint("leaves_at < returns_at", name=op.f("visit_returns_after_it_leaves")),
        sa.CheckConstraint("seats_taken >= 0", name=op.f("visit_counts_from_zero")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("key", name="one_visit_per_key"),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["delegates.id"], name=op.f("fk_announcements_author_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_announcements_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "buses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("roster_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchair_places", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seats_taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closing_to", sa.Integer(), nullable=True),
        sa.Column("boards_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departs_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bay", sa.Text(), server_default="", nullable=False),
        sa.Column("plate", sa.Text(), server_default="", nullable=False),
        sa.Column("transfer", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'removed')", name=op.f("bus_state_is_known")),
        sa.CheckConstraint("boards_at <= departs_at", name=op.f("bus_boards_before_it_departs")),
        sa.CheckConstraint("seats_taken BETWEEN 0 AND seats", name=op.f("bus_holds_its_seats")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_buses_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buses")),
        sa.UniqueConstraint("label", name="one_bus_per_label"),
    )
    with op.batch_alter_table("buses", schema=None) as batch_op:
        batch_op.create_index("ix_buses_visit", ["visit_id"], unique=False)

    op.create_table(
        "cards",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_cards_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("delegate_id", "kind", "subject", name="one_card_per_subject"),
    )
    op.create_table(
        "drafts",
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_drafts_delegate_id")),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("bus_id", sa.Integer(), nullable=True),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("queue_no", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("party_least", sa.Integer(), nullable=False),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'booked' OR given_at IS NOT NULL", name=op.f("booked_seat_was_given_at_a_moment")),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'booked', 'released')", name=op.f("booking_state_is_known")
        ),
        sa.CheckConstraint("party >= 1 AND party_least BETWEEN 1 AND party", name=op.f("booking_has_a_party")),
        sa.ForeignKeyConstraint(["bus_id"], ["buses.id"], name=op.f("fk_bookings_bus_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_bookings_delegate_id")),
        sa.ForeignKeyConstraint(["replaces"], ["bookings.id"], name=op.f("fk_bookings_replaces")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_bookings_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("code", name="one_booking_per_code"),
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index("ix_bookings_bus_state", ["bus_id", "state"], unique=False)
        batch_op.create_index("ix_bookings_delegate_state", ["delegate_id", "state"], unique=False)
        batch_op.create_index("ix_bookings_visit_state", ["visit_id", "state"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("announcement_id", sa.Integer(), nullable=True),
        sa.Column("slots", sa.Text(), nullable=False),
        sa.Column("message_class", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departs_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("edits", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("message_class IN ('1-urgent', '2-normal', '3-bulk')", name=op.f("message_class_is_known")),
        sa.CheckConstraint(
            "state IN ('due', 'leased', 'sending', 'sent', 'unknown', 'failed', 'unreachable', 'expired', 'cancelled')",
            name=op.f("message_state_is_known"),
        ),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcements.id"], name=op.f("fk_outbox_announcement_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_outbox_booking_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_outbox_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name="one_message_per_key"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_announcement", ["announcement_id", "state"], unique=False)
        batch_op.create_index("ix_outbox_booking", ["booking_id", "kind"], unique=False)
        batch_op.create_index("ix_outbox_claim", ["state", "message_class", "departs_at"], unique=False)

    op.create_table(
        "riders",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("wheelchair", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_by", sa.Integer(), nullable=True),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("back_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["back_by"], ["delegates.id"], name=op.f("fk_riders_back_by")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_riders_booking_id")),
        sa.ForeignKeyConstraint(["out_by"], ["delegates.id"], name=op.f("fk_riders_out_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_riders")),
        sa.UniqueConstraint("booking_id", "position", name="one_rider_per_seat"),
    )


def downgrade() -> None:

    op.drop_table("riders")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_claim")
        batch_op.drop_index("ix_outbox_booking")
        batch_op.drop_index("ix_outbox_announcement")

    op.drop_table("outbox")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_index("ix_bookings_visit_state")
        batch_op.drop_index("ix_bookings_delegate_state")
        batch_op.drop_index("ix_bookings_bus_state")

    op.drop_table("bookings")
    op.drop_table("drafts")
    op.drop_table("cards")
    with op.batch_alter_table("buses", schema=None) as batch_op:
        batch_op.drop_index("ix_buses_visit")

    op.drop_table("buses")
    op.drop_table("announcements")
    op.drop_table("visits")
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.drop_index("ix_log_subject")

    op.drop_table("log")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_state")

    op.drop_table("inbox")
    op.drop_table("grants")
    op.drop_table("delegates")
    op.drop_table("congress")
