"""links handed to others, who did what about members, who is responsible, and who wants a digest"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT, INSTANT = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
COLUMNS = (
    ("authorization", "link_id", TEXT),
    ("notice", "link_id", TEXT),
    ("integration", "responsible_id", TEXT),
    ("person", "digest_since", INSTANT),
)


def upgrade() -> None:
    text, instant = TEXT(), INSTANT()
    op.create_table(
        "handed_link",
        sa.Column("id", text, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_hash", text, nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("person_id", text, nullable=False),
        sa.Column("email", text, nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("platform", text, nullable=True),
        sa.Column("integration_id", text, nullable=True),
        sa.Column("incident_id", text, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("used_at", instant, nullable=True),
        sa.Column("revoked_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_handed_link_workspace_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handed_link_person_id")),
        sa.ForeignKeyConstraint(["integration_id"], ["integration.id"], name=op.f("fk_handed_link_integration_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_handed_link_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_link")),
    )
    op.create_table(
        "team_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("person_id", text, nullable=True),
        sa.Column("about", text, nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_team_event_workspace_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_event_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_event")),
    )
    op.create_index(op.f("ix_handed_link_workspace_id"), "handed_link", ["workspace_id"])
    op.create_index(op.f("ix_handed_link_person_id"), "handed_link", ["person_id"])
    op.create_index(op.f("ix_team_event_workspace_id"), "team_event", ["workspace_id"])
    for table, column, kind in COLUMNS:
        # Plain, without a constraint: SQLite could add that only by a copy of the table.
        op.add_column(table, sa.Column(column, kind(), nullable=True))
    op.create_index(op.f("ix_authorization_link_id"), "authorization", ["link_id"])


def downgrade() -> None:
    # Words that an earlier version has none for, and round trips that it would take for a person's own.
    op.execute("DELETE FROM notice WHERE kind IN ('escalated', 'digest', 'invitation', 'sign_in_link', 'link_used')")
    op.execute("DELETE FROM event WHERE kind IN ('responsible', 'link_made', 'link_used', 'link_taken_back')")
    op.execute('DELETE FROM "authorization" WHERE link_id IS NOT NULL')
    op.drop_index(op.f("ix_authorization_link_id"), "authorization")
    for table, column, _ in COLUMNS:
        # Never by a copy of the table: SQLite would have to drop the old one, and rows of other tables point to it.
        with op.batch_alter_table(table, schema=None, recreate="never") as batch_op:
            batch_op.drop_column(column)
    op.drop_table("team_event")
    op.drop_table("handed_link")
