"""a smaller bus asks its passengers before the rule moves anybody"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cuts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("bus_id", sa.Integer(), nullable=False),
        sa.Column("asks_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_cuts_act_id")),
        sa.ForeignKeyConstraint(["bus_id"], ["buses.id"], name=op.f("fk_cuts_bus_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cuts")),
        sa.UniqueConstraint("act_id", name=op.f("one_cut_per_act")),
    )
    op.create_index("ix_cuts_open", "cuts", ["ended_at", "asks_until"], unique=False)
    op.create_table(
        "asks",
        sa.Column("hold_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cut_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("stays_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hold_id"], ["bookings.id"], name=op.f("fk_asks_hold_id")),
        sa.ForeignKeyConstraint(["cut_id"], ["cuts.id"], name=op.f("fk_asks_cut_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_asks_booking_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_asks")),
    )
    op.create_index("ix_asks_cut", "asks", ["cut_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_asks_cut", table_name="asks")
    op.drop_table("asks")
    op.drop_index("ix_cuts_open", table_name="cuts")
    op.drop_table("cuts")
