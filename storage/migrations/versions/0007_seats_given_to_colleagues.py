"""seats given to colleagues by a link; wheelchair places counted on their own"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gifts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("rider_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint("state IN ('open', 'taken', 'withdrawn')", name=op.f("gift_state_is_known")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_gifts_booking_id")),
        sa.ForeignKeyConstraint(["rider_id"], ["riders.id"], name=op.f("fk_gifts_rider_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_gifts_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gifts")),
        sa.UniqueConstraint("digest", name=op.f("one_gift_per_link")),
    )
    op.create_index("ix_gifts_rider", "gifts", ["rider_id", "state"], unique=False)
    op.create_index("ix_gifts_delegate", "gifts", ["delegate_id", "state"], unique=False)
    with op.batch_alter_table("delegates") as batch:
        batch.add_column(sa.Column("wheelchair", sa.Boolean(), server_default="0", nullable=False))
    with op.batch_alter_table("bookings") as batch:
        batch.add_column(sa.Column("wheelchairs", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("buses") as batch:
        batch.add_column(sa.Column("wheelchairs_taken", sa.Integer(), server_default="0", nullable=False))
        batch.create_check_constraint(
            op.f("bus_holds_its_wheelchairs"), "wheelchairs_taken BETWEEN 0 AND wheelchair_places"
        )


def downgrade() -> None:
    with op.batch_alter_table("buses") as batch:
        batch.drop_constraint(op.f("bus_holds_its_wheelchairs"), type_="check")
        batch.drop_column("wheelchairs_taken")
    with op.batch_alter_table("bookings") as batch:
        batch.drop_column("wheelchairs")
    with op.batch_alter_table("delegates") as batch:
        batch.drop_column("wheelchair")
    op.drop_index("ix_gifts_delegate", table_name="gifts")
    op.drop_index("ix_gifts_rider", table_name="gifts")
    op.drop_table("gifts")
