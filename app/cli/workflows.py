"""`vanthu workflows`: what request types there are and how they run."""

from typing import Any

import click

import workflows as definitions
from app.cli.output import json_option, report
from workflows.diagram import mermaid, paths

_FREE: dict[str, Any] = {"officer": 1, "email": "x", "account": None, "code": None}
_HELD: dict[str, Any] = _FREE | {
    "account": {
        "username": "x", "system": "x", "dossier": "x", "custodian": "x", "custodian_email": "x",
    }
}  # fmt: skip


@click.group("workflows")
def workflows() -> None:
    """Request types."""


@workflows.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the request types."""
    report(
        (
            {
                "name": kind,
                "title": str(w.title),
                "working_days": w.working_days,
                "fields": len(w.fields),
                "states": len(w.states),
                "letters": ", ".join(sorted(w.letters)),
            }
            for kind, w in definitions.all_workflows().items()
        ),
        as_json=as_json,
    )


@workflows.command()
@click.argument("kind")
@click.option("--fields", is_flag=True, help="List its fields and how sensitive they are.")
@json_option
def show(kind: str, fields: bool, as_json: bool) -> None:
    """List the actions of a request type: who, from where, to where; or its fields."""
    if fields:
        report(_fields(_get(kind)), as_json=as_json)
        return
    report(
        (
            {
                "name": a.name,
                "label": str(a.label),
                "roles": ", ".join(sorted(a.roles)),
                "from": source,
                "to": a.target,
                "letter": a.drafts or a.issues,
                "effect": a.effect,
                "clock": a.clock.value,
                "mail": a.mail,
            }
            for a in _get(kind).actions
            for source in a.sources
        ),
        as_json=as_json,
    )


@workflows.command()
@click.argument("kind")
def diagram(kind: str) -> None:
    """Print the state diagram as Mermaid."""
    click.echo(mermaid(_get(kind)), nl=False)


@workflows.command()
@click.argument("kind")
@json_option
def simulate(kind: str, as_json: bool) -> None:
    """Walk every way through a request type, with a fresh subject each time."""
    workflow = _get(kind)

    class Subject:
        state = workflow.initial

    rows = []
    for way in paths(workflow):
        subject = Subject()
        for _, action in way:
            # Premises are about real registers; here they hold.
            facts = _FREE
            if action.guard is not None and action.guard(facts) is not None:
                facts = _HELD
            workflow.fire(subject, action.name, roles=action.roles, facts=facts)
        rows.append(
            {
                "name": subject.state,
                "phase": workflow.by_state[subject.state].phase.value,
                "steps": " → ".join(a.name for _, a in way),
            }
        )
    report(rows, as_json=as_json)


def _fields(workflow: definitions.Workflow) -> list[dict[str, Any]]:
    return [
        {
            "name": f.name,
            "label": str(f.label),
            "type": f.type.value,
            "sensitivity": (f.sensitivity or definitions.PUBLIC).value,
            "masked": f.is_masked,
        }
        for f in workflow.all_fields
    ]


def _get(kind: str) -> definitions.Workflow:
    try:
        return definitions.get(kind)
    except definitions.UnknownWorkflow:
        known = ", ".join(definitions.all_workflows())
        raise click.ClickException(f"no request type {kind}; there are: {known}") from None


COMMANDS = (workflows,)
