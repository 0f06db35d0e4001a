"""Entries of the registers as lines of a list, and the parts that pages share with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import clock, formats
from app.language import say
from app.models import Account, ConnectionCode, Dossier, Facility, Organisation, Prescriber
from workflows import Text

_STATES = {
    "granted": (Text("Đã cấp, chờ kích hoạt", "Granted, to be activated"), "waiting"),
    "active": (Text("Đang sử dụng", "In use"), "done"),
    "closed": (Text("Đã thu hồi", "Revoked"), "closed"),
}


def account_row(account: Account) -> dict[str, Any]:
    """Return an account as a line of a list."""
    return {
        "username": account.username,
        "href": url_for("desk.account", number=account.id),
        "system": system_name(account),
        "holder": account.holder.name,
        # The number of an office is its folded name.
        "licence": "" if account.holder.sort == "office" else account.holder.number,
        "sort": account.holder.sort,
        "holder_href": url_for("desk.organisation", number=account.holder_id),
        "since": day(account.created_at),
        **state_of(account),
    }


def facility_row(facility: Facility) -> dict[str, Any]:
    """Return a facility as a line of a list."""
    return {
        "name": facility.name,
        "href": url_for("desk.organisation", number=facility.id),
        "licence": facility.licence_no,
        "address": facility.address,
        "usernames": _usernames(facility),
        "code": next((c.code for c in facility.codes), ""),
    }


def body_row(body: Organisation) -> dict[str, Any]:
    """Return a vendor or an office as a line of a list."""
    return {
        "id": body.id,
        "name": body.name,
        "href": url_for("desk.organisation", number=body.id),
        "tax_code": body.tax_code,
        "usernames": _usernames(body),
    }


def _usernames(body: Organisation) -> list[dict[str, str]]:
    return [
        {"text": a.username, "href": url_for("desk.account", number=a.id)}
        for a in body.accounts
        if a.state != "closed"
    ]


def code_row(code: ConnectionCode) -> dict[str, Any]:
    """Return a code as a line of a list; a prescriber is named on the own page only."""
    return {
        "code": code.code,
        **holder(code),
        "since": day(code.created_at),
        "dossier": dossier_link(code.dossier),
    }


def prescriber_row(prescriber: Prescriber) -> dict[str, Any]:
    """Return a prescriber as a line of a list."""
    return {
        "name": prescriber.name,
        "href": url_for("desk.prescriber", number=prescriber.id),
        "licence": prescriber.licence_no,
        "code": next((c.code for c in prescriber.codes), ""),
    }


def code_line(code: ConnectionCode) -> dict[str, Any]:
    return {"code": code.code, "since": day(code.created_at), "dossier": dossier_link(code.dossier)}


def holder(code: ConnectionCode) -> dict[str, str]:
    if code.facility:
        href = url_for("desk.organisation", number=code.facility.id)
        return {"holder": code.facility.name, "licence": code.facility.licence_no, "href": href}
    own = code.prescriber
    return {
        "holder": _("Người kê đơn"),
        "licence": own.licence_no if own else "",
        "href": url_for("desk.prescriber", number=own.id) if own else "",
    }


def dossier_link(dossier: Dossier) -> dict[str, str]:
    code = dossier.code or ""
    return {"code": code, "href": url_for("desk.dossier", code=code)}


def state_of(account: Account) -> dict[str, str]:
    label, phase = _STATES.get(account.state, (Text(account.state), ""))
    return {"state": say(label), "phase": phase}


def system_name(account: Account) -> str:
    return say(Text(account.system.name, account.system.name_en))


def day(moment: datetime) -> str:
    return formats.day(clock.local(moment).date())


def labelled(rows: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in rows]
