"""comparisons with the platforms' own totals, and receipts by day"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    moment = sqlmodel.sql.sqltypes.UTCDateTime()
    op.create_table(
        "comparison",
        sa.Column("integration_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("lease_until", moment, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("compared_at", moment, nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["integration_id"], ["integration.id"], name=op.f("fk_comparison_integration_id_integration")
        ),
        sa.PrimaryKeyConstraint("integration_id", name=op.f("pk_comparison")),
    )
    with op.batch_alter_table("comparison", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparison_due_at"), ["due_at"], unique=False)
    # What is connected already is compared as soon as the clock comes to it.
    op.execute("INSERT INTO comparison (integration_id, due_at, fence) SELECT id, created_at, 0 FROM integration")
    op.create_table(
        "day_note",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stream", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("last_night", sa.Date(), nullable=True),
        sa.Column("our_rows", sa.Integer(), nullable=False),
        sa.Column("our_micros", sa.BigInteger(), nullable=False),
        sa.Column("their_rows", sa.Integer(), nullable=True),
        sa.Column("their_micros", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "platform", "account_id", "stream", "day", name=op.f("pk_day_note")),
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.add_column(sa.Column("again_at", moment, nullable=True))
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("before", json, nullable=True))
        batch_op.add_column(sa.Column("days", json, nullable=True))
        batch_op.add_column(sa.Column("checked_at", moment, nullable=True))
        batch_op.add_column(sa.Column("matches", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_column("matches")
        batch_op.drop_column("checked_at")
        batch_op.drop_column("days")
        batch_op.drop_column("before")
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.drop_column("again_at")
    op.drop_table("day_note")
    with op.batch_alter_table("comparison", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comparison_due_at"))
    op.drop_table("comparison")
