"""What the pages of the registers show, and the register's panels on the page of a dossier."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import workflows
from app import clock, formats
from app.language import say
from app.models import Account, Dossier, Organisation, Prescriber, Vendor
from app.security.actors import Actor, staff_roles
from app.services import connections, dossier_entries, facts, places
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


def account_page(account: Account, *, is_open: bool = False) -> dict[str, Any]:
    """Return the context of templates/desk/registers/account.html."""
    events = books.history(account)
    return {
        **account_row(account),
        "numbers": _numbers("desk.account_numbers", account.id, is_open=is_open),
        "closed": day(account.closed_at) if account.closed_at else "",
        "password_due": formats.day(d) if (d := account.password_due_on) else "",
        "is_overdue": bool(d and d < clock.today()),
        "custodian": _custodian(account, books.entrusted_by(events), is_open=is_open),
        "access": access(books.last_activation(account), events),
        "events": timeline(events, is_open=is_open),
    }


def organisation_page(holder: Organisation, page: int) -> dict[str, Any]:
    """Return the context of templates/desk/registers/organisation.html."""
    sort = holder.sort
    rows = [
        (_("Số giấy"), holder.number, sort == "facility"),
        (_("Loại hình"), kind_name(holder.kind), sort == "facility"),
        (_("Địa chỉ"), holder.address, sort != "office"),
        *((label, value, True) for label, value in _place(holder)),
        (_("Mã số thuế"), holder.tax_code, sort != "office"),
        (_("Vào sổ ngày"), day(holder.created_at), True),
    ]
    particulars = labelled([(label, value) for label, value, is_asked in rows if is_asked])
    if holder.vendor:
        particulars.append(
            {
                "label": _("Đơn vị phần mềm"),
                "value": holder.vendor.name,
                "href": url_for("desk.organisation", number=holder.vendor_id),
            }
        )
    return {
        "name": holder.name,
        "sort": sort,
        "particulars": particulars,
        "connected": facility_list(
            connections.of_vendor(holder, page), "desk.organisation", number=holder.id
        )
        if isinstance(holder, Vendor)
        else None,
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


def facility_list(found: connections.Lines, endpoint: str, **address: Any) -> dict[str, Any]:
    """Return a page of the facilities of a vendor, with the way to its neighbours."""
    first = (found.page - 1) * connections.PAGE + 1
    last = first + len(found.rows) - 1
    return {
        "total": found.total,
        "without_account": found.without_account,
        "rows": [
            {
                "no": n,
                "name": line.name,
                "href": url_for("desk.organisation", number=line.facility_id),
                "number": line.number,
                "address": line.address,
                "accounts": [
                    {"text": username, "href": url_for("desk.account", number=account_id)}
                    for account_id, username in line.accounts
                ],
            }
            for n, line in enumerate(found.rows, start=first)
        ],
        "note": _("%(a)s–%(b)s trong %(n)s", a=first, b=last, n=found.total)
        if found.pages > 1
        else "",
        "previous": url_for(endpoint, page=found.page - 1, **address) if found.page > 1 else "",
        "next": url_for(endpoint, page=found.page + 1, **address)
        if found.page < found.pages
        else "",
    }


def _place(holder: Organisation) -> list[tuple[str, str]]:
    """Return the commune and the province, and the district the commune lay in, if one is known."""
    place = places.by_code(holder.place_code)
    if place is None:
        return []
    province = places.parent_of(place)
    rows = [(_("Xã, phường"), place.name)]
    if province:
        rows.append((_("Tỉnh, thành phố"), province.name))
    if place.valid_from:
        before = places.on(place, place.valid_from - timedelta(days=1))
        if before:
            rows.append((_("Trước ngày %(day)s", day=formats.day(place.valid_from)), before.name))
    return rows


def _numbers(endpoint: str, number: int, *, is_open: bool) -> dict[str, Any]:
    """Return the way to numbers in full; the template offers it to who may go it."""
    return {"is_open": is_open, "href": url_for(endpoint, number=number)}


def prescriber_page(prescriber: Prescriber, *, is_open: bool = False) -> dict[str, Any]:
    """Return the context of templates/desk/registers/prescriber.html."""
    rows = [
        (_("Họ và tên"), prescriber.name),
        (_("Số chứng chỉ hành nghề"), prescriber.licence_no),
        (_("Số điện thoại"), phone(prescriber.phone, is_open=is_open)),
        (_("Vào sổ ngày"), day(prescriber.created_at)),
    ]
    return {
        "name": prescriber.name,
        "numbers": _numbers("desk.prescriber_numbers", prescriber.id, is_open=is_open),
        "particulars": labelled(rows),
        "codes": [code_line(c) for c in prescriber.codes],
    }


def dossier_panels(dossier: Dossier, actor: Actor, *, is_open: bool) -> dict[str, Any]:
    """Return what the register has on a dossier: how it stands now, and what it changed."""
    is_officer = actor.user is not None and Role.OFFICER in staff_roles(actor.user)
    events, entered = dossier_entries.changes_by(dossier)
    return {
        "standing": _standing(dossier, is_open=is_open)
        if is_officer and dossier_entries.is_about_an_entry(dossier)
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
    account = dossier_entries.account_of(dossier)
    code = dossier_entries.code_of(dossier)
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


def kind_name(value: str) -> str:
    """Return a type of facility as the forms call it."""
    for workflow in workflows.all_workflows().values():
        for field in workflow.fields:
            if field.name == "facility_kind":
                return say(facts.shown(field, value))
    return value
