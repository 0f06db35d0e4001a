"""What the form says that was sent: fields it did not send stay, alike errors name their place."""

from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError

from app import forms
from app.models import User
from app.services import queue
from tests.app.views.desk_walk import at_desk
from tests.app.views.portal_steps import answers, begin, save
from workflows import Field, FieldType, Text


@pytest.mark.parametrize("rest", ["form", "save"])
def test_a_field_that_was_not_sent_keeps_its_answer(client: FlaskClient, rest: str) -> None:
    key = begin(client)
    save(client, key, step="save", whole="1", **answers())

    client.post(f"/dossiers/{key}/{rest}", data={"facility_name": "Quầy thuốc Mới"})

    page = client.get(f"/dossiers/{key}/form").text
    assert 'value="Quầy thuốc Mới"' in page
    assert 'value="0100109106"' in page
    assert page.count(" checked") >= 2, "both consents"


def test_the_form_says_at_its_end_that_it_was_sent_whole(client: FlaskClient) -> None:
    page = client.get(f"/dossiers/{begin(client)}/form").text

    assert page.index('name="whole"') > page.rindex('type="checkbox"')


def test_errors_that_read_alike_name_their_place(client: FlaskClient) -> None:
    key = begin(client)

    page = unescape(save(client, key, whole="1").text)

    summary = page[page.index("govuk-error-summary") : page.index("vt-title")]
    lines = [part.split("</a>")[0].split(">")[-1] for part in summary.split("<a ")[1:]]
    assert len(lines) == len(set(lines)) > 10
    assert any(x.startswith("Tôi cam đoan thông tin") and "…: Đánh dấu vào" in x for x in lines)
    assert any(x.startswith("Tôi đã được thông báo: Sở Y tế") for x in lines)
    assert "Nhập: Tên cơ sở." in lines, "a line of its own kind needs no place"


def test_boxes_of_one_name_are_known_by_their_group(app: Flask) -> None:
    name = Text("Họ và tên", "Full name")
    sections = [
        (Text("Người giao", "From"), [Field("a", name, FieldType.NAME, sample="")]),
        (Text("Người nhận", "To"), [Field("b", name, FieldType.NAME, sample="")]),
    ]
    wrong = Text("Nhập: Họ và tên.", "Enter: Full name.")

    with app.test_request_context():
        problems = forms.fill(sections, {}, {}, {"a": wrong, "b": wrong}).problems

    assert problems == [
        {"href": "#a", "text": "Người giao: Nhập: Họ và tên."},
        {"href": "#b", "text": "Người nhận: Nhập: Họ và tên."},
    ]


def test_what_no_column_can_hold_is_a_plain_404(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = at_desk(app, "an")

    def too_long(_code: str, _user: User) -> None:
        raise DataError("SELECT", None, ValueError("out of range"))

    monkeypatch.setattr(queue, "find", too_long)

    assert client.get("/desk/dossiers/x").status_code == 404
