"""what passengers answer the evening before, who wants no messages but the needful, what they say afterwards"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bookings") as batch:
        batch.add_column(sa.Column("coming_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("delegates") as batch:
        batch.add_column(sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "feedback",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("score_is_one_to_five")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_feedback_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_feedback")),
    )


def downgrade() -> None:
    op.drop_table("feedback")
    with op.batch_alter_table("delegates") as batch:
        batch.drop_column("stopped_at")
    with op.batch_alter_table("bookings") as batch:
        batch.drop_column("coming_at")
