"""a store is counted by a job, which takes up what somebody waits for"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("kept_roll") as batch_op:
        batch_op.add_column(sa.Column("begun_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("kept_roll") as batch_op:
        batch_op.drop_column("begun_at")
