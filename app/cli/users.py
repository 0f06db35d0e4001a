"""`vanthu users`: people of the department."""

import click
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.cli.output import json_option, report
from app.errors import Invalid, Refused
from app.extensions import db
from app.models import User
from app.security import passwords, sessions
from app.security.actors import console
from app.services import audit, own_password, people, rights
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
            for u in db.session.scalars(
                select(User).options(selectinload(User.grants)).order_by(User.username)
            )
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
@click.option(
    "--capacity", type=click.Choice(["", "Q.", "KT.", "TL.", "TUQ."]), default="",
    help="How a signer signs; empty: as the head.",
)  # fmt: skip
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
    try:
        with transaction():
            user = people.add(
                username=username,
                full_name=full_name,
                email=email,
                position=position,
                unit=people.unit(unit),
                capacity=capacity,
                password=password,
            )
            if Role.SIGNER in roles:
                rights.keep_one_head(user, capacity)
            user.roles = list(roles)
            user.must_change_password = True
            about = {"rights": user.roles, "unit": unit}
            audit.record("person_invited", console(), f"user:{user.username}", about)
    except Invalid as error:
        raise click.ClickException("; ".join(map(str, error.errors.values()))) from None
    except Refused as error:
        raise click.ClickException(error.message) from None
    click.echo(username.lower())


@users.command("reset-otp")
@click.argument("username")
def reset_otp(username: str) -> None:
    """Forget a person's factors and wrong codes, end their sessions; the next sign-in is a first.

    The way back for who lost everything, and for who met the cap of wrong codes.
    """
    with transaction():
        user = people.find(username)
        if user is None:
            raise click.ClickException(f"no user {username}")
        people.forget_factors(user, console())
    click.echo(user.username)


@users.command("reset-password")
@click.argument("username")
@click.password_option()
def reset_password(username: str, password: str) -> None:
    """Set a first password for somebody who forgot theirs; their next sign-in changes it."""
    with transaction():
        user = people.find(username)
        if user is None:
            raise click.ClickException(f"no user {username}")
        weakness = passwords.weakness(password, about=own_password.about(user))
        if weakness is not None:
            raise click.ClickException(weakness)
        own_password.assign(user, password, must_change=True)
        sessions.end_all(user)
        audit.record("access_reset", console(), f"user:{user.username}", {"password": True})
    click.echo(user.username)


COMMANDS = (users,)
