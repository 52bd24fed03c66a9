"""permissions are kept alive"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("access_grant") as table:
        table.add_column(sa.Column("renew_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        table.add_column(sa.Column("failed_tries", sa.Integer(), nullable=False, server_default="0"))
        table.create_index(table.f("ix_access_grant_renew_at"), ["renew_at"])
    # The clock looks at each of them once and writes down when it is owed again, if ever.
    op.execute(
        "UPDATE access_grant SET renew_at = issued_at "
        "WHERE live_at IS NOT NULL AND ended_at IS NULL AND refused_at IS NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("access_grant") as table:
        table.drop_index(table.f("ix_access_grant_renew_at"))
        table.drop_column("failed_tries")
        table.drop_column("renew_at")
