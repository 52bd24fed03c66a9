"""a lease is taken on integrations just read; looking each of them up again was a third of what a claim cost"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = "fk_lease_integration_id"


def upgrade() -> None:
    with op.batch_alter_table("lease", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_constraint(op.f(KEY), type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("lease", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.create_foreign_key(op.f(KEY), "integration", ["integration_id"], ["id"])
