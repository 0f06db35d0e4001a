"""Everything kept about one e-mail, as an archive: data, a page to read, files and letters."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

import workflows
from app import clock, formats, storage
from app.extensions import db
from app.language import say
from app.models import Account, Dossier, Letter, OutgoingMail, SignIn
from app.services import (
    applications,
    attachments,
    consents,
    data_requests,
    letters,
    mails,
    progress,
)
from workflows import FieldType, Text

_HIDDEN = Text("(đã ẩn)", "(hidden)")
_YES, _NO = Text("Có", "Yes"), Text("Không", "No")
_UNSAFE = re.compile(r"[^\w.\- ]")

_PARTS: Mapping[str, Text] = {
    "accounts": Text("Tài khoản", "Accounts"),
    "mails": Text("Thư đã gửi", "Mails sent"),
    "sign_ins": Text("Lần đăng nhập", "Sign-ins"),
    "consents": Text("Đồng ý đã cho", "Consents given"),
    "requests": Text("Yêu cầu về dữ liệu", "Requests about data"),
}
_LABELS: Mapping[str, Text] = {
    "username": Text("Tên tài khoản", "Account"),
    "system": Text("Hệ thống", "System"),
    "holder": Text("Đơn vị", "Holder"),
    "name": Text("Người giữ", "Custodian"),
    "phone": Text("Điện thoại", "Phone"),
    "gender": Text("Giới tính", "Gender"),
    "position": Text("Chức vụ", "Position"),
    "at": Text("Lúc", "At"),
    "subject": Text("Tiêu đề", "Subject"),
    "text": Text("Nội dung", "Text"),
    "state": Text("Tình trạng", "State"),
    "browser": Text("Trình duyệt", "Browser"),
    "wording": Text("Lời đồng ý", "Wording"),
    "given_at": Text("Đồng ý lúc", "Given at"),
    "withdrawn_at": Text("Rút lúc", "Withdrawn at"),
    "kind": Text("Loại yêu cầu", "Kind of request"),
    "made_at": Text("Gửi lúc", "Sent at"),
    "due_on": Text("Hạn trả lời", "To be answered by"),
    "answer": Text("Trả lời", "Answer"),
    "reason": Text("Kết quả hoặc lý do", "Result or reason"),
}
_WORDS: Mapping[str, Mapping[str, Text]] = {
    "gender": {"male": Text("Nam", "Male"), "female": Text("Nữ", "Female")},
    "state": {
        "active": Text("Đang dùng", "In use"),
        "closed": Text("Đã đóng", "Closed"),
        "sent": Text("Đã gửi", "Sent"),
        "pending": Text("Chờ gửi", "Waiting"),
        "sending": Text("Đang gửi", "Being sent"),
        "dead": Text("Không gửi được", "Could not be sent"),
        "expired": Text("Quá hạn, không gửi", "Expired, not sent"),
    },
    "kind": {name: kind.label for name, kind in data_requests.KINDS.items()},
    "answer": data_requests.ANSWERS,
}


def archive(email: str) -> bytes:
    """Return a ZIP: data.json, index.html, files/<dossier>/…, letters/<dossier>/…"""
    dossiers = _dossiers(email)
    kept = collect(email, dossiers)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("data.json", json.dumps(kept, ensure_ascii=False, indent=2))
        box.writestr("index.html", _page(kept))
        for dossier in dossiers:
            folder = dossier.code or f"nhap-{dossier.id}"
            for file in dossier.attachments:
                box.writestr(
                    f"files/{folder}/{file.id}-{_safe(file.name)}", storage.get(file.sha256)
                )
            for letter in _letters(dossier):
                box.writestr(
                    f"letters/{folder}/{_safe(letters.file_name(letter))}", letters.pdf(letter)
                )
    return target.getvalue()


def _page(kept: Mapping[str, Any]) -> str:
    """Return the copy for people: their words, local times."""
    parts = [(say(title), [_facts(row) for row in kept[name]]) for name, title in _PARTS.items()]
    return render_template("portal/my_data_export.html", kept=kept, parts=parts, moment=_moment)


def _facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (say(_LABELS[name]), _word(name, value))
        for name, value in row.items()
        if name in _LABELS and value not in (None, "")
    ]


def _word(name: str, value: Any) -> str:
    known = _WORDS.get(name, {}).get(str(value))
    return say(known) if known else _moment(value)


def _moment(value: Any) -> str:
    """Return a time as people read it, anything else as it is."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return formats.short_moment(at) if at.tzinfo else formats.day(at.date())


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).lstrip(".")[:120]


