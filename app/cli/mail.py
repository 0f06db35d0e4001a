"""`vanthu mail`: what waits, what failed, and sending it."""

import click
from flask import current_app
from sqlalchemy import select

from app import formats
from app.cli.output import json_option, report
from app.extensions import db
from app.models import OutgoingMail
from app.security.actors import console
from app.services import audit, outbox
from app.transaction import transaction


@click.group("mail")
def mail() -> None:
    """Outgoing mail."""


@mail.command("list")
@click.option("--state", type=click.Choice(["pending", "sending", "sent", "dead", "expired"]))
@click.option("--limit", default=50, show_default=True)
@json_option
def list_(state: str | None, limit: int, as_json: bool) -> None:
    """List mails, the newest first; recipients are masked."""
    query = select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(limit)
    if state:
        query = query.where(OutgoingMail.state == state)
    report(
        (
            {
                "name": m.name,
                "id": m.id,
                "state": m.state,
                "attempts": m.attempts,
                "recipient": formats.mask_email(m.recipient),
                "next_at": m.next_at.isoformat(),
                "error": m.error,
            }
            for m in db.session.scalars(query)
        ),
        as_json=as_json,
    )


@mail.command()
@click.argument("ids", nargs=-1, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Try dead mails again: those named, or all."""
    with transaction():
        query = select(OutgoingMail).where(OutgoingMail.state == "dead")
        if ids:
            query = query.where(OutgoingMail.id.in_(ids))
        found = db.session.scalars(query).all()
        for row in found:
            outbox.retry(row)
            audit.record("mail_retried", console(), f"mail:{row.id}", {"name": row.name})
    click.echo(len(found))


@mail.command()
def flush() -> None:
    """Deliver everything that is due, now, in this process."""
    tried = current_app.extensions["vanthu_jobs"].drain()
    with transaction():
        audit.record("mail_retried", console(), "mail:due", {"tried": tried})
    click.echo(tried)


COMMANDS = (mail,)
