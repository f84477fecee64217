"""the list of registered people, and whose number is whose"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registered",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_registered_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered")),
        sa.UniqueConstraint("delegate_id", name=op.f("one_number_per_person")),
    )
    op.create_index("ix_registered_bucket", "registered", ["bucket"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_registered_bucket", table_name="registered")
    op.drop_table("registered")