def _dossiers(email: str) -> list[Dossier]:
    return list(
        db.session.scalars(
            select(Dossier)
            .where(Dossier.email == email)
            .order_by(Dossier.id)
            .options(selectinload(Dossier.attachments), selectinload(Dossier.events))
        )
    )


def _letters(dossier: Dossier) -> list[Letter]:
    return [x for x in applications.issued_letters(dossier) if x.pdf_sha256]


def collect(email: str, dossiers: list[Dossier]) -> dict[str, Any]:
    """Return what is kept about an e-mail, as plain values."""
    mails = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.recipient == email).order_by(OutgoingMail.id)
    )
    sign_ins = db.session.scalars(
        select(SignIn).where(SignIn.email == email, SignIn.user_id.is_(None)).order_by(SignIn.id)
    )
    accounts = db.session.scalars(
        select(Account)
        .where(Account.custodian_email == email)
        .options(joinedload(Account.holder), joinedload(Account.system))
    )
    return {
        "email": email,
        "made_at": clock.now().isoformat(),
        "dossiers": [_dossier(d) for d in dossiers],
        "accounts": [
            {
                "username": a.username,
                "system": a.system.name,
                "holder": a.holder.name,
                "state": a.state,
                "name": a.custodian_name,
                "phone": a.custodian_phone,
                "gender": a.custodian_gender,
                "position": a.custodian_position,
            }
            for a in accounts
        ],
        "mails": [
            {
                "subject": m.subject,
                "text": _opened(m.text),
                "state": m.state,
                "at": m.created_at.isoformat(),
            }
            for m in mails
        ],
        "sign_ins": [
            {"at": s.created_at.isoformat(), "browser": s.user_agent} for s in sign_ins
        ],
        "consents": [
            {
                "purpose": c.purpose,
                "wording": c.wording,
                "version": c.version,
                "source": c.source,
                "given_at": c.given_at.isoformat(),
                "withdrawn_at": c.withdrawn_at.isoformat() if c.withdrawn_at else None,
            }
            for c in consents.of(email)
        ],
        "requests": [
            {
                "kind": r.kind,
                "text": r.text,
                "made_at": r.made_at.isoformat(),
                "due_on": r.due_on.isoformat(),
                "answer": r.answer,
                "reason": r.reason,
            }
            for r in data_requests.of(email)
        ],
    }  # fmt: skip


def _said(answer: applications.Answer) -> str:
    if answer.field.type is FieldType.CONSENT:
        return say(_YES if answer.value else _NO)
    return say(answer.value)


def _opened(text: str) -> str:
    # A code or a link never stood in the database; its place says so.
    return text.replace(mails.SECRET, say(_HIDDEN))


def _dossier(dossier: Dossier) -> dict[str, Any]:
    return {
        "code": dossier.code,
        "title": say(workflows.get(dossier.kind).title),
        "state": say(progress.label(dossier)),
        "made_at": dossier.created_at.isoformat(),
        "answers": {
            say(answer.field.label): _said(answer)
            for section in applications.summary(dossier, submitted=bool(dossier.submitted_at))
            for answer in section.answers
        },
        # As the applicant's page tells it: notes among staff never leave the house.
        "history": [
            {"at": t.at.isoformat(), "what": say(t.title), "comment": t.comment}
            for t in reversed(progress.history(dossier))
        ],
        "files": [a.name for a in dossier.attachments],
        "files_in_force": sorted(attachments.current(dossier)),
    }
