"""how far back a permission lets us read, and what all merchants share"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operations_spent",
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "day", name=op.f("pk_operations_spent")),
    )
    with op.batch_alter_table("integration") as table:
        table.add_column(sa.Column("reach_days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("paced_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("integration") as table:
        table.drop_column("paced_seconds")
        table.drop_column("reach_days")
    op.drop_table("operations_spent")
