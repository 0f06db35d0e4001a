"""The form: everything typed is kept, everything wrong gets a sentence, nothing is lost."""

import io
from html import unescape

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

import workflows
from app.services import attachments
from tests.app.views.portal_steps import (
    ASK,
    EMAIL,
    KIND,
    answers,
    begin,
    save,
    scan,
    submit,
    walk,
)
from tests.helpers import dossier, verify_email
from workflows import FieldType

# field, what is typed wrongly, the beginning of the sentence
WRONG = [
    ("facility_name", "  ", "Nhập: Tên cơ sở."),
    ("address", "x" * 251, "Rút gọn còn tối đa 250 ký tự."),
    ("system", "KHONG-CO", "Chọn một trong các mục của danh sách."),
    ("facility_kind", "bar", "Chọn một trong các mục của danh sách."),
    ("commune", "99999", "Chọn một trong các mục của danh sách."),
    ("tax_code", "0100109107", "Mã số thuế không đúng; kiểm tra lại từng chữ số"),
    ("licence_no", "12345", "Nhập số như trên giấy"),
    ("licence_issued_on", "31/02/2026", "Nhập ngày đã qua theo dạng ngày/tháng/năm"),
    ("pharmacist_name", "B4o", "Nhập đầy đủ họ và tên, chỉ gồm chữ cái."),
    ("pharmacist_licence_no", "CCHN", "Nhập số chứng chỉ hành nghề như trên giấy"),
    ("custodian_phone", "0205 3812 345", "Nhập số di động"),
    ("custodian_id", "12345", "Nhập đủ 12 chữ số của số định danh cá nhân"),
    ("truth", "", "Đánh dấu vào ô này để tiếp tục nộp hồ sơ."),
]


def test_every_type_of_field_this_form_has_is_wrong_once() -> None:
    fields = {f.name: f.type for f in workflows.get(KIND).fields}

    tried = {fields[name] for name, *_ in WRONG}

    assert tried | {FieldType.FILE} == set(fields.values())


@pytest.mark.parametrize(("name", "typed", "sentence"), WRONG, ids=[w[0] for w in WRONG])
def test_a_wrong_answer_gets_a_sentence_and_stays(
    client: FlaskClient, name: str, typed: str, sentence: str
) -> None:
    key = begin(client)

    answer = save(client, key, **answers(**{name: typed}), **scan())

    page = unescape(answer.text)
    assert answer.status_code == 422
    assert f'<a href="#{name}">{sentence}' in page
    assert f'id="{name}-error"' in page
    assert f'id="{name}"' in page
    assert "giấy chứng nhận.jpg" in page
    assert "Nhà thuốc An Bình" in page or name == "facility_name"
    if typed.strip() and name not in ("system", "facility_kind", "commune"):
        assert f'value="{typed}"' in page


def test_boxes_of_consent_are_never_ticked_at_first_sight(client: FlaskClient) -> None:
    page = client.get(f"/dossiers/{begin(client)}/form").text

    assert 'name="truth"' in page
    assert " checked" not in page


def test_a_tick_that_is_taken_away_stays_away(client: FlaskClient) -> None:
    key = begin(client)
    save(client, key, step="save", whole="1", truth="y")
    assert " checked" in client.get(f"/dossiers/{key}/form").text

    save(client, key, step="save", whole="1")

    assert " checked" not in client.get(f"/dossiers/{key}/form").text


def test_a_draft_keeps_wrong_answers_without_a_word(client: FlaskClient) -> None:
    key = begin(client)

    answer = save(client, key, step="save", tax_code="12", custodian_name="Châu 2")

    assert (answer.status_code, answer.location) == (303, f"/dossiers/{key}/form")
    page = client.get(answer.location).text
    assert 'value="12"' in page
    assert 'value="Châu 2"' in page
    assert "Đã lưu bản nháp." in page
    assert "govuk-error" not in page


def test_what_is_typed_is_kept_by_itself(client: FlaskClient) -> None:
    key = begin(client)

    answer = client.post(f"/dossiers/{key}/save", data={"facility_name": "Nhà thuốc <b>"})

    assert answer.text.startswith("Đã tự lưu lúc ")
    assert "Nhà thuốc &lt;b&gt;" in client.get(f"/dossiers/{key}/form").text


def test_one_field_is_checked_alone_and_nothing_is_kept(client: FlaskClient) -> None:
    key = begin(client)

    bad = client.post(f"/dossiers/{key}/check/tax_code", data={"tax_code": "12"})
    good = client.post(f"/dossiers/{key}/check/tax_code", data={"tax_code": "0100109106"})

    assert (bad.status_code, good.status_code) == (200, 200)
    assert "Kiểm tra lại mã số thuế" in bad.text
    assert "govuk-error" not in good.text
    assert "<html" not in good.text
    assert "0100109106" not in client.get(f"/dossiers/{key}/form").text


@pytest.mark.parametrize("field", ["licence_scan", "nothing", "email"])
def test_only_typed_fields_are_checked_alone(client: FlaskClient, field: str) -> None:
    assert client.post(f"/dossiers/{begin(client)}/check/{field}").status_code == 404


