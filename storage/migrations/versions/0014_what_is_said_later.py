"""announcements may go out later, and ask whether they were read"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENTS = ("due_at", "begun_at", "withdrawn_at", "listed_at")


def upgrade() -> None:
    with op.batch_alter_table("announcements") as batch:
        batch.add_column(sa.Column("asks", sa.Boolean(), nullable=True))
        for name in _MOMENTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "acknowledgements",
        sa.Column("announcement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delegate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_acknowledgements_announcement_id")
        ),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegates.id"], name=op.f("fk_acknowledgements_delegate_id")),
        sa.PrimaryKeyConstraint("announcement_id", "delegate_id", name=op.f("pk_acknowledgements")),
    )


def downgrade() -> None:
    op.drop_table("acknowledgements")
    with op.batch_alter_table("announcements") as batch:
        for name in (*reversed(_MOMENTS), "asks"):
            batch.drop_column(name)
