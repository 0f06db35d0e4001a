"""What an officer files and sends to a list, through the real pages."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import workflows
from app import samples, sheets
from app.extensions import db
from app.models import Dossier, OutgoingMail, Recipient
from app.security import keys
from tests.app.views.desk_walk import act, at_desk
from workflows import FieldType

SCAN = "tra-loi.jpg"


def scan(name: str = SCAN) -> tuple[io.BytesIO, str]:
    """Return a picture to attach."""
    return io.BytesIO(samples.licence_scan()), name


def begun(client: FlaskClient, kind: str, **answers: str) -> str:
    """Begin what officers file, fill its form by the samples; return the key of the draft."""
    location = client.post(f"/desk/new/{kind}").location
    found = re.search(r"/desk/drafts/([^/]+)/form", location)
    assert found, location
    typed: dict[str, Any] = {
        f.name: f.sample for f in workflows.get(kind).fields if f.type is not FieldType.FILE
    }
    answer = client.post(location, data={"step": "next", **typed, **answers})
    assert answer.status_code == 303, answer.text
    assert answer.location.endswith("/list")
    return found[1]


def units(n: int, **columns: str) -> list[dict[str, str]]:
    """Return rows of a list of offices, as Excel has them."""
    return [
        {
            "name": f"Văn phòng HĐND và UBND xã Số {i}",
            "email": f"xa{i}@example.vn",
            "custodian_name": "Nông Thị Lan",
            "custodian_gender": "Nữ",
            "custodian_position": "Chuyên viên",
            "custodian_phone": f"09120{i:05d}",
            **columns,
        }
        for i in range(1, n + 1)
    ]


def workbook(kind: str, rows: Iterable[Mapping[str, str]]) -> tuple[io.BytesIO, str]:
    """Return the rows as an Excel file with the headings of the template."""
    fields = workflows.get(kind).recipients
    headings = [str(f.label) for f in fields]
    content = sheets.write(
        "Danh sách", headings, [[r.get(f.name, "") for f in fields] for r in rows]
    )
    return io.BytesIO(content), "danh-sach.xlsx"


def upload(client: FlaskClient, key: str, kind: str, rows: Iterable[Mapping[str, str]]) -> Any:
    """Send the rows as an Excel file."""
    return client.post(f"/desk/drafts/{key}/list/upload", data={"sheet": workbook(kind, rows)})


def proposed(client: FlaskClient, key: str) -> str:
    """Put a draft before a leader; return the code of its dossier."""
    page = client.get(f"/desk/drafts/{key}/review").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, page
    answer = client.post(f"/desk/drafts/{key}/propose", data={"version": version[1]})
    assert answer.status_code == 303, answer.text
    return str(answer.location.rpartition("/")[2])


def walked(app: Flask, code: str, way: str, **typed: str) -> None:
    """Take steps, each as «who action»."""
    for step in way.split(", "):
        who, action = step.split()
        files = {"reply_file": scan()} if action == "record_reply" else {}
        answer = act(at_desk(app, who), code, action, **typed, **files)  # type: ignore[arg-type]  # werkzeug takes files too
        assert answer.status_code == 303, answer.text


REPLY = {
    "reply_sender": "Cục Quản lý Khám, chữa bệnh",
    "reply_reference": "136/KCB-QLCL",
    "reply_on": "27/01/2026",
}


def pages(app: Flask, code: str) -> dict[str, str]:
    """Return the own page of every recipient by name, as the token of the mail opens it."""
    with app.app_context():
        found = db.session.scalars(
            select(Recipient)
            .join(Recipient.dossier)
            .where(Dossier.code == code)
            .order_by(Recipient.row)
        )
        return {r.name: f"/received/{keys.derived_token('recipient', r.nonce)}" for r in found}


def written(app: Flask, name: str) -> list[OutgoingMail]:
    """Return the mails of one template."""
    with app.app_context():
        return list(
            db.session.scalars(
                select(OutgoingMail).where(OutgoingMail.name == name).order_by(OutgoingMail.id)
            )
        )
