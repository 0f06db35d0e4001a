"""What the page of a dossier shows to one member of staff, as plain values for the template."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import letters
import workflows
from app import formats, forms
from app.language import say, say_stored
from app.models import Attachment, Dossier, Letter, OutgoingMail
from app.security.actors import Actor, roles_of, staff_roles
from app.services import attachments, calendar, facts, papers, progress, signatures
from app.views.corrections import correction
from app.views.desk import days_left
from app.views.desk_binding import binding, works_on
from app.views.desk_history import history_rows
from workflows import DRAFTED, Action, Field, FieldType, Phase, Role, Text, Workflow

_LETTER_STATES = {
    "draft": (Text("Dự thảo", "Draft"), "signature"),
    "signed": (Text("Đã ký, chờ số", "Signed, no number yet"), "issue"),
    "issued": (Text("Đã phát hành", "Issued"), "done"),
    "void": (Text("Đã hủy dự thảo", "Draft dropped"), "closed"),
}
MAIL_STATES = {
    "pending": Text("Chờ gửi", "Waiting"),
    "sending": Text("Đang gửi", "Sending"),
    "sent": Text("Đã gửi", "Sent"),
    "dead": Text("Không gửi được", "Failed"),
    "expired": Text("Hết hạn, không gửi", "Expired, not sent"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tried in vain: which action, what was typed, what was wrong with it."""

    action: str = ""
    typed: Mapping[str, str] | None = None
    errors: Mapping[str, Text] | None = None
    problem: str = ""


def may_see_numbers(dossier: Dossier, actor: Actor) -> bool:
    """Tell whether somebody works on a dossier: has it in hand, or a step to take."""
    roles = roles_of(actor, dossier)
    offered = workflows.get(dossier.kind).offered(dossier.state, roles)
    return Role.OFFICER in roles or works_on(offered)


def dossier_page(
    dossier: Dossier, actor: Actor, attempt: Attempt, *, is_open: bool = False
) -> dict[str, Any]:
    """Return the context of templates/desk/dossier.html."""
    workflow = workflows.get(dossier.kind)
    roles = roles_of(actor, dossier)
    offered = sorted(
        workflow.offered(dossier.state, roles),
        key=lambda a: (a.tone != "primary", workflow.by_state[a.target].phase == Phase.QUEUE),
    )
    found = papers.letters_of(dossier)
    mails = papers.mails_of(dossier)
    open_letter = next((x for x in found if x.state in ("draft", "signed")), None)
    decides = any(a.signs or a.issues == DRAFTED for a in offered)
    code = str(dossier.code)
    return {
        "code": code,
        "subject": dossier.subject,
        "title": say(workflow.title),
        "phase": dossier.phase,
        "state": say(workflow.by_state[dossier.state].label),
        "version": dossier.version,
        "promise": _promise(dossier),
        "facts": _facts(dossier),
        "groups": _groups(dossier, workflow, is_open=is_open),
        "numbers": {
            "is_open": is_open,
            "href": url_for("desk.dossier_numbers", code=code),
        }
        if may_see_numbers(dossier, actor)
        else None,
        "files": _files(dossier, workflow),
        "steps": [{"label": say(s.label), "state": s.state} for s in progress.steps(dossier)],
        "offers": _offers(dossier, offered, attempt),
        "why_not": _why_not(dossier, actor, roles) if not works_on(offered) else "",
        "preview": {
            "title": say(_LETTER_STATES[open_letter.state][0]) + ": " + _title(open_letter),
            "href": url_for("desk_letters.preview", code=code, v=dossier.version),
        }
        if open_letter and decides
        else None,
        "letters": [_letter(x, code) for x in found],
        "mails": [_mail(m) for m in mails],
        "unsigned": _unsigned(found, mails),
        "events": list(history_rows(dossier, workflow)),
        "problem": attempt.problem,
        "wrong": [
            {"href": f"#{attempt.action}-{name}", "text": say(text)}
            for name, text in (attempt.errors or {}).items()
        ],
        "lost": _lost(workflow, offered, attempt),
        "page_has_errors": bool(attempt.problem or attempt.errors),
    }


