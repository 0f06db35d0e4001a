"""`vanthu check`: is everything in its place before the doors open?"""

import re
from collections.abc import Iterator

import click
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

import letters
import workflows
from app.config import ROOT, Config
from app.extensions import db
from app.models import Dossier
from app.services.effects import EFFECTS
from letters import fonts


def problems() -> Iterator[str]:
    """Yield what is wrong; nothing when all is well."""
    yield from _letters_and_mails()
    yield from _migrations()
    yield from _documentation()
    yield from _stored_states()


def _letters_and_mails() -> Iterator[str]:
    yield from (f"letter font: {name}" for name in fonts.missing())
    if not (ROOT / "app" / "static" / "build" / "manifest.json").exists():
        yield "browser assets are not built"
    known = letters.kinds()
    for kind, workflow in workflows.all_workflows().items():
        yield from (f"{kind}: no letter {n}" for n in sorted(workflow.letters - known.keys()))
        for action in workflow.actions:
            for mail in filter(None, (action.mail, action.sends)):
                if not (ROOT / "templates" / "mail" / f"{mail}.txt").exists():
                    yield f"{kind}: no mail {mail}"
            if action.effect and action.effect not in EFFECTS:
                yield f"{kind}: no effect {action.effect}"


def _migrations() -> Iterator[str]:
    heads = ScriptDirectory(str(ROOT / "app" / "migrations")).get_heads()
    if len(heads) != 1:
        yield f"migrations have {len(heads)} heads"


def _documentation() -> Iterator[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, field in Config.model_fields.items():
        variable = str(field.validation_alias or name.upper())
        if not re.search(rf"`{variable}`", readme):
            yield f"README does not name {variable}"


def _stored_states() -> Iterator[str]:
    if not inspect(db.engine).has_table(Dossier.__tablename__):
        return
    rows = db.session.execute(select(Dossier.kind, Dossier.state).distinct()).all()
    for kind, state in rows:
        try:
            if state not in workflows.get(kind).by_state:
                yield f"stored dossiers are in the unknown state {kind}/{state}"
        except workflows.UnknownWorkflow:
            yield f"stored dossiers are of the unknown kind {kind}"


@click.command()
def check() -> None:
    """Check workflows, letters, mails, migrations, documentation and stored states."""
    found = list(problems())
    for line in found:
        click.echo(line, err=True)
    if found:
        raise click.exceptions.Exit(1)
    kinds = len(workflows.all_workflows())
    click.echo(f"ok: {kinds} request types, {len(letters.kinds())} letters")


COMMANDS = (check,)
