"""Every request type that applicants file, in the browser: refused, supplemented, granted."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app import samples
from tests.browser.people import act, apply, attached_pdf, fill, newest_mail

pytestmark = pytest.mark.browser

# An account of the sample data, and the kinds that are about it, in an order that can be walked.
HELD = {"facility_name": "Nhà thuốc Phai Vệ", "licence_no": "1108/ĐKKDD-LSO"}
HOLDER = "phaive@example.vn"
KINDS = {
    "account_issuance": ("hoamai@example.vn", {
        "facility_name": "Nhà thuốc Hoa Mai", "licence_no": "3002/ĐKKDD-LSO"}),
    "code_registration": ("hoasen@example.vn", {
        "facility_name": "Phòng khám Hoa Sen", "licence_no": "321/LSO-GPHĐ"}),
    "vendor_connection": ("xulang@example.vn", {
        "vendor_name": "Công ty Phần mềm Bản Giốc"}),
    "password_reset": (HOLDER, HELD),
    "account_change": (HOLDER, HELD),
    "account_handover": ("nguoimoi@example.vn", HELD),
    "account_revocation": ("nguoimoi@example.vn", HELD),
}  # fmt: skip


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("papers") / "giấy tờ.jpg"
    path.write_bytes(samples.licence_scan())
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_then_supplemented_and_granted(
    visit: Any, desk: dict[str, Page], paper: str, complaints: list[str], kind: str
) -> None:
    email, answers = KINDS[kind]
    phone, mail = visit(width=390), visit()
    officer, leader, clerk = desk["an"], desk["chi"], desk["giang"]

    refused = apply(phone, mail, f"/apply/{kind}", email, answers, paper)
    act(officer, refused, "Nhận xử lý")
    act(officer, refused, "Trình từ chối", ask={"reason": "Giấy tờ không đọc được."})
    act(leader, refused, "Ký văn bản từ chối")
    act(clerk, refused, "Cấp số và phát hành")
    newest_mail(mail, email, f"Kết quả hồ sơ {refused}")
    assert "không đọc được" in _text(mail)

    code = apply(phone, mail, f"/apply/{kind}", email, answers, paper)
    act(officer, code, "Nhận xử lý")
    act(officer, code, "Yêu cầu bổ sung", ask={
        "missing": "Bản chụp rõ", "reason": "Ảnh mờ."})  # fmt: skip
    assert "Bản chụp rõ" in newest_mail(mail, email, f"bổ sung hồ sơ {code}")
    phone.goto("/dossiers")
    phone.get_by_role("link", name="Bổ sung hồ sơ").first.click()
    fill(phone, kind, answers | {"custodian_phone": "0911222333"}, paper)
    phone.get_by_role("button", name="Tiếp tục", exact=True).click()
    phone.get_by_role("button", name="Gửi bổ sung").click()
    phone.wait_for_url(re.compile(r"/receipt$"))

    asked = {"assigned_code": "20A77"} if kind == "code_registration" else {}
    act(officer, code, "Trình duyệt", ask=asked)
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")
    newest_mail(mail, email, f"Kết quả hồ sơ {code}")
    letter = _text(mail)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in letter
    assert answers.get("facility_name", answers.get("vendor_name", "")) in letter
    expect(clerk.locator("main")).to_contain_text("Đã giải quyết")
    assert complaints == []


def _text(mail: Page) -> str:
    """Return the words of the letter attached to the mail on the screen."""
    pages = attached_pdf(mail).pages
    return " ".join(" ".join(p.extract_text() for p in pages).split())
