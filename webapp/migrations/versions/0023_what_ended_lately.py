"""/metrics counts what ended lately, however long it took"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sync_run_ended_at", "sync_run", ["ended_at"])
    op.create_index("ix_incident_closed_at", "incident", ["closed_at"])


def downgrade() -> None:
    op.drop_index("ix_incident_closed_at", "incident")
    op.drop_index("ix_sync_run_ended_at", "sync_run")
