"""leases have a table of their own, as small as what is being read right now"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is being read at this moment is claimed again: whoever reads it lost the claim.
    op.create_table(
        "lease",
        sa.Column("integration_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("holder", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integration.id"], name=op.f("fk_lease_integration_id")),
        sa.PrimaryKeyConstraint("integration_id", name=op.f("pk_lease")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("integration") as table:
        table.drop_column("lease_holder")
        table.drop_column("lease_until")
        table.drop_column("fence")


def downgrade() -> None:
    with op.batch_alter_table("integration") as table:
        table.add_column(sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("lease_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        table.add_column(sa.Column("lease_holder", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("integration") as table:
        table.alter_column("fence", server_default=None)
    op.drop_table("lease")
