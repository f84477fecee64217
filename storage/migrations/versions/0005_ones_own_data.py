"""one's own data: since when a person's names are gone from the lists, and since when all of it is"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("delegates") as batch:
        batch.add_column(sa.Column("unlisted_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(op.f("erased_is_unknown"), "erased_at IS NULL OR telegram_id IS NULL")


def downgrade() -> None:
    with op.batch_alter_table("delegates") as batch:
        batch.drop_constraint(op.f("erased_is_unknown"), type_="check")
        batch.drop_column("erased_at")
        batch.drop_column("unlisted_at")
