"""dangerous acts wait out their recall; their messages are counted"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="shown", nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('shown', 'planned', 'recalled', 'done', 'changed')", name=op.f("act_state_is_known")
        ),
        sa.CheckConstraint("state <> 'planned' OR due_at IS NOT NULL", name=op.f("planned_act_has_its_moment")),
        sa.ForeignKeyConstraint(["author_id"], ["delegates.id"], name=op.f("fk_acts_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sa.UniqueConstraint("cause", name=op.f("one_act_per_cause")),
    )
    op.create_index("ix_acts_state", "acts", ["state", "due_at"], unique=False)
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("act_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_outbox_act_id"), "acts", ["act_id"], ["id"])
        batch.create_index("ix_outbox_act", ["act_id", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("ix_outbox_act")
        batch.drop_constraint(op.f("fk_outbox_act_id"), type_="foreignkey")
        batch.drop_column("act_id")
    op.drop_index("ix_acts_state", table_name="acts")
    op.drop_table("acts")
