"""`vanthu check`: is everything in its place before the doors open?"""

import re
from collections.abc import Iterator

import click
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import inspect, select

import letters
import workflows
from app import clock, formats
from app.config import ROOT, Config
from app.extensions import db
from app.models import Dossier, Wording
from app.services import wordings
from app.services.effects import EFFECTS
from letters import fonts
from letters.signing import DEMONSTRATION


def problems() -> Iterator[str]:
    """Yield what is wrong; nothing when all is well."""
    yield from _letters_and_mails()
    yield from _migrations()
    yield from _documentation()
    yield from _stored_states()
    yield from _signing()
    yield from _stored_wordings()


def warnings() -> Iterator[str]:
    """Yield what works today and needs somebody's eye all the same."""
    for name, kind in letters.kinds().items():
        if not kind.is_in_force(clock.today()):
            days = " – ".join(
                formats.day(d) if d else "" for d in (kind.valid_from, kind.valid_until)
            )
            yield f"letter {name}: {kind.form_code} ({kind.form_basis}) is in force {days}"


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


def _stored_wordings() -> Iterator[str]:
    if inspect(db.engine).has_table(Wording.__tablename__):
        yield from wordings.problems()


def _signing() -> Iterator[str]:
    config: Config = current_app.config["VANTHU"]
    for path in (config.trust_roots, config.signing_pin_file, config.signing_access_file):
        if path is not None and not path.is_file():
            yield f"the settings of signing name {path}, and there is no such file"


def signing(config: Config) -> str:
    """Say in one line whether letters leave signed, and what that is worth."""
    if config.signs_with == "off":
        return "signing: off, letters leave without digital signatures; see SIGNING in the README"
    if config.signs_with == "software" and not config.is_production:
        return f"signing: software, {DEMONSTRATION} (for demonstration, no legal force)"
    return f"signing: {config.signs_with}, level {config.signature_level}"


@click.command()
def check() -> None:
    """Check workflows, letters, mails, migrations, documentation and stored states."""
    found = list(problems())
    for line in [*found, *(f"warning: {line}" for line in warnings())]:
        click.echo(line, err=True)
    if found:
        raise click.exceptions.Exit(1)
    kinds = len(workflows.all_workflows())
    click.echo(f"ok: {kinds} request types, {len(letters.kinds())} letters")
    click.echo(signing(current_app.config["VANTHU"]))


COMMANDS = (check,)
