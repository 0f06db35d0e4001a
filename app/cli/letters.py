"""`vanthu letters`: kinds of letters, one rendered to a file, one verified."""

from pathlib import Path

import click

import letters as documents
from app.cli.output import json_option, report
from app.services import signatures, verification

_MARKS = {True: "Đúng", False: "KHÔNG ĐÚNG", None: "Lưu ý"}


@click.group("letters")
def letters() -> None:
    """Letters and forms."""


@letters.command()
@json_option
def kinds(as_json: bool) -> None:
    """List the kinds of letters."""
    report(
        (
            {
                "name": name,
                "title": kind.title,
                "form": kind.form,
                "form_code": kind.form_code,
                "form_basis": kind.form_basis,
                "valid_from": kind.valid_from and kind.valid_from.isoformat(),
                "valid_until": kind.valid_until and kind.valid_until.isoformat(),
            }
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


@letters.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Say what holds of a signed PDF; exit 1 when something does not."""
    from letters.signing.verify import verify as examine

    content = file.read_bytes()
    verdict = verification.judge(content, examine(content, signatures.roots()))
    if as_json:
        lines = ({"name": x.name, "holds": x.holds, "text": x.text} for x in verdict.lines)
        report(lines, as_json=True)
    else:
        for line in verdict.lines:
            click.echo(f"{_MARKS[line.holds]:<12}{line.text}")
    if not verdict.holds:
        raise click.exceptions.Exit(1)


COMMANDS = (letters,)
