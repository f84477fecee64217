"""several processes: leases, lines, one pace for all"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "lines",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_lines")),
    )
    op.create_index("ix_lines_holder", "lines", ["holder"], unique=False)
    if op.get_bind().dialect.name == "postgresql":  # one process on SQLite has no use for it
        op.create_index(
            "ix_inbox_line",
            "inbox",
            [sa.text("coalesce(person, -9007199254740992 - update_id)")],
            unique=False,
            postgresql_where=sa.text("state = 'received'"),
        )
    op.create_table(
        "pace",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("one_pace_for_all")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pace")),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_outbox_reader", ["delegate_id", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("ix_outbox_reader")
        batch.drop_column("begun_at")
    op.drop_table("pace")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_inbox_line", table_name="inbox")
    op.drop_index("ix_lines_holder", table_name="lines")
    op.drop_table("lines")
    op.drop_table("leases")
