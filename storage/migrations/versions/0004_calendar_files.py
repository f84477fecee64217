"""calendar files given out: each later one is newer than those before it, and a seat given back is taken out again"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("booking_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("calendar_counts_from_zero")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_calendars_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_calendars")),
    )


def downgrade() -> None:
    op.drop_table("calendars")
