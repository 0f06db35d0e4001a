"""`vanthu books`: number books and whether they have holes."""

import click
from sqlalchemy import select

from app.cli.output import json_option, report
from app.extensions import db
from app.models import NumberBook
from app.services import books as service


@click.group("books")
def books() -> None:
    """Number books."""


@books.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the books and their last numbers."""
    rows = db.session.scalars(select(NumberBook).order_by(NumberBook.year, NumberBook.form))
    report(
        (
            {"name": f"{b.form}/{b.year}", "form": b.form, "year": b.year, "last": b.last_number}
            for b in rows
        ),
        as_json=as_json,
    )


@books.command()
@json_option
def verify(as_json: bool) -> None:
    """Prove each book gapless; exit 1 otherwise."""
    found = list(service.verify())
    report(
        (
            {
                "name": f"{r.form}/{r.year}",
                "last": r.last_number,
                "entries": r.entries,
                "problems": "; ".join(r.problems),
            }
            for r in found
        ),
        as_json=as_json,
    )
    if any(r.problems for r in found):
        raise click.exceptions.Exit(1)


COMMANDS = (books,)
