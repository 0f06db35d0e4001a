"""The wording of letters through the real pages: who edits, who looks, what comes back."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from app.extensions import db
from app.language import COOKIE
from app.models import Letter
from app.services import wordings
from app.views.desk_wording_pages import BLOCKS
from letters import LetterData
from tests.app.english import leftovers
from tests.app.services.test_wordings import CONTACT, GRANT_LETTER, saved, typed
from tests.app.views.desk_walk import Queries, act, at_desk, filed
from tests.helpers import user

HERE = f"/desk/wordings/{GRANT_LETTER}"


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """The administrator at the desk."""
    return at_desk(app, "quantri")


def save(client: FlaskClient, version: int = 0, **changed: str) -> TestResponse:
    """Send the boxes as the page shows them, some changed."""
    with client.application.app_context():
        boxes = typed(**changed)
        db.session.remove()
    return client.post(f"{HERE}/edit", data={**boxes, **changed, "version": str(version)})


def text_of(answer: TestResponse) -> str:
    """Return the words of a PDF."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_every_block_has_a_name_for_people(app: Flask) -> None:
    used = {block for about in wordings.editable().values() for block in about.wording}

    assert used | {wordings.SUBJECT} == set(BLOCKS)


def test_an_administrator_edits_looks_and_goes_back(app: Flask, admin: FlaskClient) -> None:
    assert "Gốc" in admin.get("/desk/wordings").text
    form = admin.get(f"{HERE}/edit").text
    assert "nơi liên hệ, điện thoại" in form
    assert 'data-insert="{dossier_code}"' in form

    answer = save(admin, contact=CONTACT, note="Ngắn gọn hơn")

    assert answer.status_code == 303
    page = admin.get(answer.location).text
    assert "Đã lưu phiên bản 1" in page
    assert "Ngắn gọn hơn" in page
    assert "Triệu Minh Hải" in admin.get("/desk/wordings").text
    assert "để được hướng dẫn./." in text_of(admin.get(f"{HERE}/sample.pdf"))
    changes = admin.get(f"{HERE}/versions/1").text
    assert re.search(r"<del>[^<]*vướng[^<]*</del>", changes)
    assert re.search(r"<ins>[^<]*hướng dẫn[^<]*</ins>", changes)

    back = admin.post(f"{HERE}/versions/0/restore", data={"version": "1"})

    assert "Đã khôi phục thành phiên bản 2" in admin.get(back.location).text
    assert "vướng mắc" in text_of(admin.get(f"{HERE}/sample.pdf"))
    assert "hướng dẫn" in text_of(admin.get(f"{HERE}/sample.pdf?version=1"))


