"""a difference is warned of when it was material two nights running, so these are counted by themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("day_note") as batch_op:
        batch_op.add_column(sa.Column("material_nights", sa.Integer(), nullable=False, server_default="0"))
    # What is warned of stays warned of: whether its nights were all material is not known any more.
    op.execute("UPDATE day_note SET material_nights = nights")


def downgrade() -> None:
    with op.batch_alter_table("day_note") as batch_op:
        batch_op.drop_column("material_nights")
