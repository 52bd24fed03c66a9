"""how far back a permission lets us read"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("integration") as table:
        table.add_column(sa.Column("reach_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("integration") as table:
        table.drop_column("reach_days")
