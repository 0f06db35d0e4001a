"""A dossier's form on a page: kept as it is typed, shown again with what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import request

import workflows
from app import forms
from app.errors import Invalid
from app.models import Attachment, Dossier
from app.services import applications, attachments, facts, filling
from app.services.attachments import Received
from app.views import uploads
from workflows import Field, FieldError, FieldType, Text


@dataclass(frozen=True, slots=True)
class Links:
    """Where the parts of a form lead: on the portal, or at the desk."""

    form: str
    save: str
    check: Callable[[str], str]
    file: Callable[[Attachment], str]


def received(kind: str) -> tuple[dict[str, Received], dict[str, Text]]:
    """Return the files this request sent for a form, and why others were refused."""
    fields = workflows.get(kind).fields
    return uploads.taken(f.name for f in fields if f.type is FieldType.FILE)


def keep(dossier: Dossier, files: Mapping[str, Received] | None) -> dict[str, Text]:
    """Store what this request typed and, unless None, its files; return the refused ones."""
    fields = workflows.get(dossier.kind).fields
    filling.type_in(dossier, _sent(fields))
    refused: dict[str, Text] = {}
    if files is not None:
        for field in fields:
            if field.type is FieldType.FILE:
                refused |= _take_file(dossier, field, files.get(field.name))
    return refused


def _sent(fields: Sequence[Field]) -> dict[str, str]:
    """Return what this request says about the fields; of the others it says nothing."""
    typed = {f.name: request.form[f.name] for f in fields if f.name in request.form}
    if "whole" in request.form:
        # The last control of the form has arrived: a consent that is missing is not given.
        typed = {f.name: "" for f in fields if f.type is FieldType.CONSENT} | typed
    return typed


def _take_file(dossier: Dossier, field: Field, sent: Received | None) -> dict[str, Text]:
    if request.form.get("remove") == field.name:
        attachments.remove(dossier, field.name)
        return {}
    if sent is None:
        return {}
    try:
        attachments.attach(dossier, field.name, sent, uploads.max_mb())
    except Invalid as error:
        return error.errors
    return {}


def filled(dossier: Dossier, errors: Mapping[str, Text]) -> forms.FilledForm:
    """Return the form of a dossier with its values, files and sentences."""
    return forms.fill(
        applications.groups(workflows.get(dossier.kind), dossier.answers),
        filling.values(dossier),
        attachments.current(dossier),
        errors,
    )


def checked_line(dossier: Dossier, name: str) -> forms.Line | None:
    """Check one field while people type, keep nothing; None for no such field."""
    fields = workflows.get(dossier.kind).fields
    found = next((f for f in fields if f.name == name and f.type is not FieldType.FILE), None)
    if found is None:
        return None
    field = facts.with_catalogues(found, dossier.answers.get(name, ""))
    typed = request.form.get(name, "")
    errors: dict[str, Text] = {}
    try:
        field.check(typed)
    except FieldError as error:
        errors[name] = error.message
    return forms.fill([(Text(""), [field])], {name: typed}, {}, errors).sections[0].lines[0]
