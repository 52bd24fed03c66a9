"""many machines: the clock's trace, who holds a lease, and indexes for what the fleet, the outbox and /metrics ask"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WAITING = sa.text("sent_at IS NULL AND dropped_at IS NULL AND refused_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "tick",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tick")),
    )
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_grant_refused_at"), ["refused_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_grant_renewed_at"), ["renewed_at"], unique=False)

    with op.batch_alter_table("integration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lease_holder", sa.BigInteger(), nullable=True))
        batch_op.create_index("integration_due_by_platform", ["platform", "next_sync_at"], unique=False)

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_due_at"))
        batch_op.create_index(batch_op.f("ix_notice_refused_at"), ["refused_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(
            "notice_waiting", ["due_at"], unique=False, sqlite_where=WAITING, postgresql_where=WAITING
        )


def downgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("notice_waiting", sqlite_where=WAITING, postgresql_where=WAITING)
        batch_op.drop_index(batch_op.f("ix_notice_sent_at"))
        batch_op.drop_index(batch_op.f("ix_notice_refused_at"))
        batch_op.create_index(batch_op.f("ix_notice_due_at"), ["due_at"], unique=False)

    # Never by a copy of the table: SQLite would have to drop the old one, and rows of other tables point to it.
    with op.batch_alter_table("integration", schema=None, recreate="never") as batch_op:
        batch_op.drop_index("integration_due_by_platform")
        batch_op.drop_column("lease_holder")

    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_grant_renewed_at"))
        batch_op.drop_index(batch_op.f("ix_access_grant_refused_at"))

    op.drop_table("tick")
