"""The way in: an e-mail verified by a code, and nothing told to strangers."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from tests.app.views.portal_steps import EMAIL, KIND, begin, key_of, submit
from tests.helpers import csrf_of, last_code, mails, verify_email


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_from_the_qr_code_to_the_form_without_javascript(client: FlaskClient) -> None:
    assert f"/apply/start?kind={KIND}" in client.get(f"/apply/{KIND}").text

    answer = client.post("/apply/start", data={"email": f" {EMAIL.upper()} ", "kind": KIND})

    assert (answer.status_code, answer.location) == (303, "/apply/verify")
    assert EMAIL in client.get("/apply/verify").text
    form = client.post("/apply/verify", data={"code": last_code(client, EMAIL)})
    assert client.get(form.location).status_code == 200
    assert form.location == f"/dossiers/{key_of(form)}/form"


@pytest.mark.parametrize("typed", ["", "an", "an@", "an binh@example.vn", "a" * 300 + "@e.vn"])
def test_a_wrong_address_is_refused_and_kept(client: FlaskClient, typed: str) -> None:
    answer = client.post("/apply/start", data={"email": typed, "kind": KIND})

    assert answer.status_code == 422
    assert "Nhập địa chỉ thư điện tử đúng dạng" in answer.text
    assert f'value="{typed}"' in answer.text
    assert f'value="{KIND}"' in answer.text


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(client: FlaskClient) -> None:
    submit(client)
    stranger = client.application.test_client()

    known = stranger.post("/apply/start", data={"email": EMAIL})
    known_page = stranger.get("/apply/verify").text
    unknown = stranger.post("/apply/start", data={"email": "ai@example.vn"})
    unknown_page = stranger.get("/apply/verify").text

    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert csrf_free(known_page, EMAIL) == csrf_free(unknown_page, "ai@example.vn")


def csrf_free(page: str, email: str) -> str:
    return page.replace(csrf_of(page), "").replace(email, "")


def test_a_wrong_code_opens_nothing(client: FlaskClient) -> None:
    client.post("/apply/start", data={"email": EMAIL})

    answer = client.post("/apply/verify", data={"code": wrong(last_code(client, EMAIL))})

    assert answer.status_code == 422
    assert "Mã không đúng hoặc đã hết hiệu lực" in answer.text
    assert client.get("/dossiers").status_code == 303


def test_five_wrong_codes_lock_for_five_minutes_and_the_form_stays(client: FlaskClient) -> None:
    client.post("/apply/start", data={"email": EMAIL})
    right = last_code(client, EMAIL)
    for _ in range(5):
        assert client.post("/apply/verify", data={"code": wrong(right)}).status_code == 422

    locked = client.post("/apply/verify", data={"code": right})

    assert locked.status_code == 429
    assert "Đã nhập sai 5 lần" in locked.text
    assert 'name="code"' in locked.text
    assert client.post("/apply/resend").status_code == 429
    assert client.post("/apply/start", data={"email": EMAIL}).status_code == 429
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        verify_email(client, EMAIL)


def test_a_code_sent_again_kills_the_one_before(client: FlaskClient) -> None:
    client.post("/apply/start", data={"email": EMAIL})
    old = last_code(client, EMAIL)

    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        client.post("/apply/resend")
        new = last_code(client, EMAIL)

        assert new != old
        assert client.post("/apply/verify", data={"code": old}).status_code == 422
        assert client.post("/apply/verify", data={"code": new}).status_code == 303


def test_a_second_code_within_half_a_minute_is_not_sent(client: FlaskClient, app: Flask) -> None:
    client.post("/apply/start", data={"email": EMAIL})

    client.post("/apply/resend")

    assert "Mã vừa được gửi" in client.get("/apply/verify").text
    with app.app_context():
        assert len(mails("code")) == 1


def test_who_signs_out_and_in_again_gets_a_code_at_once(client: FlaskClient) -> None:
    verify_email(client, EMAIL)
    client.post("/sign-out")

    verify_email(client, EMAIL)

    assert client.get("/dossiers").status_code == 200


def test_a_code_opens_one_session(client: FlaskClient) -> None:
    client.post("/apply/start", data={"email": EMAIL})
    code = last_code(client, EMAIL)
    other = client.application.test_client()
    with client.session_transaction() as mine, other.session_transaction() as theirs:
        theirs.update(mine)

    assert client.post("/apply/verify", data={"code": code}).status_code == 303
    assert other.post("/apply/verify", data={"code": code}).status_code == 422


def test_without_an_address_there_is_no_code_to_type(client: FlaskClient) -> None:
    assert client.get("/apply/verify").location == "/apply/start"
    assert client.post("/apply/verify", data={"code": "123456"}).location == "/apply/start"
    assert client.post("/apply/resend").location == "/apply/start"


def test_the_address_stands_in_no_url(client: FlaskClient) -> None:
    answer = client.post("/apply/start", data={"email": EMAIL, "kind": KIND})

    assert "example.vn" not in answer.location


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "javascript:1"])
def test_verifying_leads_to_no_other_site(client: FlaskClient, target: str) -> None:
    client.post("/apply/start", data={"email": EMAIL, "next": target})

    answer = client.post("/apply/verify", data={"code": last_code(client, EMAIL)})

    assert answer.location == "/dossiers"


def test_who_must_verify_first_comes_back_to_the_page(client: FlaskClient) -> None:
    key = submit(client)
    other = client.application.test_client()

    start = other.get(f"/dossiers/{key}/receipt")
    assert start.location.startswith("/apply/start?next=")
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        other.post("/apply/start", data={"email": EMAIL, "next": f"/dossiers/{key}/receipt"})
        answer = other.post("/apply/verify", data={"code": last_code(other, EMAIL)})

    assert answer.location == f"/dossiers/{key}/receipt"


def test_a_second_registration_gets_a_sentence_and_the_way_to_the_first(
    client: FlaskClient,
) -> None:
    key = submit(client)  # rule Q1

    answer = client.post(f"/apply/{KIND}/begin")
    page = client.get(answer.location)

    assert answer.location == f"/apply/{KIND}/registered"
    assert "đã đăng ký «Cấp tài khoản kết nối liên thông»" in page.text
    assert f"/dossiers/{key}" in page.text


def test_a_second_registration_is_told_right_after_the_code_too(client: FlaskClient) -> None:
    submit(client)
    other = client.application.test_client()

    other.post("/apply/start", data={"email": EMAIL, "kind": KIND})
    answer = other.post("/apply/verify", data={"code": last_code(other, EMAIL)})

    assert answer.location == f"/apply/{KIND}/registered"
    assert other.get("/dossiers").status_code == 200


def test_a_draft_is_resumed_on_another_device(client: FlaskClient) -> None:
    key = begin(client)
    other = client.application.test_client()

    verify_email(other, EMAIL)

    assert key_of(other.post(f"/apply/{KIND}/begin")) == key


def test_posts_without_a_token_are_refused(client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/apply/start", data={"email": EMAIL}).status_code == 400
        token = csrf_of(client.get("/apply/start").text)
        answer = client.post("/apply/start", data={"email": EMAIL, "csrf_token": token})
        assert answer.status_code == 303
    finally:
        client.application.config["WTF_CSRF_ENABLED"] = False