def _promise(dossier: Dossier) -> dict[str, Any]:
    days = days_left(dossier, calendar.office())
    is_waiting = dossier.phase == Phase.WAITING
    day = dossier.supplement_due_on if is_waiting else dossier.due_on
    return {
        "label": _("Hạn bổ sung") if is_waiting else _("Hẹn trả"),
        "days": days,
        "on": formats.day(day) if day else "",
    }


def _facts(dossier: Dossier) -> list[dict[str, Any]]:
    officer = dossier.officer
    rows = [
        (_("Người nộp"), dossier.email or None),
        (_("Ngày nộp"), formats.short_moment(dossier.submitted_at) if dossier.submitted_at else ""),
        (_("Tính hạn từ"), formats.day(dossier.counted_from) if dossier.counted_from else ""),
        (_("Chuyên viên"), f"{officer.full_name}, {officer.unit.name}" if officer else ""),
        (_("Kết thúc"), formats.short_moment(dossier.closed_at) if dossier.closed_at else None),
    ]
    return [{"label": label, "value": value} for label, value in rows if value is not None]


def _groups(dossier: Dossier, workflow: Workflow, *, is_open: bool) -> list[dict[str, Any]]:
    """Return the answers by group; numbers of persons only for who asked to see them."""
    shown = [
        f
        for f in workflow.fields
        if f.type not in (FieldType.FILE, FieldType.CONSENT) and f.applies(dossier.answers)
    ]
    return [
        {"title": say(title), "rows": [_answer(f, dossier, is_open=is_open) for f in members]}
        for title, members in groupby(shown, key=lambda f: f.group)
    ]


def _answer(field: Field, dossier: Dossier, *, is_open: bool) -> dict[str, str]:
    value = say(facts.shown(field, dossier.answers.get(field.name, "")))
    if field.is_masked and not is_open:
        value = formats.mask_number(value)
    return {"label": say(field.label), "value": value}


def _files(dossier: Dossier, workflow: Workflow) -> list[dict[str, Any]]:
    asked = (f for a in workflow.actions for f in a.asks)
    labels = {f.name: say(f.label) for f in (*workflow.fields, *asked)}
    current = attachments.current(dossier)
    return [
        _file(a, labels.get(name, name))
        | {
            "older": [
                _file(old, "")
                for old in dossier.attachments
                if old.field == name and old.replaced_at is not None
            ]
        }
        for name, a in current.items()
        # Files of answers stand beside them, on the page of the recipients.
        if name in labels
    ]


def _file(attachment: Attachment, label: str) -> dict[str, Any]:
    return {
        "label": label,
        "name": attachment.name,
        "size": formats.size(attachment.size),
        "href": url_for("desk.attachment", number=attachment.id),
        "is_image": attachment.content_type.startswith("image/"),
        "at": formats.short_moment(attachment.uploaded_at),
    }


def _offers(dossier: Dossier, offered: list[Action], attempt: Attempt) -> list[dict[str, Any]]:
    premises = facts.for_guards(dossier) if any(a.guard for a in offered) else {}
    return [_offer(a, premises, attempt, is_first=n == 0) for n, a in enumerate(offered)]


