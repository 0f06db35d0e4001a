"""`vanthu audit`: is the evidence what was written, and its seals to keep elsewhere."""

import json
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from app.cli.output import json_option, report
from app.extensions import db
from app.models import Seal
from app.security.actors import console
from app.services import audit as trail
from app.services import evidence_checks, routines, seal_proof, seals
from app.transaction import transaction

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("audit")
def audit() -> None:
    """Histories of dossiers, accounts and books, the audit trail, and their daily seals."""


@audit.command()
@click.option("--seals", "file", type=_FILE, help="A file of seals that was kept elsewhere.")
@json_option
def verify(file: Path | None, as_json: bool) -> None:
    """Check every row against its seal and the seal of its day; exit 1 when one differs."""
    kept: dict[str, Any] | None = None
    try:
        if file is not None:
            kept = json.loads(file.read_text(encoding="utf-8"))
        found = list(evidence_checks.problems(kept))
    except (ValueError, seal_proof.NotASealFile) as error:
        raise click.ClickException(f"{file}: {error}") from None
    report(({"name": name, "problem": p} for name, p in found), as_json=as_json)
    if found:
        raise click.exceptions.Exit(1)


@audit.command()
def seal() -> None:
    """Seal every day that is over and has no seal yet; the worker does it each night."""
    click.echo(routines.seal_days())


@audit.command()
def key() -> None:
    """Print the public key that proves the seals (Ed25519, hexadecimal)."""
    click.echo(seals.public_key())


@audit.command("export-seals")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export_seals(out: Path) -> None:
    """Write the seals to a file that is kept elsewhere; it holds digests, no content of rows."""
    found = db.session.scalars(select(Seal).order_by(Seal.day))
    kept = [seals.as_kept(each) for each in found]
    content = {"format": seals.FORMAT, "key": seals.public_key(), "seals": kept}
    out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with transaction():
        trail.record("exported", console(), "list:seals", {"days": len(kept)})
    click.echo(out)


COMMANDS = (audit,)
