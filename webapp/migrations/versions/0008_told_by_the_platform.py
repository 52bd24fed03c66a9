"""what the platforms tell us by themselves, where we asked them to, and when an account's data was deleted"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()
    op.create_table(
        "signal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("delivery", text, nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("account_id", text, nullable=True),
        sa.Column("tenant", text, nullable=True),
        sa.Column("subject", text, nullable=True),
        sa.Column("stream", text, nullable=True),
        sa.Column("record_id", text, nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("words", text, nullable=False),
        sa.Column("happened_at", instant, nullable=True),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", text, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("code", name=op.f("uq_signal_code")),
        sa.UniqueConstraint("platform", "delivery", name=op.f("uq_signal_platform_delivery")),
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_received_at"), ["received_at"], unique=False)
        batch_op.create_index("signal_of_account", ["platform", "account_id"], unique=False)
        batch_op.create_index("signal_of_subject", ["platform", "subject"], unique=False)
        batch_op.create_index("signal_open", ["due_at"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)

    op.create_table(
        "subscription",
        sa.Column("integration_id", text, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("registered_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["integration_id"], ["integration.id"], name=op.f("fk_subscription_integration_id_integration")
        ),
        sa.PrimaryKeyConstraint("integration_id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_due_at"), ["due_at"], unique=False)

    # What is connected already is registered by the clock, like what comes new.
    op.execute(
        "INSERT INTO subscription (integration_id, due_at, tries, fence) SELECT id, granted_at, 0, 0 FROM integration"
    )
    with op.batch_alter_table("integration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", instant, nullable=True))


def downgrade() -> None:
    # Never by a copy of the table: SQLite would have to drop the old one, and rows of other tables point to it.
    with op.batch_alter_table("integration", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("erased_at")
    op.drop_table("subscription")
    op.drop_table("signal")
