"""A person's own data: what is kept, consents with evidence, a whole copy, real erasure."""

import hashlib
import io
import json
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEvent, Consent, DataRequest, Dossier
from app.services import audit, consents, history
from app.services.organisation import department
from tests.app.views.desk_walk import act, at_desk, filed
from tests.app.views.register_walk import ID_NUMBER, granted
from tests.helpers import last_code, mails, verify_email

EMAIL = "2101@example.vn"


def at_home(app: Flask, email: str = EMAIL) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    verify_email(client, email)
    return client


def kept_consents(app: Flask, email: str = EMAIL) -> list[Consent]:
    with app.app_context():
        db.session.rollback()
        return consents.of(email)


def test_what_the_form_had_people_read_is_kept_word_for_word(app: Flask) -> None:
    code = filed(app)
    found = kept_consents(app)

    assert {c.purpose for c in found} == {"request"}
    assert {c.source for c in found} == {f"dossier:{code}"}
    for each in found:
        assert each.version == hashlib.sha256(each.wording.encode()).hexdigest()[:12]
        assert EMAIL not in str(vars(each))
    assert any("dữ liệu cá nhân trong hồ sơ này" in c.wording for c in found)


def test_optional_purposes_are_unticked_given_and_withdrawn(app: Flask) -> None:
    client = at_home(app)
    page = client.get("/my-data").text
    assert 'name="purpose" value="survey">' in page
    assert "checked" not in page

    client.post("/my-data/consents", data={"purpose": ["survey", "request", "made up"]})
    assert "checked" in client.get("/my-data").text
    first = kept_consents(app)
    assert [(c.purpose, c.source, c.withdrawn_at) for c in first] == [("survey", "my-data", None)]

    client.post("/my-data/consents", data={})
    (gone,) = kept_consents(app)
    assert gone.withdrawn_at is not None
    assert gone.wording == first[0].wording
    assert "rút lúc" in client.get("/my-data").text
    # Another person's page says nothing of it.
    assert "rút lúc" not in at_home(app, "other@example.vn").get("/my-data").text


def copy_of(client: FlaskClient) -> zipfile.ZipFile:
    client.post("/my-data/code")
    answer = client.post("/my-data/copy", data={"code": last_code(client, EMAIL)})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_copy_has_everything_and_needs_a_fresh_code(app: Flask) -> None:
    code = granted(app)
    filed(app, "Nhà thuốc Khác", "9999/ĐKKDD-LSO")
    client = at_home(app)
    client.post("/my-data/consents", data={"purpose": "survey"})
    client.post("/my-data/requests", data={"kind": "correction", "text": "Đổi số điện thoại."})

    for typed in ("", "000000"):
        assert client.post("/my-data/copy", data={"code": typed}).status_code == 422
    box = copy_of(client)
    names = box.namelist()
    kept = json.loads(box.read("data.json"))

    assert [d["code"] for d in kept["dossiers"]] == [code]
    assert ID_NUMBER in kept["dossiers"][0]["answers"].values()
    assert any(n.startswith(f"files/{code}/") for n in names)
    assert kept["accounts"][0]["phone"] == "+84912345678"
    assert {m["subject"] for m in kept["mails"]} >= {"Mã xác thực của Ông/Bà"}
    assert {c["purpose"] for c in kept["consents"]} == {"request", "survey"}
    assert kept["requests"][0]["text"] == "Đổi số điện thoại."
    assert kept["sign_ins"]
    everything = b"".join(box.read(n) for n in names)
    assert "Nhà thuốc Khác".encode() not in everything
    page = box.read("index.html").decode()
    assert ID_NUMBER in page
    assert "Xem lại".encode() not in everything, "a note among staff"
    assert not any(chr(n) in page for n in (0xE000, 0xE001)), "the place of a code"
    for raw in ("propose_grant", "state:", "+00:00"):
        assert raw not in page, raw
    # The code is spent.
    assert client.post("/my-data/copy", data={"code": last_code(client, EMAIL)}).status_code == 422
    with app.app_context():
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "data_copied")).all()
        assert [e.actor_name for e in noted] == ["21•••@example.vn"]


