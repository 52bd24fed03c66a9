"""who put reminders off until when, and which mails a person does without"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()
    op.create_table(
        "snooze",
        sa.Column("incident_id", text, nullable=False),
        sa.Column("person_id", text, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_snooze_incident_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_snooze_person_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_snooze")),
    )
    op.create_table(
        "mail_off",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", text, nullable=False),
        sa.Column("workspace_id", text, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_off_person_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_mail_off_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_off")),
        sa.UniqueConstraint("person_id", "workspace_id", "kind", name=op.f("uq_mail_off_person_id_workspace_id_kind")),
    )
    with op.batch_alter_table("mail_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_off_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_off_workspace_id"), ["workspace_id"], unique=False)


def downgrade() -> None:
    op.drop_table("mail_off")
    op.drop_table("snooze")
    # Kinds of mail that an earlier version has no words for.
    op.execute("DELETE FROM notice WHERE kind IN ('reminder', 'flapping', 'delayed', 'mail_returned')")