def _offer(
    action: Action, premises: workflows.Facts, attempt: Attempt, *, is_first: bool
) -> dict[str, Any]:
    is_tried = action.name == attempt.action
    typed = attempt.typed or {} if is_tried else {}
    form = forms.fill(
        [(Text(""), [facts.with_catalogues(f) for f in action.asks])],
        {f.name: typed.get(f.name, "") for f in action.asks},
        {},
        attempt.errors or {} if is_tried else {},
    )
    lines = [line for section in form.sections for line in section.lines]
    for line in lines:
        # Two actions of one page may ask for the same thing.
        line.control.id = line.control.label.field_id = f"{action.name}-{line.name}"
    blocked = action.guard(premises) if action.guard else None
    # After the end most have nothing left to do: why not is there for whoever asks.
    is_folded = blocked is not None and action.target in action.sources
    return {
        "name": action.name,
        "label": say(action.label),
        "tone": action.tone,
        "lines": lines,
        "has_file": any(line.is_file for line in lines),
        "limits": {f.name: f.max_length for f in action.asks},
        "blocked": say(blocked) if blocked else "",
        "binding": say(binding(action)),
        "is_open": is_tried or (is_first and not attempt.action and not is_folded),
    }


def _why_not(dossier: Dossier, actor: Actor, roles: Collection[Role]) -> str:
    """Say why somebody who usually acts here has nothing to do."""
    held = staff_roles(actor.user) if actor.user else frozenset()
    if dossier.phase == Phase.SIGNATURE and Role.SIGNER in held - set(roles):
        return str(_("Ông/Bà đã thẩm định hồ sơ này nên lãnh đạo khác ký."))
    if dossier.phase == Phase.REVIEW and Role.OFFICER in held - set(roles) and dossier.officer:
        return str(_("%(name)s đang thụ lý hồ sơ này.", name=dossier.officer.full_name))
    return ""


def _title(letter: Letter) -> str:
    about = letters.kinds().get(letter.kind)
    return about.title if about else letter.kind


def _letter(letter: Letter, code: str) -> dict[str, Any]:
    label, phase = _LETTER_STATES[letter.state]
    entry = letter.entry
    href = ""
    if letter.state == "issued":
        href = url_for("desk_letters.pdf", key=letter.key)
    elif letter.state != "void":
        href = url_for("desk_letters.preview", code=code)
    return {
        "title": _title(letter),
        "subject": letter.subject,
        "state": say(label),
        "phase": phase,
        "reference": f"{entry.number:02d}/{entry.symbol}" if entry else "",
        "on": formats.day(entry.issued_on) if entry else "",
        "signer": letter.signer.full_name if letter.signer else "",
        "signed_at": formats.short_moment(letter.signed_at) if letter.signed_at else "",
        "href": href,
        "is_void": letter.state == "void",
        "edxml": url_for("desk.letter_edxml", key=letter.key) if entry else "",
        "entry": url_for("desk.entry", number=entry.id) if entry else "",
        "correction": correction(letter) if entry else {},
    }


def _unsigned(found: list[Letter], mails: list[OutgoingMail]) -> list[dict[str, str]]:
    """Return the issued letters that wait for a key, with the reason kept with their mails."""
    reasons = {m.letter_id: m.error for m in mails if signatures.is_waiting(m.error)}
    return [
        {
            "title": _title(letter),
            "reason": say_stored(reasons[letter.id]),
            "href": url_for("desk_letters.sign_again", key=letter.key),
        }
        for letter in found
        if letter.pdf_sha256 is None and letter.id in reasons
    ]


def _mail(mail: OutgoingMail) -> dict[str, str]:
    at = mail.sent_at or mail.next_at
    return {
        "subject": mail.subject,
        "state": say(MAIL_STATES[mail.state]),
        "phase": {"sent": "done", "dead": "refused", "expired": "closed"}.get(
            mail.state, "waiting"
        ),
        "at": formats.short_moment(at),
        "error": say_stored(mail.error),
    }


def _lost(workflow: Workflow, offered: list[Action], attempt: Attempt) -> list[dict[str, str]]:
    """Return what was typed for an action that is gone, so that it can be copied."""
    if not attempt.typed or attempt.action in {a.name for a in offered}:
        return []
    asked = {f.name: f for a in workflow.actions if a.name == attempt.action for f in a.asks}
    return [
        {"label": say(field.label), "value": attempt.typed[name]}
        for name, field in asked.items()
        if attempt.typed.get(name, "").strip()
    ]
