"""how the desk reaches somebody who has no Telegram"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delegates", sa.Column("contact", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("delegates", "contact")
