"""what a store costs beside its goods, costs by market, and what stands in for spend that is not here"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
COST = ("workspace_id", "platform", "account_id", "variant_id", "source")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    op.create_table(
        "cost_rule",
        *_owner(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("share_ppm", sa.Integer(), nullable=False),
        sa.Column("order_micros", sa.BigInteger(), nullable=False),
        sa.Column("month_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "platform", "account_id", "kind", "name", "from_day", name=op.f("pk_cost_rule")
        ),
    )
    op.create_table(
        "stand_in",
        *_owner(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("spend_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "platform", "account_id", "day", name=op.f("pk_stand_in")),
    )
    # Orders from before have none until they are read again: what is said of all markets counts for them.
    with op.batch_alter_table("store_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("market", TEXT, nullable=False, server_default=""))
    with op.batch_alter_table("unit_cost", schema=None) as batch_op:
        batch_op.add_column(sa.Column("market", TEXT, nullable=False, server_default=""))
        batch_op.drop_constraint(op.f("pk_unit_cost"), type_="primary")
        batch_op.create_primary_key(op.f("pk_unit_cost"), [*COST, "market", "from_day"])


def downgrade() -> None:
    op.execute("DELETE FROM unit_cost WHERE market <> ''")
    with op.batch_alter_table("unit_cost", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("pk_unit_cost"), type_="primary")
        batch_op.create_primary_key(op.f("pk_unit_cost"), [*COST, "from_day"])
        batch_op.drop_column("market")
    with op.batch_alter_table("store_order", schema=None) as batch_op:
        batch_op.drop_column("market")
    op.drop_table("stand_in")
    op.drop_table("cost_rule")


def _owner() -> tuple[sa.Column, ...]:
    return tuple(sa.Column(name, TEXT, nullable=False) for name in ("workspace_id", "platform", "account_id"))
