"""dangerous acts keep what their command said beside the subject"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("acts") as batch:
        batch.add_column(sa.Column("arguments", sa.JSON()))


def downgrade() -> None:
    with op.batch_alter_table("acts") as batch:
        batch.drop_column("arguments")
