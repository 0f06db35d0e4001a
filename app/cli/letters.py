"""`vanthu letters`: kinds of letters, and one rendered to a file."""

from pathlib import Path

import click

import letters as documents
from app.cli.output import json_option, report


@click.group("letters")
def letters() -> None:
    """Letters and forms."""


@letters.command()
@json_option
def kinds(as_json: bool) -> None:
    """List the kinds of letters."""
    report(
        (
            {"name": name, "form": kind.form, "title": kind.title}
            for name, kind in documents.kinds().items()
        ),
        as_json=as_json,
    )


@letters.command()
@click.argument("kind")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="LetterData as JSON; default: the sample.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def render(kind: str, data: Path | None, out: Path) -> None:
    """Render a letter to PDF."""
    if kind not in documents.kinds():
        raise click.ClickException(f"no letter {kind}; there are: {', '.join(documents.kinds())}")
    try:
        letter = (
            documents.LetterData.from_json(data.read_text(encoding="utf-8"))
            if data
            else documents.sample(kind)
        )
        if letter.kind != kind:
            raise click.ClickException(f"the data is of a {letter.kind}, not a {kind}")
        out.write_bytes(documents.render_pdf(letter))
    except documents.LetterError as error:
        raise click.ClickException(str(error)) from None
    click.echo(out)


COMMANDS = (letters,)