def test_what_is_typed_is_tried_before_it_is_saved(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        boxes = typed(contact=CONTACT)

    tried = admin.post(f"{HERE}/trial.pdf", data=boxes)
    refused = admin.post(f"{HERE}/trial.pdf", data=boxes | {"intro": "{nobody}"})

    assert "để được hướng dẫn./." in text_of(tried)
    assert refused.status_code == 422
    assert "Mở đầu: Không có chỗ điền {nobody}" in refused.text
    with app.app_context():
        assert wordings.current(GRANT_LETTER) is None


@pytest.mark.parametrize("attack", ["{{7*7}}", "{facts[0]}", "{x.__class__}", "a" * 100_000, ""])
def test_a_refused_form_comes_back_filled(app: Flask, admin: FlaskClient, attack: str) -> None:
    answer = save(
        admin, intro=attack, contact="</textarea><script>alert(1)</script>", note="vì sao"
    )

    assert answer.status_code == 422
    assert 'href="#intro"' in answer.text
    assert "govuk-form-group--error" in answer.text
    assert f"\n{attack}</textarea>" in answer.text
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in answer.text
    assert "<script>alert" not in answer.text
    assert 'value="vì sao"' in answer.text
    with app.app_context():
        assert wordings.current(GRANT_LETTER) is None


def test_a_box_is_checked_while_it_is_typed(admin: FlaskClient) -> None:
    wrong = admin.post(f"{HERE}/check/intro", data={"intro": "Xét {dosier_code}"})
    right = admin.post(f"{HERE}/check/intro", data={"intro": "Xét {dossier_code}"})

    assert "Không có chỗ điền {dosier_code}" in wrong.text
    assert right.text.strip() == ""
    assert admin.post(f"{HERE}/check/no_such", data={}).status_code == 404


def test_the_second_of_two_administrators_loses_nothing(app: Flask, admin: FlaskClient) -> None:
    assert save(admin, contact=CONTACT).status_code == 303

    second = save(admin, version=0, contact="Gọi {contact}")

    assert second.status_code == 409
    assert "Triệu Minh Hải vừa lưu phiên bản 1" in second.text
    assert "\nGọi {contact}</textarea>" in second.text
    assert 'name="version" value="1"' in second.text
    with app.app_context():
        assert [row.version for row in wordings.versions(GRANT_LETTER)] == [1]
    assert save(admin, version=1, contact="Gọi {contact}").status_code == 303


def test_sent_twice_it_is_one_version(app: Flask, admin: FlaskClient) -> None:
    save(admin, contact=CONTACT)

    again = save(admin, contact=CONTACT)

    assert "không có gì để lưu" in admin.get(again.location).text
    with app.app_context():
        assert [row.version for row in wordings.versions(GRANT_LETTER)] == [1]


EDITING = (
    ("GET", "edit"), ("POST", "edit"), ("POST", "check/intro"), ("POST", "trial.pdf"),
    ("POST", "versions/0/restore"), ("POST", "versions/1/restore"),
)  # fmt: skip
READING = ("", "/versions/1", "/sample.pdf", "/sample.pdf?version=1")


@pytest.mark.parametrize("who", ["an", "chi", "giang"])
def test_staff_read_and_do_not_edit(app: Flask, who: str) -> None:
    with app.app_context():
        saved(contact=CONTACT)
        db.session.remove()
    desk = at_desk(app, who)

    for path in READING:
        assert desk.get(f"{HERE}{path}").status_code == 200, path
    assert "Sửa lời văn" not in desk.get(HERE).text
    assert "restore" not in desk.get(HERE).text + desk.get(f"{HERE}/versions/1").text
    for method, path in EDITING:
        assert desk.open(f"{HERE}/{path}", method=method).status_code == 403, path
    with app.app_context():
        assert [row.version for row in wordings.versions(GRANT_LETTER)] == [1]


def test_an_administrator_looks_at_no_dossier(app: Flask, admin: FlaskClient) -> None:
    code = filed(app)

    answer = admin.get(f"{HERE}/dossier.pdf?code={code}")

    assert answer.status_code == 403
    assert "An Bình" not in answer.text
    assert 'name="code"' not in admin.get(HERE).text


def test_staff_look_at_a_dossier_and_nothing_is_drafted(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        saved(contact=CONTACT)
        before = db.session.query(Letter).count()
        db.session.remove()
    desk = at_desk(app, "an")

    seen = text_of(desk.get(f"{HERE}/dossier.pdf?code= {code.lower()} "))

    assert "Nhà thuốc An Bình" in seen
    assert "để được hướng dẫn./." in seen
    assert "DỰ THẢO" in seen
    with app.app_context():
        assert db.session.query(Letter).count() == before


def test_what_cannot_be_looked_at_is_said_in_a_sentence(app: Flask) -> None:
    code = filed(app)
    desk = at_desk(app, "an")

    for path, sentence in (
        (f"{HERE}/dossier.pdf", "Không có hồ sơ"),
        (f"{HERE}/dossier.pdf?code=nothing", "Không có hồ sơ"),
        (f"/desk/wordings/consultation/dossier.pdf?code={code}", "không dùng loại văn bản này"),
    ):
        answer = desk.get(path)
        assert answer.status_code == 422, path
        assert sentence in answer.text, path


def test_the_preview_of_the_leader_is_the_issued_letter(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        saved(contact=CONTACT)
        db.session.remove()
    officer, leader, clerk = (at_desk(app, name) for name in ("an", "chi", "giang"))
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    with app.app_context():
        saved(contact="Lời khác {contact}")
        db.session.remove()
    seen = text_of(leader.get(f"/desk/dossiers/{code}/letter.pdf"))
    act(leader, code, "approve")
    act(clerk, code, "issue")

    with app.app_context():
        row = db.session.query(Letter).filter_by(kind=GRANT_LETTER).one()
        data = LetterData.from_json(row.data)
        db.session.remove()
    assert "để được hướng dẫn./." in seen
    assert data.wording["contact"] == CONTACT
    assert data.wording_version == 1


@pytest.mark.parametrize(
    "path",
    ["receipt", "nothing", "receipt/edit", "receipt/sample.pdf", f"{GRANT_LETTER}/versions/7",
     f"{GRANT_LETTER}/versions/0", f"{GRANT_LETTER}/sample.pdf?version=7", "../edit"],
)  # fmt: skip
def test_what_there_is_not_is_a_404(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/desk/wordings/{path}").status_code == 404
    assert admin.post(f"{HERE}/versions/7/restore", data={"version": "0"}).status_code == 404


def test_pages_ask_the_same_however_many_versions_there_are(app: Flask, admin: FlaskClient) -> None:
    def counts() -> list[int]:
        found = []
        for path in ("/desk/wordings", HERE, f"{HERE}/edit", f"{HERE}/versions/1"):
            with Queries(app) as queries:
                assert admin.get(path).status_code == 200
            found.append(queries.count)
        return found

    with app.app_context():
        saved(contact=CONTACT)
        saved(contact=f"{CONTACT} ngay")
        db.session.remove()
    first = counts()
    with app.app_context():
        for n in range(5):
            saved(contact=f"{CONTACT} {n}")
        saved("refusal", contact=CONTACT)
        saved("consultation", contact=CONTACT)
        db.session.remove()

    assert counts() == first


def test_the_pages_are_english(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        saved(contact=CONTACT)
        db.session.remove()
    admin.set_cookie(COOKIE, "en")
    broken = {"intro": "{nobody}", "contact": "{{", "subject": "", "note": "a" * 201}
    leader = at_desk(app, "chi")
    leader.set_cookie(COOKIE, "en")

    for answer in (
        admin.get("/desk/wordings"),
        admin.get(HERE),
        admin.get(f"{HERE}/edit"),
        admin.get(f"{HERE}/versions/1"),
        save(admin, version=1, **broken),
        save(admin, version=7, contact=f"{CONTACT} nữa"),
        admin.post(f"{HERE}/trial.pdf", data=broken),
        leader.get(HERE),
        leader.get(f"{HERE}/dossier.pdf?code=nothing"),
    ):
        assert leftovers(app, answer.text) == [], answer.request.path


def test_nobody_edits_without_the_role(app: Flask) -> None:
    with app.app_context():
        user("giang").roles = []
        db.session.commit()
        db.session.remove()
    nobody = at_desk(app, "giang")

    assert nobody.get(f"{HERE}/edit").status_code == 403