def test_the_pages_are_closed_without_a_verified_address(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for method, path in (
        ("GET", ""), ("POST", "/consents"), ("POST", "/code"), ("POST", "/copy"),
        ("POST", "/requests"),
    ):  # fmt: skip
        answer = client.open(f"/my-data{path}", method=method)
        assert answer.status_code == 303
        assert "/apply/start" in answer.location
    for username in ("chi", "giang", "quantri"):
        assert at_desk(app, username).get("/desk/data-requests").status_code == 403
        assert at_desk(app, username).post("/desk/data-requests/1").status_code == 403


@pytest.mark.parametrize(
    "typed", [{"kind": "erasure", "text": ""}, {"kind": "nothing", "text": "Xin xóa."}, {}]
)
def test_a_request_that_says_nothing_comes_back(app: Flask, typed: dict[str, str]) -> None:
    client = at_home(app)
    assert client.post("/my-data/requests", data=typed).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(DataRequest)).all() == []


def test_a_granted_erasure_erases_and_is_answered_by_mail(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_refusal")
    act(at_desk(app, "chi"), code, "approve")
    act(at_desk(app, "giang"), code, "issue")
    client = at_home(app)
    client.post("/my-data/requests", data={"kind": "erasure", "text": "Xin xóa dữ liệu của tôi."})
    with app.app_context():
        made = db.session.scalars(select(DataRequest)).one()
        number = made.id
        assert (made.due_on - made.made_at.date()).days in (20, 21)
        assert made.acknowledge_by > made.made_at.date()
        to = {m.recipient for m in mails("data_request")}
        assert to == {department().email}
        assert EMAIL not in "".join(m.text for m in mails("data_request"))

    assert "Xin xóa dữ liệu của tôi." in officer.get("/desk/data-requests").text
    bare = officer.post(f"/desk/data-requests/{number}", data={"answer": "granted"})
    assert bare.status_code == 422
    sent = officer.post(
        f"/desk/data-requests/{number}", data={"answer": "granted", "reason": "Đã xóa hồ sơ."}
    )
    assert sent.status_code == 303
    again = officer.post(
        f"/desk/data-requests/{number}", data={"answer": "refused", "reason": "Nhầm."}
    )
    assert again.status_code == 303
    assert officer.post("/desk/data-requests/9999", data={}).status_code == 404
    with app.app_context():
        db.session.rollback()
        dossier = db.session.scalars(select(Dossier)).one()
        assert dossier.answers == {}
        assert dossier.email == ""
        assert db.session.scalars(select(DataRequest)).one().answer == "granted"
        (mail,) = mails("data_request_answered")
        assert mail.recipient == EMAIL
        assert "Số hồ sơ đã xóa dữ liệu: 1" in mail.text
        assert [*history.problems(), *audit.problems()] == []


def test_what_is_granted_is_not_erased_on_request(app: Flask) -> None:
    """The law on archives keeps it; the answer says so."""
    granted(app)
    client = at_home(app)
    client.post("/my-data/requests", data={"kind": "erasure", "text": "Xin xóa."})
    with app.app_context():
        number = db.session.scalars(select(DataRequest.id)).one()
    officer = at_desk(app, "an")
    page = officer.get("/desk/data-requests").text
    assert "Giữ theo pháp luật về lưu trữ" in page
    assert "/desk/accounts/" in page

    promised = officer.post(
        f"/desk/data-requests/{number}", data={"answer": "granted", "reason": "Đã xóa."}
    )

    assert promised.status_code == 422, "nobody is told of an erasure that did not happen"
    assert "trả lời từ chối và nêu căn cứ" in promised.text
    with app.app_context():
        assert db.session.scalars(select(Dossier)).one().answers["custodian_id"] == ID_NUMBER
        assert db.session.scalars(select(DataRequest.answer)).one() == ""
        assert mails("data_request_answered") == []
