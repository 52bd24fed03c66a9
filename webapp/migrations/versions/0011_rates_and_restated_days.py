"""exchange rates that the operator loads, days that came to something else later, and who has looked when"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime()
SUMMED = ("store_day", "ad_day")


def upgrade() -> None:
    op.create_table(
        "rate",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("base", TEXT, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("rate", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("day", "base", "quote", name=op.f("pk_rate")),
    )
    op.create_table(
        "restated",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("workspace_id", "platform", "account_id")),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("old_micros", sa.BigInteger(), nullable=False),
        sa.Column("new_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restated")),
    )
    with op.batch_alter_table("restated", schema=None) as batch_op:
        batch_op.create_index("restated_by_time", ["workspace_id", "at"], unique=False)
    op.create_table(
        "look",
        sa.Column("workspace_id", TEXT, nullable=False),
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name=op.f("pk_look")),
    )
    for name in SUMMED:
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for name in SUMMED:
        with op.batch_alter_table(name, schema=None, recreate="never") as batch_op:
            batch_op.drop_column("settled")
    op.drop_table("look")
    with op.batch_alter_table("restated", schema=None) as batch_op:
        batch_op.drop_index("restated_by_time")
    op.drop_table("restated")
    op.drop_table("rate")
