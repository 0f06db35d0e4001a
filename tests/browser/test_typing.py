"""What people type stays theirs: over a swap under the finger and over the end of a session."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app import samples
from tests.browser.people import mailed_code, sign_in, unused_code

pytestmark = pytest.mark.browser


def open_form(page: Page, mail: Page, email: str) -> None:
    """Verify an e-mail and open an empty form."""
    page.goto("/apply/account_issuance")
    page.get_by_role("link", name="Bắt đầu").click()
    page.fill("[name=email]", email)
    page.get_by_role("button", name="Gửi mã").click()
    page.fill("[name=code]", mailed_code(mail, email))
    page.get_by_role("button", name="Tiếp tục").click()
    page.wait_for_url(re.compile(r"/form$"))


def test_a_press_after_a_correction_hits_what_it_was_meant_for(
    visit: Any, complaints: list[str]
) -> None:
    page = visit(width=390)
    open_form(page, visit(), "cham@example.vn")
    name = page.locator("[name=custodian_name]")
    group = page.locator(".govuk-form-group", has=name)
    name.fill("Châu 2")
    name.blur()
    expect(group.locator(".govuk-error-message")).to_be_visible()

    name.fill("Hoàng Thị Minh Châu")
    radio = page.locator("[name=custodian_gender][value=female]")
    radio.scroll_into_view_if_needed()
    before = radio.bounding_box()
    assert before is not None
    page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(120)
    page.mouse.up()

    expect(radio).to_be_checked()
    expect(group.locator(".govuk-error-message")).to_have_count(0)
    # The form is laid out anew just then, and for a moment the box may have no place.
    for _ in range(50):
        after = radio.bounding_box()
        if after is not None and after["y"] < before["y"] - 10:
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("the page did not move after the press")
    assert complaints == []


def test_an_ended_session_takes_nothing_that_was_typed(visit: Any) -> None:
    page = visit(width=390)
    open_form(page, visit(), "hetphien@example.vn")
    page.context.clear_cookies(name="vanthu_portal")

    page.fill("[name=facility_name]", "Nhà thuốc Còn Đây")
    page.fill("[name=tax_code]", "12")
    page.locator("[name=tax_code]").blur()

    line = page.locator(".vt-formbar [role=status]")
    expect(line).to_contain_text("Phiên làm việc đã hết; mở trang đăng nhập ở thẻ khác")
    expect(line).to_be_in_viewport()
    expect(line.get_by_role("link")).to_have_attribute("target", "_blank")
    page.wait_for_timeout(1500)  # the save comes a second after the change
    expect(page.locator("[name=facility_name]")).to_have_value("Nhà thuốc Còn Đây")
    expect(page.locator("[name=tax_code]")).to_have_value("12")
    expect(page.locator("[name=email]")).to_have_count(0)


def test_what_was_sent_after_the_session_is_there_again(visit: Any) -> None:
    page, mail = visit(width=390), visit()
    open_form(page, mail, "lainua@example.vn")
    page.fill("[name=facility_name]", "Nhà thuốc Cũ")
    page.locator("[name=facility_name]").blur()
    page.wait_for_timeout(1500)  # the draft has it
    code = mailed_code(mail, "lainua@example.vn")
    page.context.clear_cookies(name="vanthu_portal")

    page.fill("[name=facility_name]", "Nhà thuốc Còn Đây")
    page.get_by_role("button", name="Tiếp tục", exact=True).click()

    expect(page.locator("main")).to_contain_text("Phiên làm việc đã hết")
    page.fill("[name=email]", "lainua@example.vn")
    page.get_by_role("button", name="Gửi mã").click()
    page.fill("[name=code]", mailed_code(mail, "lainua@example.vn", unlike=code))
    page.get_by_role("button", name="Tiếp tục").click()
    page.wait_for_url(re.compile(r"/form$"))
    expect(page.locator("[name=facility_name]")).to_have_value("Nhà thuốc Còn Đây")


def test_a_reason_typed_too_long_is_there_after_signing_in_again(visit: Any) -> None:
    page = visit()
    sign_in(page, "binh")
    page.goto("/desk?view=all")
    page.get_by_role("button", name="Nhận xử lý").first.click()
    page.wait_for_url(re.compile(r"/desk/dossiers/"))
    address = page.url
    reason = page.locator("#decision form[action$=propose_refusal] [name=reason]")
    page.locator("#decision summary", has_text="Trình từ chối").click()
    reason.fill("Giấy chứng nhận đã hết hiệu lực.")
    page.get_by_role("button", name="Xem đầy đủ").click()
    page.wait_for_url(re.compile(r"/numbers$"))
    expect(reason).to_have_value("Giấy chứng nhận đã hết hiệu lực.")
    page.context.clear_cookies(name="vanthu_staff")
    page.locator("#decision form[action$=propose_refusal] button[type=submit]").first.click()

    page.fill("[name=username]", "binh")
    page.fill("[name=password]", samples.PASSWORD)
    page.locator("main button[type=submit]").click()
    page.fill("[name=code]", unused_code("binh"))
    page.locator("main button[type=submit]").click()

    expect(page).to_have_url(address)
    expect(reason).to_be_visible()
    expect(reason).to_have_value("Giấy chứng nhận đã hết hiệu lực.")
    page.locator("#decision form[action$=propose_refusal] button[type=submit]").first.click()
    expect(page.locator(".vt-notice--success")).to_be_visible()
    assert not [k for k in page.evaluate("Object.keys(sessionStorage)") if k.startswith("vanthu:")]
