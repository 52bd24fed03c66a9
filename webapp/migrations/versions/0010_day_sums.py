"""what each day came to, the days still to be summed, and what things cost from when on"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
STORE = ("units", "sales_micros", "discount_micros", "shipping_micros", "tax_micros", "refund_micros", "goods_micros",
         "uncosted_micros")  # fmt: skip
ADS = ("spend_micros", "impressions", "clicks", "conversions_micros", "value_micros")
EVER = sa.text("'0001-01-01'")


def upgrade() -> None:
    _by_day("stale_day", sa.Column("because", sa.String(), nullable=False))
    _by_day(
        "store_day", sa.Column("currency", TEXT, nullable=False), sa.Column("orders", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in STORE),
    )  # fmt: skip
    _by_day(
        "product_day", sa.Column("variant_id", TEXT, nullable=False), sa.Column("title", TEXT, nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False), sa.Column("sales_micros", sa.BigInteger(), nullable=False),
        sa.Column("goods_micros", sa.BigInteger(), nullable=True), more=("variant_id",),
    )  # fmt: skip
    _by_day(
        "ad_day", sa.Column("currency", TEXT, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ADS),
    )  # fmt: skip
    op.create_table(
        "unit_cost", *_owner(), sa.Column("variant_id", TEXT, nullable=False),
        sa.Column("source", sa.String(), nullable=False), sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=True), sa.Column("currency", TEXT, nullable=True),
        sa.Column("noted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "platform", "account_id", "variant_id", "source", "from_day", name=op.f("pk_unit_cost")
        ),
    )  # fmt: skip
    # What is here already: the costs known now, and every day to be summed by the next sync or tidying.
    op.execute(
        "INSERT INTO unit_cost SELECT workspace_id, platform, account_id, variant_id, 'store', "
        f"{'CAST(' + EVER.text + ' AS DATE)' if op.get_bind().dialect.name == 'postgresql' else EVER.text}, "
        "unit_cost_micros, currency, seen_at FROM store_variant WHERE unit_cost_micros IS NOT NULL"
    )
    op.execute(
        "INSERT INTO stale_day SELECT workspace_id, platform, account_id, day, 'rows' FROM "
        "(SELECT workspace_id, platform, account_id, day FROM store_order UNION "
        "SELECT workspace_id, platform, account_id, day FROM store_refund UNION "
        "SELECT workspace_id, platform, account_id, day FROM ad_spend) AS rows_there"
    )


def downgrade() -> None:
    op.drop_table("unit_cost")
    for name in ("ad_day", "product_day", "store_day", "stale_day"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_index(f"{name}_by_day")
        op.drop_table(name)


def _owner() -> tuple[sa.Column, ...]:
    return tuple(sa.Column(name, TEXT, nullable=False) for name in ("workspace_id", "platform", "account_id"))


def _by_day(name: str, *columns: sa.Column, more: tuple[str, ...] = ()) -> None:
    keys = ("workspace_id", "platform", "account_id", "day", *more)
    op.create_table(
        name, *_owner(), sa.Column("day", sa.Date(), nullable=False), *columns,
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
    )  # fmt: skip
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(f"{name}_by_day", ["workspace_id", "day"], unique=False)
