"""tombstones of what the platforms no longer have"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    op.create_table(
        "tombstone",
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("platform", text, nullable=False),
        sa.Column("account_id", text, nullable=False),
        sa.Column("stream", text, nullable=False),
        sa.Column("record_id", text, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", text, nullable=False),
        sa.Column("gone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "platform", "account_id", "stream", "record_id", name=op.f("pk_tombstone")
        ),
    )


def downgrade() -> None:
    op.drop_table("tombstone")
