"""What applicants typed: kept as it is, checked, and taken into the dossier when it is sent."""

from collections.abc import Mapping

import workflows
from app import clock, formats
from app.errors import Invalid, Refused
from app.models import Dossier
from app.services import attachments, facts, places
from workflows import FieldError, FieldType, Text


def type_in(dossier: Dossier, typed: Mapping[str, str]) -> None:
    """Keep what was typed, right or wrong, so that nothing is lost."""
    names = {f.name for f in workflows.get(dossier.kind).fields if f.type is not FieldType.FILE}
    kept = {n: v[:4000] for n, v in typed.items() if n in names}
    typed = {**values(dossier), **kept}
    if typed == dossier.typed:
        # An autosave that comes in after the form it belongs to must not make the page that
        # followed look old: what is sent from there would be refused as a conflict.
        return
    dossier.typed = typed
    if not dossier.submitted_at:
        # A submitted dossier keeps its checked name until the supplement is sent.
        dossier.subject = workflows.get(dossier.kind).subject(dossier.typed)[:250]
        dossier.system = dossier.typed.get("system", "")
    dossier.changed_at = clock.now()


def values(dossier: Dossier) -> dict[str, str]:
    """Return what the form shows: what is being typed, else what was submitted."""
    return dict(dossier.typed or dossier.answers)


def errors(dossier: Dossier) -> dict[str, Text]:
    """Check everything typed and attached; field → what to do."""
    return checked(dossier)[1]


def checked(dossier: Dossier) -> tuple[dict[str, str], dict[str, Text]]:
    """Return the answers that may be kept, and a sentence for each field that may not."""
    typed = values(dossier)
    files = attachments.current(dossier)
    answers: dict[str, str] = {}
    refused: dict[str, Text] = {}
    for field in workflows.get(dossier.kind).fields:
        if not field.applies(typed):
            answers[field.name] = ""
            continue
        raw = typed.get(field.name, "")
        if field.type is FieldType.FILE:
            raw = files[field.name].name if field.name in files else ""
        try:
            answers[field.name] = facts.with_catalogues(
                field, dossier.answers.get(field.name, "")
            ).check(raw)
        except FieldError as error:
            refused[field.name] = error.message
    for rule in workflows.get(dossier.kind).rules:
        if (broken := rule(answers)) is not None:
            refused.setdefault(*broken)
    return answers, refused


def something(changed: list[str]) -> list[str]:
    """Return the changed fields; raise Refused when a supplement has none."""
    if not changed:
        raise Refused(
            Text(
                "Chưa có nội dung nào được bổ sung. Sửa thông tin hoặc đính kèm tệp mới rồi gửi.",
                "Nothing was supplemented yet. Change an answer or attach a new file first.",
            )
        )
    return changed


def take(dossier: Dossier) -> list[str]:
    """Move what was typed into what counts; return the names of the fields that changed."""
    answers, refused = checked(dossier)
    if refused:
        raise Invalid(refused)
    for field in workflows.get(dossier.kind).fields:
        if field.type is FieldType.FILE and not field.applies(answers):
            attachments.remove(dossier, field.name)
    since = dossier.events[-1].at if dossier.events else dossier.created_at
    files = {f for f, a in attachments.current(dossier).items() if a.uploaded_at > since}
    changed = [n for n, v in answers.items() if n in files or v != dossier.answers.get(n, "")]
    workflow = workflows.get(dossier.kind)
    dossier.answers, dossier.typed = answers, {}
    dossier.subject = workflow.subject(answers)
    dossier.system = answers.get("system", "")
    read = answers | {"commune": places.name_of(answers.get("commune", ""))}
    dossier.folded = formats.fold(
        " ".join(
            read.get(n, "")
            for n in (
                *workflow.subject_fields,
                "licence_no",
                "vendor_tax_code",
                "tax_code",
                "commune",
            )
        )
    )
    return changed
