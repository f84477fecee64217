"""the log is asked by who did something and since when"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_log_actor", "log", ["actor", "at"])


def downgrade() -> None:
    op.drop_index("ix_log_actor", "log")
