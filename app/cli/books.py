"""`vanthu books`: number books, which forms share one, their files, and whether they hold."""

from pathlib import Path

import click
from sqlalchemy import select

from app.cli.output import json_option, report
from app.errors import Refused
from app.extensions import db
from app.models import BookPlan, NumberBook
from app.security.actors import console
from app.services import audit, book_export, book_proof
from app.services import books as service
from app.transaction import transaction
from letters import LetterError


@click.group("books")
def books() -> None:
    """Number books."""


@books.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the books and their last numbers."""
    rows = db.session.scalars(select(NumberBook).order_by(NumberBook.year, NumberBook.name))
    plans = db.session.scalars(select(BookPlan).order_by(BookPlan.from_year)).all()
    report(
        (
            {
                "name": f"{b.name}/{b.year}",
                "year": b.year,
                "last": b.last_number,
                "closed": b.closed_at or "",
                "shared by": ", ".join(
                    dict.fromkeys(
                        p.form for p in plans if p.book == b.name and p.from_year <= b.year
                    )
                ),
            }
            for b in rows
        ),
        as_json=as_json,
    )


@books.command()
@click.argument("form", type=click.Choice(list(service.FORMS)))
@click.argument("book")
@click.option("--from-year", type=click.IntRange(2020, 2100), required=True)
@click.option("--reason", required=True, help="The decision of the head that says so.")
def plan(form: str, book: str, from_year: int, reason: str) -> None:
    """Let a form of document take its numbers from a book that others may share.

    Without a plan each form has a book of its own. A plan begins with a year that has no number
    of the form yet (Decree 30/2020, Art. 15.1c).
    """
    try:
        with transaction():
            service.plan(form, book, from_year, reason)
            decided = {"form": form, "from_year": from_year, "reason": reason[:200]}
            audit.record("book_planned", console(), f"book:{book}", decided)
    except Refused as refused:
        raise click.ClickException(str(refused.message)) from None


@books.command()
@click.option("--year", type=int, required=True)
@click.option("--format", "kind", type=click.Choice(["xlsx", "pdf", "csv"]), required=True)
@click.option("--book", "name", default="dispatch", show_default=True, help="One of its books.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export(year: int, kind: str, name: str, out: Path) -> None:
    """Write the outgoing register of a year to a file, whatever its length."""
    found = db.session.scalars(select(NumberBook).filter_by(name=name, year=year)).first()
    if found is None or name == service.INCOMING:
        known = db.session.scalars(
            select(NumberBook.name).where(
                NumberBook.year == year, NumberBook.name != service.INCOMING
            )
        ).all()
        raise click.ClickException(f"no book {name} in {year}; there are: {', '.join(known)}")
    try:
        book_export.write(kind, found, out)
    except LetterError as error:
        raise click.ClickException(str(error)) from None
    with transaction():
        written = {"year": str(year), "format": kind, "book": name}
        audit.record("exported", console(), "list:outgoing", written)
    click.echo(out)


@books.command()
@json_option
def verify(as_json: bool) -> None:
    """Prove each book gapless, each number by its letter or act; exit 1 otherwise."""
    found = list(book_proof.verify())
    report(
        (
            {
                "name": f"{r.name}/{r.year}",
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
