"""Grants instead of a list of roles, delegations, links of the staff; the system of a dossier."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_INDEX = ["system", "phase", "due_on", "id"]
_USERS = sa.table(
    "users",
    sa.column("id", sa.Integer),
    sa.column("roles", sa.JSON),
    sa.column("full_name", sa.String),
    sa.column("username", sa.String),
    sa.column("folded", sa.String),
    sa.column("created_at", _MOMENT),
    sa.column("active_since", _MOMENT),
)
_GRANTS = sa.table(
    "grants",
    sa.column("user_id", sa.Integer),
    sa.column("role", sa.String),
    sa.column("basis", sa.String),
    sa.column("granted_at", _MOMENT),
    sa.column("approved_at", _MOMENT),
    sa.column("ended_at", _MOMENT),
)


def upgrade() -> None:
    """Go forward: every role becomes a grant on all systems, entered by nobody."""
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("granted_at", _MOMENT, nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", _MOMENT, nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        *_people("grants", "user_id", "granted_by_id", "approved_by_id", "confirmed_by_id"),
        sa.ForeignKeyConstraint(
            ["system"], ["target_systems.code"], name="fk_grants_system_target_systems"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_user_id", "grants", ["user_id"])
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("entered_at", _MOMENT, nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", _MOMENT, nullable=True),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        *_people("delegations", "principal_id", "deputy_id", "entered_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    op.create_index("ix_delegations_deputy_id", "delegations", ["deputy_id"])
    op.create_index("ix_delegations_principal_id", "delegations", ["principal_id"])
    op.create_table(
        "staff_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("spent_at", _MOMENT, nullable=True),
        *_people("staff_links", "user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_links"),
        sa.UniqueConstraint("token_hash", name="uq_staff_links_token_hash"),
    )
    op.create_index("ix_staff_links_user_id", "staff_links", ["user_id"])
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("folded", sa.String(), nullable=False, server_default=""))
        users.add_column(sa.Column("active_since", _MOMENT, nullable=True))
        users.add_column(sa.Column("suspended_why", sa.String(), nullable=False, server_default=""))
        users.add_column(sa.Column("left_at", _MOMENT, nullable=True))
        users.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        users.create_foreign_key(
            "fk_users_successor_id_users", "users", ["successor_id"], ["id"]
        )
    _move_roles()
    with op.batch_alter_table("users") as users:
        users.drop_column("roles")
    op.create_index("ix_users_folded_id", "users", ["folded", "id"])
    op.add_column("dossiers", sa.Column("system", sa.String(), nullable=False, server_default=""))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    said = "answers->>'system'" if is_postgresql else "json_extract(answers, '$.system')"
    op.execute(f"UPDATE dossiers SET system = {said} WHERE {said} IS NOT NULL")  # noqa: S608
    op.create_index("ix_dossiers_system_phase_due_on_id", "dossiers", _INDEX)


def _people(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([c], ["users.id"], name=f"fk_{table}_{c}_users") for c in columns
    ]


def _move_roles() -> None:
    from app import clock
    from app.formats import fold

    bind, now = op.get_bind(), clock.now()
    for row in bind.execute(sa.select(_USERS.c["id", "roles", "full_name", "username"])).all():
        for role in row.roles:
            values = {"user_id": row.id, "role": role, "basis": "", "granted_at": now}
            bind.execute(_GRANTS.insert().values(**values, approved_at=now))
        folded = fold(f"{row.full_name} {row.username}")
        bind.execute(
            _USERS.update()
            .where(_USERS.c.id == row.id)
            # Nobody is suspended as unused for what was not counted before.
            .values(folded=folded, active_since=now)
        )


def downgrade() -> None:
    """Go back; systems of rights, delegations and links are lost."""
    op.drop_index("ix_dossiers_system_phase_due_on_id", "dossiers")
    op.drop_column("dossiers", "system")
    op.drop_index("ix_users_folded_id", "users")
    op.add_column("users", sa.Column("roles", sa.JSON(), nullable=False, server_default="[]"))
    bind, held = op.get_bind(), {}
    found = sa.select(_GRANTS.c["user_id", "role"]).where(
        _GRANTS.c.approved_at.is_not(None), _GRANTS.c.ended_at.is_(None)
    )
    for user_id, role in bind.execute(found):
        held.setdefault(user_id, set()).add(role)
    for user_id, roles in held.items():
        bind.execute(_USERS.update().where(_USERS.c.id == user_id).values(roles=sorted(roles)))
    with op.batch_alter_table("users") as users:
        users.alter_column("roles", server_default=None)
        users.drop_constraint("fk_users_successor_id_users", type_="foreignkey")
        for name in ("successor_id", "left_at", "suspended_why", "active_since", "folded"):
            users.drop_column(name)
    for table in ("staff_links", "delegations", "grants"):
        op.drop_table(table)
