"""who approved a permission and until when it may read, warnings owed once, when all was checked, and muted alerts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")
# Whoever went through consent left an event at the very instant at which the permission went live.
WHO = """
UPDATE access_grant SET person_id = (
  SELECT MIN(event.person_id) FROM event JOIN integration ON integration.id = event.integration_id
  WHERE integration.login_id = access_grant.login_id AND event.at = access_grant.live_at
)
"""


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", text, nullable=True))
        batch_op.add_column(sa.Column("consent_ends_at", instant, nullable=True))
    op.execute(WHO)

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("period", text, nullable=True))
        batch_op.create_index("notice_once_a_period", ["person_id", "kind", "period"], unique=True)

    with op.batch_alter_table("workspace", schema=None) as batch_op:
        batch_op.add_column(sa.Column("check_asked_at", instant, nullable=True))

    op.create_table(
        "mute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("person_id", text, nullable=False),
        sa.Column("began_at", instant, nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mute_person_id_person")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_mute_workspace_id_workspace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.create_index("one_open_mute", ["workspace_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table("mute")
    # Never by a copy of the table: SQLite would have to drop the old one, and rows of other tables point to it.
    with op.batch_alter_table("workspace", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("check_asked_at")
    op.execute("DELETE FROM notice WHERE kind IN ('ends_soon', 'last_day')")
    with op.batch_alter_table("notice", schema=None, recreate="never") as batch_op:
        batch_op.drop_index("notice_once_a_period")
        batch_op.drop_column("period")
    with op.batch_alter_table("access_grant", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("consent_ends_at")
        batch_op.drop_column("person_id")
