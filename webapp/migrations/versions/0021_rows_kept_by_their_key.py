"""on SQLite the two largest tables lie in the order of their keys, without a second tree to find a row by number"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("store_order_line", "ad_spend")


def upgrade() -> None:
    _made_anew(with_rowid=False)


def downgrade() -> None:
    _made_anew(with_rowid=True)


def _made_anew(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_with_rowid": with_rowid}):
            pass
