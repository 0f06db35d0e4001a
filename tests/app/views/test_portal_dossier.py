"""A submitted dossier: receipt, status, letters, files."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.extensions import db
from app.models import Letter
from app.services import outbox
from tests.app.views.portal_steps import (
    ASK,
    EMAIL,
    GRANT,
    KIND,
    REFUSAL,
    answers,
    begin,
    save,
    submit,
    walk,
)
from tests.helpers import dossier, mails, verify_email

PERSONAL = ("Hoàng Thị Minh Châu", "Nhà thuốc An Bình", "020185001234", EMAIL, "0912 345 678")


def stranger(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def letter_address(client: FlaskClient, key: str) -> str:
    found = re.search(rf"/dossiers/{key}/letters/[\w-]+\.pdf", client.get(f"/dossiers/{key}").text)
    assert found
    return found.group()


def test_the_receipt_names_code_and_promised_day(client: FlaskClient, app: Flask) -> None:
    key = submit(client)

    page = client.get(f"/dossiers/{key}/receipt").text

    with app.app_context():
        stored = dossier(key)
        assert stored.code in page
        assert f"{stored.due_on:%d/%m/%Y}" in page
        assert [m.name for m in mails()] == ["code", "received"]


def test_the_receipt_of_a_supplement_promises_no_other_one(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    before = client.get(f"/dossiers/{key}/receipt").text
    walk(app, key, *ASK)
    save(client, key, **answers(custodian_phone="0911222333"))
    answer = client.post(f"/dossiers/{key}/actions/supplement")
    assert answer.location.endswith("/receipt")

    after = client.get(answer.location).text

    assert "Nếu cần bổ sung, Sở Y tế báo" in before
    assert "Nếu cần bổ sung, Sở Y tế báo" not in after
    assert "Giấy hẹn (PDF)" in before
    assert "Giấy hẹn (PDF)" in after
    assert "Văn bản (PDF)" not in after


def test_a_supplement_has_a_last_day(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *ASK)

    told = [client.get(a).text for a in ("/dossiers", f"/dossiers/{key}", f"/dossiers/{key}/form")]
    with app.app_context():
        told += [m.text for m in mails("supplement_asked")]

    assert len(told) == 4
    for text in told:
        assert "chậm nhất hết ngày" in text
        assert "trước hết ngày" not in text


def test_who_sent_a_dossier_back_stays_in_the_house(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *GRANT[:2], ("chi", "send_back"))

    page = client.get(f"/dossiers/{key}").text

    assert "Tiếp tục thẩm định" in page
    assert "Vi Thị Kim Chi" not in page


def test_days_are_written_and_meant_the_same_way_everywhere(client: FlaskClient) -> None:
    key = submit(client)
    pages = [client.get(a).text for a in ("/", "/dossiers", f"/dossiers/{key}", f"/apply/{KIND}")]

    for page in pages:
        assert not re.search(r"(?<!\d)\d ngày làm việc", page)
        assert not re.search(r"(Còn|Quá hạn) \d+ ngày(?! làm việc)", page)
        assert "trước hết ngày" not in page
    assert "03 ngày làm việc" in pages[0]
    assert re.search(r"Còn \d\d ngày làm việc", pages[1])
    assert re.search(r"Còn \d\d ngày làm việc", pages[2])
    assert "Hẹn trả chậm nhất hết ngày" in pages[2]


def test_with_the_key_alone_nobody_learns_whose_dossier_it_is(client: FlaskClient) -> None:
    key = submit(client)

    answer = stranger(client).get(f"/dossiers/{key}")

    assert answer.status_code == 200
    assert "Chờ tiếp nhận xử lý" in answer.text
    assert "Hẹn trả" in answer.text
    for secret in PERSONAL:
        assert secret not in answer.text


def test_another_verified_address_sees_no_more(client: FlaskClient) -> None:
    key = submit(client)
    other = stranger(client)
    verify_email(other, "khac@example.vn")

    page = other.get(f"/dossiers/{key}").text

    assert "Đây là hồ sơ của Ông/Bà?" in page
    for secret in PERSONAL:
        assert secret not in page


def test_an_unknown_key_is_a_plain_404(client: FlaskClient) -> None:
    assert client.get("/dossiers/khong-co-ho-so-nay").status_code == 404


def test_a_draft_is_hidden_from_everybody_but_its_owner(client: FlaskClient) -> None:
    key = begin(client)

    assert stranger(client).get(f"/dossiers/{key}").status_code == 404
    assert client.get(f"/dossiers/{key}").location == f"/dossiers/{key}/form"
    assert client.get(f"/dossiers/{key}/receipt").location == f"/dossiers/{key}/form"


def test_the_owner_reads_answers_and_history_but_no_note_of_the_house(
    client: FlaskClient, app: Flask
) -> None:
    key = submit(client)
    walk(app, key, ("an", "claim"), ("an", "propose_refusal"))

    page = client.get(f"/dossiers/{key}").text

    for shown in ("Hoàng Thị Minh Châu", "Nhà thuốc An Bình", "020185001234"):
        assert shown in page
    assert "Lương Thị An" in page
    assert "Nội bộ" not in page
    assert "Bản chụp mờ" not in page


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_before_the_letter_goes_out_nobody_learns_its_direction(
    client: FlaskClient, app: Flask, steps: int
) -> None:
    granted, refused = submit(client), submit(stranger(client), "khac@example.vn")
    other = stranger(client)
    walk(app, granted, *GRANT[:steps])
    walk(app, refused, *REFUSAL[:steps])

    one, two = other.get(f"/dossiers/{granted}").text, other.get(f"/dossiers/{refused}").text

    assert "ừ chối" not in two.replace("kết quả hoặc lý do từ chối", "")
    with app.app_context():
        for key, page in ((granted, one), (refused, two)):
            assert dossier(key).code in page


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((), "Chờ tiếp nhận xử lý"),
        (GRANT[:1], "Đang thẩm định"),
        (GRANT[:2], "Chờ lãnh đạo duyệt"),
        (GRANT[:3], "Chờ phát hành kết quả"),
        (GRANT, "Đã giải quyết"),
        (REFUSAL, "Từ chối giải quyết"),
        (ASK, "Chờ bổ sung hồ sơ"),
    ],
    ids=["queue", "review", "signature", "issue", "granted", "refused", "waiting"],
)
def test_the_status_page_says_where_it_stands(
    client: FlaskClient, app: Flask, steps: tuple[tuple[str, str], ...], state: str
) -> None:
    key = submit(client)
    walk(app, key, *steps)

    for browser in (client, stranger(client)):
        page = browser.get(f"/dossiers/{key}")
        assert page.status_code == 200
        assert state in page.text
        assert state in client.get("/dossiers").text


def test_a_letter_waits_for_the_worker_and_is_then_the_pdf(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    address = letter_address(client, key)

    waiting = client.get(address)
    with app.app_context():
        letter_id = mails("received")[0].letter_id
        assert letter_id is not None
        outbox.ensure_pdf(letter_id)
        db.session.remove()
    ready = client.get(address)

    assert (waiting.status_code, waiting.headers["Refresh"]) == (202, "3")
    assert ready.status_code == 200
    assert ready.data.startswith(b"%PDF-")
    assert ready.headers["Content-Disposition"].startswith("inline; filename=")
    assert ready.headers["X-Content-Type-Options"] == "nosniff"
    assert ready.headers["Cache-Control"] == "no-store"


def test_letters_not_yet_issued_are_not_to_be_had(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *GRANT[:3])
    with app.app_context():
        signed = db.session.scalars(select(Letter).where(Letter.state == "signed")).one().key

    assert client.get(f"/dossiers/{key}/letters/{signed}.pdf").status_code == 404
    assert signed not in client.get(f"/dossiers/{key}").text


def test_files_are_given_to_their_owner_and_do_nothing_on_our_pages(
    client: FlaskClient, app: Flask
) -> None:
    key = submit(client)
    other_key = submit(stranger(client), "khac@example.vn")
    with app.app_context():
        mine = dossier(key).attachments[0].id
        foreign = dossier(other_key).attachments[0].id

    led = client.get(f"/dossiers/{key}/files/{mine}")
    answer = stranger(client).get(led.location)

    assert answer.content_type == "image/jpeg"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/dossiers/{key}/files/{foreign}").status_code == 404
    assert client.get(f"/dossiers/{other_key}/files/{foreign}").status_code == 404
    assert stranger(client).get(f"/dossiers/{key}/files/{mine}").status_code == 303


def test_the_list_of_own_dossiers_asks_the_same_number_of_questions(
    client: FlaskClient, app: Flask
) -> None:
    key = submit(client)

    def questions() -> int:
        asked: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(*args: object) -> None:
            asked.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert client.get("/dossiers").status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    few = questions()
    walk(app, key, *REFUSAL)
    client.post(f"/apply/{KIND}/begin")

    assert questions() == few
