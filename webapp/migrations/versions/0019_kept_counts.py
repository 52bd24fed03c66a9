"""what a store answered when it was counted"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()
    op.create_table(
        "kept_roll",
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("platform", text, nullable=False),
        sa.Column("account_id", text, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("answered_at", instant, nullable=True),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "platform", "account_id", "days", name=op.f("pk_kept_roll")),
    )


def downgrade() -> None:
    op.drop_table("kept_roll")
