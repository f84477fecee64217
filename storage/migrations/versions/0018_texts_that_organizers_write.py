"""texts that organizers write in the place of the event file's words"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("congress", sa.Column("texts", sa.JSON()))


def downgrade() -> None:
    with op.batch_alter_table("congress") as batch:
        batch.drop_column("texts")
