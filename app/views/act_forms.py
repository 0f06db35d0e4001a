"""Small forms of one act: fields as data, what was typed checked, shown again when wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from app import forms
from app.errors import Invalid
from workflows import Field, FieldError, FieldType, Text


def sent(fields: Sequence[Field]) -> dict[str, str]:
    """Return what this request typed into the fields."""
    return {f.name: request.form.get(f.name, "")[:4000] for f in fields}


def answers(fields: Sequence[Field]) -> dict[str, str]:
    """Return the checked values of this request; raise Invalid with a sentence per field."""
    values: dict[str, str] = {}
    errors: dict[str, Text] = {}
    typed = sent(fields)
    for field in fields:
        if field.type is FieldType.FILE:
            continue
        if not field.applies(typed):
            values[field.name] = ""
            continue
        try:
            values[field.name] = field.check(request.form.get(field.name, ""))
        except FieldError as error:
            errors[field.name] = error.message
    if errors:
        raise Invalid(errors)
    return values


def shown(
    name: str, fields: Sequence[Field], typed: Mapping[str, str], errors: Mapping[str, Text]
) -> dict[str, Any]:
    """Return a form for a template; ids carry its name, for a page may have several."""
    filled = forms.fill([(Text(""), list(fields))], typed, {}, errors)
    lines = [line for section in filled.sections for line in section.lines]
    for line in lines:
        line.control.id = line.control.label.field_id = f"{name}-{line.name}"
    return {
        "name": name,
        "lines": lines,
        "limits": {f.name: f.max_length for f in fields},
        "whens": {f.name: f.when for f in fields if f.when},
        "has_file": any(line.is_file for line in lines),
        "problems": filled.problems,
    }
