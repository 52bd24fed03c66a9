"""one walk through all that needs Reconnect, and which account has taken another's place"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()
    op.create_table(
        "guide",
        sa.Column("id", text, nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("person_id", text, nullable=False),
        sa.Column("began_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_guide_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
    )
    with op.batch_alter_table("guide", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guide_workspace_id"), ["workspace_id"], unique=False)
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guide_id", text, nullable=True))
        batch_op.create_index(batch_op.f("ix_incident_guide_id"), ["guide_id"], unique=False)
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guide_id", text, nullable=True))
    with op.batch_alter_table("integration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaced_by", text, nullable=True))


def downgrade() -> None:
    # Never by a copy of these tables: SQLite would have to drop the old ones, and rows of other tables point to them.
    with op.batch_alter_table("integration", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("replaced_by")
    with op.batch_alter_table("authorization", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("guide_id")
    with op.batch_alter_table("incident", schema=None, recreate="never") as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_guide_id"))
        batch_op.drop_column("guide_id")
    op.drop_table("guide")
    # Words that an earlier version does not know.
    op.execute("DELETE FROM event WHERE kind = 'replaced'")
    op.execute("UPDATE \"authorization\" SET ending = 'denied' WHERE ending = 'cancelled'")
