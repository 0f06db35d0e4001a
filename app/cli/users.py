"""`vanthu users`: people of the department."""

import click
from sqlalchemy import select

from app import clock
from app.cli.output import json_option, report
from app.extensions import db
from app.models import Unit, User
from app.security import passwords, sessions
from app.services import own_password
from app.transaction import transaction
from workflows import Role

_ROLES = [r.value for r in (Role.OFFICER, Role.SIGNER, Role.CLERK, Role.ADMIN)]


@click.group("users")
def users() -> None:
    """People of the department."""


@users.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the people."""
    report(
        (
            {
                "name": u.username,
                "full_name": u.full_name,
                "position": u.position,
                "roles": ", ".join(u.roles),
                "active": u.is_active,
            }
            for u in db.session.scalars(select(User).order_by(User.username))
        ),
        as_json=as_json,
    )


@users.command()
@click.argument("username")
@click.option("--full-name", required=True)
@click.option("--email", required=True)
@click.option("--position", required=True)
@click.option("--unit", required=True, help="Symbol of the unit.")
@click.option("--role", "roles", type=click.Choice(_ROLES), multiple=True, required=True)
@click.option("--capacity", type=click.Choice(["", "Q.", "KT.", "TL.", "TUQ."]), default="")
@click.password_option()
def add(
    username: str,
    full_name: str,
    email: str,
    position: str,
    unit: str,
    roles: tuple[str, ...],
    capacity: str,
    password: str,
) -> None:
    """Add a person; the first sign-in enrols an authenticator and changes the password."""
    weakness = passwords.weakness(password, about={username, full_name, email})
    if weakness is not None:
        raise click.ClickException(weakness)
    with transaction():
        row = db.session.scalars(select(Unit).where(Unit.symbol == unit)).first()
        if row is None:
            raise click.ClickException(f"no unit {unit}")
        if db.session.scalars(select(User).where(User.username == username.lower())).first():
            raise click.ClickException(f"{username} exists")
        db.session.add(
            User(
                username=username.lower(),
                full_name=full_name,
                email=email,
                position=position,
                unit=row,
                roles=list(roles),
                capacity=capacity,
                password_hash=passwords.hash_password(password),
                must_change_password=True,
                created_at=clock.now(),
            )
        )
    click.echo(username.lower())


@users.command("reset-otp")
@click.argument("username")
def reset_otp(username: str) -> None:
    """Forget a person's authenticator and end their sessions; the next sign-in enrols anew."""
    with transaction():
        user = db.session.scalars(select(User).where(User.username == username.lower())).first()
        if user is None:
            raise click.ClickException(f"no user {username}")
        user.totp_secret, user.totp_last_step = None, 0
        sessions.end_all(user)
    click.echo(user.username)


@users.command("reset-password")
@click.argument("username")
@click.password_option()
def reset_password(username: str, password: str) -> None:
    """Set a first password for somebody who forgot theirs; their next sign-in changes it."""
    with transaction():
        user = db.session.scalars(select(User).where(User.username == username.lower())).first()
        if user is None:
            raise click.ClickException(f"no user {username}")
        weakness = passwords.weakness(password, about=own_password.about(user))
        if weakness is not None:
            raise click.ClickException(weakness)
        own_password.assign(user, password, must_change=True)
        sessions.end_all(user)
    click.echo(user.username)


COMMANDS = (users,)
