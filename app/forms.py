"""The form of a request type: WTForms controls with GOV.UK widgets, built from its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCharacterCount,
    GovCheckboxInput,
    GovFileInput,
    GovRadioInput,
    GovSelect,
    GovTextInput,
)
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.form import BaseForm

from app.language import say
from app.models import Attachment
from app.services.applications import typed_form
from workflows import Field, FieldType, Text

# More choices than this are a list to open, not buttons to see.
_MOST_RADIOS = 4
_EMPTY = Text("– Chọn –", "– Choose –")
_DATE_HINT = Text("Ngày/tháng/năm, ví dụ: 05/01/2026.", "Day/month/year, for example 05/01/2026.")
_DATES = frozenset({FieldType.DATE, FieldType.DEADLINE})
_ATTRIBUTES: Mapping[FieldType, Mapping[str, str]] = {
    FieldType.NAME: {"autocapitalize": "words"},
    FieldType.EMAIL: {"type": "email", "autocomplete": "email", "spellcheck": "false"},
    FieldType.PHONE: {"type": "tel", "inputmode": "tel"},
    FieldType.MOBILE: {"type": "tel", "inputmode": "tel"},
    # Text, not type=date: what was typed wrongly must come back as it was typed.
    FieldType.DATE: {"inputmode": "text", "autocomplete": "off"},
    FieldType.DEADLINE: {"inputmode": "text", "autocomplete": "off"},
    FieldType.TAX_CODE: {"inputmode": "numeric", "autocomplete": "off"},
    FieldType.PERSONAL_ID: {"inputmode": "numeric", "autocomplete": "off"},
    FieldType.FACILITY_LICENCE: {"autocapitalize": "characters", "autocomplete": "off"},
    FieldType.PRACTICE_LICENCE: {"autocapitalize": "characters", "autocomplete": "off"},
}
_WIDTHS: Mapping[FieldType, str] = {
    FieldType.PHONE: "short",
    FieldType.MOBILE: "short",
    FieldType.DATE: "short",
    FieldType.DEADLINE: "short",
    FieldType.TAX_CODE: "short",
    FieldType.PERSONAL_ID: "short",
    FieldType.FACILITY_LICENCE: "medium",
    FieldType.PRACTICE_LICENCE: "medium",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A control with what its macro needs beyond it."""

    name: str
    control: Any
    width: str
    is_file: bool
    attachment: Attachment | None


@dataclass(frozen=True, slots=True)
class Section:
    """A group of lines under one title."""

    title: Text
    lines: tuple[Line, ...]
    # (field, answer, its label): the whole group is asked only while that is the answer.
    when: tuple[str, str, Text] | None = None


@dataclass(frozen=True, slots=True)
class FilledForm:
    """`sections` for the page, `problems` for the summary above it."""

    form: Any
    sections: tuple[Section, ...]

    @property
    def problems(self) -> list[dict[str, str]]:
        """Return the lines of the error summary; two that would read alike name their place."""
        wrong = [(s, x.control) for s in self.sections for x in s.lines if x.control.errors]
        places: dict[str, list[str]] = {}
        for section, control in wrong:
            places.setdefault(control.errors[0], []).append(say(section.title))
        lines = []
        for section, control in wrong:
            text = control.errors[0]
            groups = places[text]
            if len(groups) > 1:
                is_clear = len(set(groups)) == len(groups)
                where = say(section.title) if is_clear else control.label.text
                # The box of a consent has a whole sentence beside it.
                text = f"{shorten(where.rstrip('.'), 60, placeholder='…')}: {text}"
            lines.append({"href": f"#{control.id}", "text": text})
        return lines


def fill(
    groups: list[tuple[Text, list[Field]]],
    values: Mapping[str, str],
    files: Mapping[str, Attachment],
    errors: Mapping[str, Text],
) -> FilledForm:
    """Return the form with values, current files and one sentence per refused field."""
    fields = [f for _, members in groups for f in members]
    form = BaseForm({f.name: _unbound(f) for f in fields})
    form.process(None, data={f.name: typed_form(f, values.get(f.name, "")) for f in fields})
    for field in fields:
        control = form[field.name]
        control.flags.required = field.required
        if field.name in errors:
            control.errors = [say(errors[field.name])]
    return FilledForm(
        form,
        tuple(
            Section(
                title,
                tuple(_line(f, form[f.name], files) for f in members),
                _when(members, fields),
            )
            for title, members in groups
        ),
    )


def _when(members: Sequence[Field], fields: Sequence[Field]) -> tuple[str, str, Text] | None:
    """Return the condition that all fields of a group share."""
    conditions = {f.when for f in members}
    condition = conditions.pop() if len(conditions) == 1 else None
    if condition is None:
        return None
    name, answer = condition
    labels = [c.label for f in fields if f.name == name for c in f.choices if c.value == answer]
    # A field checked alone comes without the one it depends on.
    return (name, answer, labels[0]) if labels else None


def _line(field: Field, control: Any, files: Mapping[str, Attachment]) -> Line:
    return Line(
        field.name,
        control,
        _WIDTHS.get(field.type, ""),
        field.type is FieldType.FILE,
        files.get(field.name),
    )


def _unbound(field: Field) -> Any:
    common: dict[str, Any] = {
        "label": say(field.label),
        "description": say(_hint(field)),
        "render_kw": dict(_ATTRIBUTES.get(field.type, {})),
    }
    match field.type:
        case FieldType.CHOICE:
            return _choice(field, common)
        case FieldType.CONSENT:
            return BooleanField(widget=GovCheckboxInput(), **common)
        case FieldType.FILE:
            return FileField(widget=GovFileInput(), **common)
        case FieldType.PARAGRAPHS | FieldType.LINES:
            common["render_kw"] |= {"rows": "5", "maxlength": False}
            return TextAreaField(widget=GovCharacterCount(), **common)
        case _:
            return StringField(widget=GovTextInput(), **common)


def _hint(field: Field) -> Text:
    return _DATE_HINT if field.type in _DATES and not field.hint else field.hint


def _choice(field: Field, common: Mapping[str, Any]) -> Any:
    choices = [SelectChoice(c.value, say(c.label)) for c in field.choices]
    if 0 < len(choices) <= _MOST_RADIOS:
        return RadioField(choices=choices, widget=GovRadioInput(), validate_choice=False, **common)
    return SelectField(
        choices=[SelectChoice("", say(_EMPTY)), *choices],
        widget=GovSelect(),
        validate_choice=False,
        **common,
    )
