"""The second step in the browser: a first sign-in by SMS, then a stronger factor beside it."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app import samples
from tests.browser.people import scan

pytestmark = pytest.mark.browser


def texted_code(mail: Page) -> str:
    """Return the code of the newest message in the local inbox."""
    mail.wait_for_timeout(300)
    for _ in range(60):
        mail.goto("/sms/")
        if code := re.search(r"\b\d{6}\b", mail.locator("main").inner_text()):
            return code.group()
        mail.wait_for_timeout(300)
    raise AssertionError("no message came")


def width(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["width"]


def size_of_heading(page: Page) -> object:
    return page.locator("main h1").evaluate("e => getComputedStyle(e).fontSize")


def test_a_newcomer_proves_a_phone_and_adds_an_authenticator(
    visit: Any, complaints: list[str]
) -> None:
    page = visit()
    page.goto("/desk/sign-in")
    page.fill("[name=username]", samples.NEWCOMER)
    page.fill("[name=password]", samples.PASSWORD)
    page.get_by_role("button", name="Tiếp tục").click()
    page.fill("[name=phone]", "0912 345 678")
    expect(page.locator("input[name=altcha]")).to_have_value(re.compile("."))
    assert width(page, ".altcha-main") == width(page, "[name=phone]")
    page.get_by_role("button", name="Gửi mã").click()
    page.fill("[name=code]", texted_code(visit()))
    page.get_by_role("button", name="Xác nhận và đăng nhập").click()
    expect(page).to_have_url(re.compile("/desk/factors$"))
    usual = size_of_heading(page)

    page.locator("form[action='/desk/factors/totp/begin'] button").click()
    expect(page).to_have_url(re.compile("/desk/factors/totp$"))
    assert size_of_heading(page) == usual
    page.set_viewport_size({"width": 390, "height": 844})
    secret = parse_qs(urlsplit(scan(page, ".vt-qr")).query)["secret"][0]
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Thêm ứng dụng này").click()

    expect(page.locator(".vt-factors")).to_contain_text("Ứng dụng xác thực")

    page.locator("form[action='/desk/factors/recovery'] button").click()
    expect(page.locator(".vt-recovery li")).to_have_count(10)
    page.evaluate("print = () => document.body.append('printed')")
    page.get_by_role("button", name="In các mã").click()
    expect(page.locator("body")).to_contain_text("printed")
    assert complaints == []