def _pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "stored"),
    [
        ("quet.pdf", _pdf(), "quet.pdf"),
        ("anh.exe", _png(), "anh.png"),
        ("../../etc/giấy phép.pdf", _pdf(), "giấy phép.pdf"),
        ("a<b>:c.png", _png(), "abc.png"),
        ("...", _png(), "tep.png"),
    ],
    ids=["pdf", "png under another name", "path", "markup", "no name"],
)
def test_files_are_taken_by_content_and_named_safely(
    client: FlaskClient, app: Flask, name: str, content: bytes, stored: str
) -> None:
    key = begin(client)

    save(client, key, step="save", licence_scan=(io.BytesIO(content), name))

    with app.app_context():
        assert attachments.current(dossier(key))["licence_scan"].name == stored


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Tệp trống"),
        (b"MZ" + b"\0" * 100, "Chọn tệp PDF, JPG hoặc PNG"),
        (b"<html>%PDF-1.7", "Chọn tệp PDF, JPG hoặc PNG"),
        (b"%PDF-1.7 nothing", "Chọn tệp PDF, JPG hoặc PNG"),
        (b"\xff\xd8\xff not a picture", "Chọn tệp PDF, JPG hoặc PNG"),
    ],
    ids=["empty", "program", "polyglot", "broken pdf", "broken jpg"],
)
def test_files_that_are_refused_cost_nothing_else(
    client: FlaskClient, content: bytes, sentence: str
) -> None:
    key = begin(client)

    answer = save(client, key, **answers(), licence_scan=(io.BytesIO(content), "giay.pdf"))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Nhà thuốc An Bình"' in answer.text
    assert client.get(f"/dossiers/{key}/review").status_code == 422


def test_a_file_that_is_too_large_is_refused(client: FlaskClient) -> None:
    key = begin(client)
    # As raw bytes: the test client would leave its temporary file open.
    scan = FileStorage(io.BytesIO(b"%PDF-" + b"0" * 10_485_760), filename="to.pdf")
    boundary, body = encode_multipart({"step": "save", "licence_scan": scan})

    answer = client.post(
        f"/dossiers/{key}/form",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )

    assert answer.status_code == 422
    assert "Tệp lớn hơn 10 MB" in answer.text


def test_a_file_is_replaced_and_removed(client: FlaskClient, app: Flask) -> None:
    key = begin(client)
    save(client, key, step="save", **scan("cũ.jpg"))
    save(client, key, step="save", **scan("mới.jpg"))
    page = client.get(f"/dossiers/{key}/form").text
    assert "mới.jpg" in page
    assert "cũ.jpg" not in page

    answer = client.post(
        f"/dossiers/{key}/form", data={"remove": "licence_scan", "facility_name": "Giữ tên"}
    )

    page = client.get(answer.location).text
    assert "mới.jpg" not in page
    assert "Giữ tên" in page
    with app.app_context():
        assert dossier(key).attachments == [], "what was never submitted is really gone"


def test_the_review_waits_for_a_whole_form(client: FlaskClient) -> None:
    key = begin(client)

    answer = client.get(f"/dossiers/{key}/review")

    assert answer.status_code == 422
    assert "Nhập: Tên cơ sở." in answer.text


def test_the_review_shows_what_will_be_sent(client: FlaskClient) -> None:
    key = begin(client)
    save(client, key, **answers(licence_issued_on="5/1/2026"), **scan())

    page = client.get(f"/dossiers/{key}/review").text

    for shown in ("05/01/2026", "0912 345 678", "Nhà thuốc", "Cơ sở dữ liệu Dược quốc gia"):
        assert shown in page
    assert f"/dossiers/{key}/form#custodian_phone" in page


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", "/form"), ("POST", "/form"), ("POST", "/save"), ("POST", "/check/tax_code"),
        ("GET", "/review"), ("POST", "/actions/submit"), ("GET", "/actions/withdraw"),
        ("GET", "/receipt"), ("GET", ""), ("GET", "/letters/x.pdf"), ("GET", "/files/1"),
    ],
)  # fmt: skip
def test_a_foreign_or_unknown_draft_is_a_plain_404(
    client: FlaskClient, method: str, rest: str
) -> None:
    key = begin(client)
    stranger = client.application.test_client()
    verify_email(stranger, "khac@example.vn")

    for guessed in (key, "khong-co"):
        answer = stranger.open(f"/dossiers/{guessed}{rest}", method=method)
        assert answer.status_code == 404, guessed
        assert EMAIL not in answer.text


def test_a_stale_form_learns_that_the_dossier_was_submitted(client: FlaskClient) -> None:
    key = submit(client)

    answer = save(client, key, **answers(facility_name="Tên khác"))

    assert answer.status_code == 409
    assert "đã nộp hồ sơ lúc" in answer.text
    assert client.get(f"/dossiers/{key}/form").location == f"/dossiers/{key}"
    assert client.get(f"/dossiers/{key}/review").location == f"/dossiers/{key}"


def test_a_supplement_shows_what_is_missing_and_starts_from_what_was_sent(
    client: FlaskClient, app: Flask
) -> None:
    key = submit(client)
    walk(app, key, *ASK)

    page = client.get(f"/dossiers/{key}/form").text

    assert "Bản chụp rõ mặt sau" in page
    assert "Bản chụp mờ." in page
    assert 'value="05/01/2026"' in page
    assert 'value="0912 345 678"' in page
