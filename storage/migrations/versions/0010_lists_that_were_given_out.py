"""lists that were given out: to whom, which version, and who stood on it"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "given_rosters",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("roster_counts_from_one")),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_given_rosters_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_rosters")),
        sa.UniqueConstraint("list", "version", "delegate_id", name=op.f("one_copy_of_a_version")),
    )


def downgrade() -> None:
    op.drop_table("given_rosters")
