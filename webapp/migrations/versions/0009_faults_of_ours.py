"""faults of ours: the operator, the breaker, what only we can mend, and mail to an address without a person"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN_BREAKER = sa.text("released_at IS NULL")
OPEN_FAULT = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "breaker",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("tripped_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("workspaces", sa.Integer(), nullable=False),
        sa.Column("dead", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("released_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["released_by"], ["person.id"], name=op.f("fk_breaker_released_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaker")),
    )
    with op.batch_alter_table("breaker", schema=None) as batch_op:
        batch_op.create_index(
            "one_open_breaker", ["platform"], unique=True, sqlite_where=OPEN_BREAKER, postgresql_where=OPEN_BREAKER
        )
        batch_op.create_index(batch_op.f("ix_breaker_platform"), ["platform"], unique=False)

    op.create_table(
        "our_fault",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("last_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("resolved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("answer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_our_fault")),
    )
    with op.batch_alter_table("our_fault", schema=None) as batch_op:
        batch_op.create_index(
            "one_open_fault",
            ["platform", "cause", "code"],
            unique=True,
            sqlite_where=OPEN_FAULT,
            postgresql_where=OPEN_FAULT,
        )

    with op.batch_alter_table("integration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("died_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index("integration_died", ["platform", "died_at"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("operator_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_closed", sa.String(), nullable=True))

    # No other table points to this one, so SQLite may copy it.
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.alter_column("person_id", existing_type=sqlmodel.sql.sqltypes.AutoString(), nullable=True)
        batch_op.add_column(sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("fault_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("breaker_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_notice_fault_id"), "our_fault", ["fault_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_notice_breaker_id"), "breaker", ["breaker_id"], ["id"])


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE person_id IS NULL")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_notice_breaker_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_notice_fault_id"), type_="foreignkey")
        batch_op.drop_column("breaker_id")
        batch_op.drop_column("fault_id")
        batch_op.drop_column("address")
        batch_op.alter_column("person_id", existing_type=sqlmodel.sql.sqltypes.AutoString(), nullable=False)

    # Never by a copy of these tables: SQLite would have to drop the old ones, and rows of other tables point to them.
    with op.batch_alter_table("incident", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("account_closed")

    with op.batch_alter_table("person", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("operator_since")

    with op.batch_alter_table("integration", schema=None, recreate="never") as batch_op:
        batch_op.drop_index("integration_died")
        batch_op.drop_column("died_at")

    op.drop_table("our_fault")
    op.drop_table("breaker")
