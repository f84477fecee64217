"""the waiting list: wishes, seats taken any time, parties that wait for their rest, paused queues"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visits") as batch:
        batch.add_column(sa.Column("queue_paused", sa.Boolean(), server_default="0", nullable=False))
        batch.add_column(sa.Column("waiting", sa.Integer(), server_default="0", nullable=False))
        batch.drop_constraint(op.f("visit_counts_from_zero"), type_="check")
        batch.create_check_constraint(op.f("visit_counts_from_zero"), "seats_taken >= 0 AND waiting >= 0")
    with op.batch_alter_table("bookings") as batch:
        batch.add_column(sa.Column("wish", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("any_time", sa.Boolean(), server_default="0", nullable=False))
        batch.add_column(sa.Column("rest_of", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_bookings_rest_of"), "bookings", ["rest_of"], ["id"])
        batch.create_check_constraint(op.f("waiting_party_has_a_place"), "state <> 'waiting' OR queue_no IS NOT NULL")
        batch.create_check_constraint(op.f("offer_has_a_deadline"), "state <> 'offered' OR offer_until IS NOT NULL")
        batch.create_index("ix_bookings_offer", ["state", "offer_until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("bookings") as batch:
        batch.drop_index("ix_bookings_offer")
        batch.drop_constraint(op.f("offer_has_a_deadline"), type_="check")
        batch.drop_constraint(op.f("waiting_party_has_a_place"), type_="check")
        batch.drop_constraint(op.f("fk_bookings_rest_of"), type_="foreignkey")
        batch.drop_column("rest_of")
        batch.drop_column("any_time")
        batch.drop_column("wish")
    with op.batch_alter_table("visits") as batch:
        batch.drop_constraint(op.f("visit_counts_from_zero"), type_="check")
        batch.create_check_constraint(op.f("visit_counts_from_zero"), "seats_taken >= 0")
        batch.drop_column("waiting")
        batch.drop_column("queue_paused")
