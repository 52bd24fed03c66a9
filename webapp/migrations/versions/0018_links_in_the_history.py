"""what the history says of links, what was mended through one, and what a new account is to replace"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
LINK_EVENTS = "('link_made', 'link_used', 'link_taken_back')"


def upgrade() -> None:
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("team_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", json, nullable=False, server_default="{}"))
    for table in ("incident", "receipt"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("through_link", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # An earlier version does not know these words.
    op.execute(f"DELETE FROM team_event WHERE kind IN {LINK_EVENTS}")
    for table in ("incident", "receipt"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("through_link")
    with op.batch_alter_table("team_event", schema=None) as batch_op:
        batch_op.drop_column("details")
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.drop_column("replaces_id")
