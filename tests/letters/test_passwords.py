"""L3: no letter or annex carries a password, and sentences about passwords pass."""

from dataclasses import replace

import pytest

import letters
from letters import passwords


@pytest.mark.parametrize(
    "text",
    [
        "Mật khẩu: Abc@12345",
        "mật khẩu tạm thời: hoahong88",
        "Mật khẩu ban đầu là Sy@2026.",
        "Password = secret",
        "MK: 123456",
        "Tên đăng nhập lso.kylua, mật khẩu: hoahong; đổi ngay.",
        "mã PIN: 4711",
        "Dùng Xk7#mPq2vT9=aB để đăng nhập",
        "Dùng k7Qm2xV9tR để đăng nhập",
    ],
)
def test_what_looks_like_a_password_is_found(text):
    assert passwords.place_in(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "văn bản này và thư điện tử không chứa mật khẩu.",
        "Đổi mật khẩu ngay khi đăng nhập lần đầu, sau đó ít nhất 06 tháng một lần",
        "Lý do: Quên mật khẩu; Sở Y tế cấp lại quyền truy cập",
        "Mật khẩu: có ít nhất 08 ký tự, gồm chữ in hoa, chữ thường",
        "Về mật khẩu: cho phép cơ sở tự đặt",
        "Mật khẩu là bí mật của người giữ tài khoản",
        "Công văn số 136/KCB-QLCL&CĐT ngày 27/11/2026",
        "Hồ sơ H37.15-261120-0008, tài khoản lso.1234, vnd.4900111111",
        "Thư điện tử Nha.Thuoc2026@Email24.example",
        "Phần mềm MediSoft2000, mã 20A01, https://motcua.soyte.example/dossiers/k7Qm2xV9tR",
    ],
)
def test_what_letters_say_of_passwords_passes(text):
    assert passwords.place_in(text) is None


@pytest.mark.parametrize(
    ("label", "is_one"),
    [("Mật khẩu", True), ("Mật khẩu tạm thời:", True), ("Tên đăng nhập", False)],
)
def test_a_heading_that_announces_passwords_is_known(label, is_one):
    assert passwords.names_one(label) is is_one


@pytest.mark.parametrize("kind", sorted(letters.kinds()))
def test_a_password_in_any_printed_fact_stops_the_letter_and_is_not_repeated(kind):
    plain = letters.sample(kind)
    facts = dict(plain.facts) | {"facility_name": "An Bình, mật khẩu: Hoa@2026x"}
    data = replace(plain, facts=facts)
    found = [p for p in letters.problems(data) if p.code == "password"]

    assert bool(found) is ("Hoa@2026x" in letters.render_html(data))
    assert all("Hoa@2026x" not in p.vi + p.en for p in found)


def test_a_password_in_a_row_of_an_annex_stops_the_letter():
    plain = letters.sample("bulk_distribution")
    first, *rest = plain.facts["units"]
    units = ({**first, "username": "lso.kylua Xk7#mPq2vT9=aB"}, *rest)

    found = letters.problems(replace(plain, facts=dict(plain.facts) | {"units": units}))

    assert {p.code for p in found} == {"password"}
