"""What the pages of the registers show, and the register's panels on the page of a dossier."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

import workflows
from app import formats
from app.language import say
from app.models import Account, Dossier, Organisation, Prescriber
from app.security.actors import Actor, roles_of, staff_roles
from app.services import facts
from app.services import registers as books
from app.views.desk_register_history import access, event_line, phone, timeline
from app.views.desk_register_rows import (
    account_row,
    code_line,
    day,
    dossier_link,
    holder,
    labelled,
    state_of,
    system_name,
)
from workflows import FINAL_PHASES, Phase, Role

_DECIDED = {Phase.ISSUE, *FINAL_PHASES}


def account_page(account: Account, *, is_open: bool) -> dict[str, Any]:
    """Return the context of templates/desk/registers/account.html."""
    events = books.history(account)
    return {
        **account_row(account),
        "closed": day(account.closed_at) if account.closed_at else "",
        "custodian": _custodian(account, books.entrusted_by(events), is_open=is_open),
        "access": access(books.last_activation(account), events),
        "events": timeline(events, is_open=is_open),
    }


def organisation_page(holder: Organisation) -> dict[str, Any]:
    """Return the context of templates/desk/registers/organisation.html."""
    rows = [
        (_("Số giấy"), holder.number),
        (_("Loại hình"), _kind(holder.kind)),
        (_("Địa chỉ"), holder.address),
        (_("Mã số thuế"), holder.tax_code),
        (_("Vào sổ ngày"), day(holder.created_at)),
    ]
    return {
        "name": holder.name,
        "particulars": labelled(rows),
        "accounts": [
            {
                "username": a.username,
                "href": url_for("desk.account", number=a.id),
                "system": system_name(a),
                "since": day(a.created_at),
                **state_of(a),
            }
            for a in reversed(holder.accounts)
        ],
        "codes": [code_line(c) for c in holder.codes],
        "dossiers": [
            {
                **dossier_link(d),
                "title": say(workflows.get(d.kind).title),
                "phase": d.phase,
                "state": say(workflows.get(d.kind).by_state[d.state].label),
                "on": day(d.submitted_at) if d.submitted_at else "",
            }
            for d in books.dossiers_of(holder)
        ],
        "all_dossiers": url_for("desk.queue", q=holder.number),
    }


def prescriber_page(prescriber: Prescriber, *, is_open: bool) -> dict[str, Any]:
    """Return the context of templates/desk/registers/prescriber.html."""
    rows = [
        (_("Họ và tên"), prescriber.name),
        (_("Số chứng chỉ hành nghề"), prescriber.licence_no),
        (_("Số điện thoại"), phone(prescriber.phone, is_open=is_open)),
        (_("Vào sổ ngày"), day(prescriber.created_at)),
    ]
    return {
        "name": prescriber.name,
        "particulars": labelled(rows),
        "codes": [code_line(c) for c in prescriber.codes],
    }


def dossier_panels(dossier: Dossier, actor: Actor) -> dict[str, Any]:
    """Return what the register has on a dossier: how it stands now, and what it changed."""
    is_officer = actor.user is not None and Role.OFFICER in staff_roles(actor.user)
    is_open = Role.OFFICER in roles_of(actor, dossier)
    events, entered = books.changes_by(dossier)
    return {
        "standing": _standing(dossier, is_open=is_open)
        if is_officer and books.is_about_an_entry(dossier)
        else None,
        "changed": [
            {
                **event_line(e, is_open=is_open),
                "entry": e.account.username,
                "href": url_for("desk.account", number=e.account_id),
            }
            for e in events
        ]
        + [
            {
                "title": _("Ghi mã vào sổ"),
                "tone": "success",
                "when": formats.short_moment(c.created_at),
                "entry": c.code,
                "href": holder(c)["href"],
            }
            for c in entered
        ],
    }


def _standing(dossier: Dossier, *, is_open: bool) -> dict[str, Any]:
    account, code = books.account_of(dossier), books.code_of(dossier)
    return {
        "is_account": "system" in dossier.answers,
        "account": account and _account(account, dossier, is_open=is_open),
        "code": code and {**code_line(code), **holder(code)},
    }


def _account(account: Account, dossier: Dossier, *, is_open: bool) -> dict[str, Any]:
    email = account.custodian_email
    return {
        **account_row(account),
        "custodian": account.custodian_name,
        # What was decided may have changed the record: the question is one of before.
        "is_same": None if dossier.phase in _DECIDED else email.casefold() == dossier.email,
        "email": email if is_open else formats.mask_email(email),
    }


def _custodian(account: Account, entrusted: Dossier | None, *, is_open: bool) -> list[Any]:
    email = account.custodian_email
    rows = [
        (_("Họ và tên"), account.custodian_name),
        (_("Giới tính"), _answer(entrusted, "custodian_gender")),
        (_("Đơn vị"), account.holder.name),
        (_("Chức vụ"), _answer(entrusted, "custodian_position")),
        (_("Thư điện tử"), email if is_open else formats.mask_email(email)),
        (_("Số điện thoại"), phone(account.custodian_phone, is_open=is_open)),
    ]
    return labelled(rows)


def _answer(dossier: Dossier | None, name: str) -> str:
    if dossier is None:
        return ""
    fields = (f for f in workflows.get(dossier.kind).fields if f.name == name)
    return next((say(facts.shown(f, dossier.answers.get(name, ""))) for f in fields), "")


def _kind(value: str) -> str:
    """Return a type of facility as the forms call it."""
    for workflow in workflows.all_workflows().values():
        for field in workflow.fields:
            if field.name == "facility_kind":
                return say(facts.shown(field, value))
    return value
