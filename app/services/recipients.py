"""The list a dispatch goes to: its rows as typed, what is wrong with them, what guards know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

import workflows
from app import clock, formats
from app.database import changed_rows
from app.errors import Refused
from app.extensions import db
from app.models import Account, Dossier, Organisation, Recipient, TargetSystem
from app.security import keys
from workflows import Field, FieldError, FieldType, Text

# 1000 rows of an annex take some ten seconds to lay out.
MOST = 1000
_PURPOSE = "recipient"
_EDITED = ("draft", "revising")


def rows(dossier: Dossier) -> list[Recipient]:
    """Return the list in its order."""
    return list(
        db.session.scalars(
            select(Recipient)
            .where(Recipient.dossier_id == dossier.id)
            .order_by(Recipient.row, Recipient.id)
            .options(joinedload(Recipient.account))
        )
    )


def find(token: str, *, lock: bool = False) -> Recipient | None:
    """Return whose page a link opens; locked, so that two answers follow each other."""
    query = select(Recipient).where(Recipient.token_hash == keys.token_hash(token[:200]))
    return db.session.scalars(query.with_for_update() if lock else query).first()


def in_list(dossier: Dossier, number: int) -> Recipient | None:
    """Return one row of a dossier's list."""
    return db.session.scalars(
        select(Recipient).where(Recipient.id == number, Recipient.dossier_id == dossier.id)
    ).first()


def secret_of(recipient: Recipient) -> str:
    """Name the token of a recipient's page for a mail; the token itself is made on sending."""
    return f"{_PURPOSE}:{recipient.nonce}"


def add(dossier: Dossier, typed: Iterable[tuple[int, Mapping[str, str]]]) -> int:
    """Add rows (number in their sheet, columns) to a list, right or wrong; return how many."""
    new = [
        _row(dossier, number, columns)
        for number, columns in typed
        if any(value.strip() for value in columns.values())
    ]
    _refuse_more_than(count(dossier) + len(new))
    db.session.add_all(new)
    dossier.changed_at = clock.now()
    return len(new)


def _refuse_more_than(n: int) -> None:
    if n > MOST:
        raise Refused(
            Text(
                "Danh sách có tối đa {n} đơn vị; chia thành nhiều danh sách.",
                "A list has at most {n} units; split it.",
            ).fill(n=MOST)
        )


def add_one(dossier: Dossier, number: int, columns: Mapping[str, str]) -> Recipient:
    """Add one row that somebody types, and return it."""
    _refuse_more_than(count(dossier) + 1)
    recipient = _row(dossier, number, columns)
    db.session.add(recipient)
    db.session.flush()
    return recipient


def remove(dossier: Dossier, number: int | None) -> int:
    """Take one row out of a list, or with None all of them; return how many."""
    which = [Recipient.id == number] if number is not None else []
    gone = db.session.execute(delete(Recipient).where(Recipient.dossier_id == dossier.id, *which))
    dossier.changed_at = clock.now()
    return changed_rows(gone)


def _row(dossier: Dossier, number: int, columns: Mapping[str, str]) -> Recipient:
    recipient = Recipient(**numbered(dossier, number))
    change(recipient, columns, workflows.get(dossier.kind).recipients)
    return recipient


def numbered(dossier: Dossier, number: int) -> dict[str, Any]:
    """Return what a row is before its columns: its place in the list, the key of its own page."""
    nonce = keys.nonce()
    return {
        "dossier_id": dossier.id,
        "row": number,
        "nonce": nonce,
        "token_hash": keys.token_hash(keys.derived_token(_PURPOSE, nonce)),
        "answers": {},
    }


def change(recipient: Recipient, columns: Mapping[str, str], fields: Iterable[Field]) -> None:
    """Write the columns of a row as they are kept, or as typed where they are wrong."""
    typed = {f.name: canonical(f, columns.get(f.name, "")[:1000]) for f in fields}
    recipient.typed, recipient.name, recipient.email = typed, typed["name"], typed["email"]


def canonical(field: Field, raw: str) -> str:
    """Return a cell as it is kept; a choice may be typed as its words."""
    if field.type is FieldType.CHOICE:
        words = formats.fold(raw)
        raw = next((c.value for c in field.choices if formats.fold(c.label) == words), raw)
    try:
        return field.check(raw)
    except FieldError:
        return raw.strip()


def count(dossier: Dossier) -> int:
    """Return how long a list is."""
    return db.session.scalars(
        select(func.count()).select_from(Recipient).where(Recipient.dossier_id == dossier.id)
    ).one()


@dataclass(frozen=True, slots=True)
class Tally:
    """How long a list is, to how many it was sent, and how many have answered."""

    total: int
    sent: int
    answered: int


def tally(dossier: Dossier) -> Tally:
    """Count a list and what came back."""
    row = db.session.execute(
        select(
            func.count(), func.count(Recipient.sent_at), func.count(Recipient.answered_at)
        ).where(Recipient.dossier_id == dossier.id)
    ).one()
    return Tally(*row)


def problems(dossier: Dossier, listed: Iterable[Recipient]) -> dict[int, dict[str, Text]]:
    """Return what is wrong: id of the row → column → sentence; right rows are absent."""
    fields = workflows.get(dossier.kind).recipients
    seen: dict[tuple[str, str], int] = {}
    wrong: dict[int, dict[str, Text]] = {}
    for recipient in listed:
        errors: dict[str, Text] = {}
        for field in fields:
            try:
                value = field.check(recipient.typed.get(field.name, ""))
            except FieldError as error:
                errors[field.name] = error.message
                continue
            if field.name in ("name", "email"):
                first = seen.setdefault((field.name, formats.fold(value)), recipient.row)
                if first != recipient.row:
                    errors[field.name] = Text(
                        "Trùng với dòng {row}; mỗi đơn vị chỉ một dòng.",
                        "The same as in row {row}; one row per unit.",
                    ).fill(row=first)
        if errors:
            wrong[recipient.id] = errors
    return wrong


def for_guards(dossier: Dossier) -> dict[str, Any]:
    """Return what guards know of a list: how long, how wrong, who has an account, who is silent."""
    counted = tally(dossier)
    deadline = dossier.answers.get("deadline", "")
    return {
        "total": counted.total,
        "wrong": len(problems(dossier, rows(dossier))) if dossier.state in _EDITED else 0,
        "silent": counted.sent - counted.answered,
        "taken": _taken(dossier) if "system" in dossier.answers else [],
        "deadline": formats.day(deadline) if deadline else "",
        "is_over": bool(deadline) and date.fromisoformat(deadline) < clock.today(),
    }


def _taken(dossier: Dossier) -> list[str]:
    """Name the units that have an open account on the system already (rule A1)."""
    offices = {formats.fold(r.name): r.name for r in rows(dossier) if r.account_id is None}
    found = db.session.scalars(
        select(Organisation.number)
        .join(Account, Account.holder_id == Organisation.id)
        .join(Account.system)
        .where(
            Organisation.sort == "office",
            Organisation.number.in_(offices),
            TargetSystem.code == dossier.answers["system"],
            Account.state != "closed",
        )
    )
    return sorted(offices[number] for number in found)
