"""where a workspace's problems are said besides in mail"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()
    op.create_table(
        "channel",
        sa.Column("id", text, nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("host", text, nullable=False),
        sa.Column("address_sealed", text, nullable=True),
        sa.Column("person_id", text, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("spoken_at", instant, nullable=True),
        sa.Column("failing_since", instant, nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_channel_workspace_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_channel_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )
    op.create_index(op.f("ix_channel_workspace_id"), "channel", ["workspace_id"])
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel_id", text, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_notice_channel_id"), "channel", ["channel_id"], ["id"])
        batch_op.create_index("notice_once_a_channel", ["incident_id", "channel_id", "kind"], unique=True)


def downgrade() -> None:
    # An earlier version would take them for mail to nobody.
    op.execute("DELETE FROM notice WHERE channel_id IS NOT NULL")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("notice_once_a_channel")
        batch_op.drop_constraint(batch_op.f("fk_notice_channel_id"), type_="foreignkey")
        batch_op.drop_column("channel_id")
    op.drop_table("channel")
