"""Everything kept about one e-mail, as an archive: data, a page to read, files and letters."""

import io
import json
import re
import zipfile
from typing import Any

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

import workflows
from app import clock, storage
from app.extensions import db
from app.models import Account, Dossier, Letter, OutgoingMail, SignIn
from app.services import applications, attachments, consents, data_requests, letters, progress

_UNSAFE = re.compile(r"[^\w.\- ]")


def archive(email: str) -> bytes:
    """Return a ZIP: data.json, index.html, files/<dossier>/…, letters/<dossier>/…"""
    dossiers = _dossiers(email)
    kept = collect(email, dossiers)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("data.json", json.dumps(kept, ensure_ascii=False, indent=2))
        box.writestr("index.html", render_template("portal/my_data_export.html", kept=kept))
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
            {"subject": m.subject, "text": m.text, "state": m.state, "at": m.created_at.isoformat()}
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


def _dossier(dossier: Dossier) -> dict[str, Any]:
    return {
        "code": dossier.code,
        "title": str(workflows.get(dossier.kind).title),
        "state": str(progress.label(dossier)),
        "made_at": dossier.created_at.isoformat(),
        "answers": {
            str(answer.field.label): str(answer.value)
            for section in applications.summary(dossier, submitted=bool(dossier.submitted_at))
            for answer in section.answers
        },
        "history": [
            {"at": e.at.isoformat(), "what": e.action, "details": e.details} for e in dossier.events
        ],
        "files": [a.name for a in dossier.attachments],
        "files_in_force": sorted(attachments.current(dossier)),
    }
