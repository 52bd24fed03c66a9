"""what the history says of links, what a new account is to replace, and one choice of mails for all workspaces"""

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
    text = sqlmodel.sql.sqltypes.AutoString()
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces_id", text, nullable=True))
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("team_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", json, nullable=False, server_default="{}"))
    for table in ("incident", "receipt", "access_grant"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("through_link", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "mail_own",
        sa.Column("person_id", text, nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_own_person_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_mail_own_workspace_id")),
        sa.PrimaryKeyConstraint("person_id", "workspace_id", name=op.f("pk_mail_own")),
    )
    op.execute("INSERT INTO mail_own (person_id, workspace_id) SELECT DISTINCT person_id, workspace_id FROM mail_off")
    nowhere = sa.text("workspace_id IS NULL")
    with op.batch_alter_table("mail_off", schema=None) as batch_op:
        batch_op.alter_column("workspace_id", existing_type=text, nullable=True)
    op.create_index(
        "mail_off_everywhere", "mail_off", ["person_id", "kind"], unique=True, sqlite_where=nowhere,
        postgresql_where=nowhere,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("mail_off_everywhere", "mail_off")
    # What was done without everywhere is done without in each.
    op.execute(
        "INSERT INTO mail_off (person_id, workspace_id, kind)"
        " SELECT o.person_id, m.workspace_id, o.kind FROM mail_off o JOIN member m ON m.person_id = o.person_id"
        " WHERE o.workspace_id IS NULL AND NOT EXISTS (SELECT 1 FROM mail_own w"
        " WHERE w.person_id = o.person_id AND w.workspace_id = m.workspace_id)"
    )
    op.execute("DELETE FROM mail_off WHERE workspace_id IS NULL")
    with op.batch_alter_table("mail_off", schema=None) as batch_op:
        batch_op.alter_column("workspace_id", existing_type=sqlmodel.sql.sqltypes.AutoString(), nullable=False)
    op.drop_table("mail_own")
    # An earlier version does not know these words.
    op.execute(f"DELETE FROM team_event WHERE kind IN {LINK_EVENTS}")
    for table in ("incident", "receipt", "access_grant"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("through_link")
    with op.batch_alter_table("team_event", schema=None) as batch_op:
        batch_op.drop_column("details")
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.drop_column("replaces_id")
