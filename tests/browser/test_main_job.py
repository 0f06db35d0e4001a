"""From the QR code to the letter in the mailbox, as the people who do it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from app import samples
from tests.browser.people import confirm, fill, mailed_code, newest_mail, scan, sign_in

pytestmark = pytest.mark.browser

EMAIL = "hoaban@example.vn"
ANSWERS = {"facility_name": "Nhà thuốc Hoa Ban", "licence_no": "3001/ĐKKDD-LSO"}


@pytest.fixture(scope="module")
def licence(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("papers") / "giấy chứng nhận.jpg"
    path.write_bytes(samples.licence_scan())
    return str(path)


def apply(
    page: Page, mail: Page, start: str, email: str, answers: dict[str, str], paper: str
) -> str:
    """Do what an applicant does, from the address of the QR code; return the dossier code."""
    page.goto(start)
    page.get_by_role("link", name="Bắt đầu").or_(page.get_by_role("button", name="Bắt đầu")).click()
    page.fill("[name=email]", email)
    page.get_by_role("button", name="Gửi mã").click()
    page.fill("[name=code]", mailed_code(mail, email))
    page.get_by_role("button", name="Tiếp tục").click()
    if page.get_by_role("button", name="Bắt đầu").count():
        page.get_by_role("button", name="Bắt đầu").click()
    fill(page, start.rsplit("/", 1)[1], answers, paper)
    page.get_by_role("button", name="Tiếp tục", exact=True).click()
    expect(page.get_by_role("heading", name="Kiểm tra")).to_be_visible()
    page.get_by_role("button", name="Nộp hồ sơ").click()
    page.wait_for_url(re.compile(r"/receipt$"))
    found = re.search(r"H37\.12-\d{6}-\d{4}", page.locator("main").inner_text())
    assert found is not None
    return found.group()


def act(page: Page, code: str, button: str, *, ask: dict[str, str] | None = None) -> None:
    """Open a dossier on the desk and take one step."""
    page.goto(f"/desk/dossiers/{code}")
    decision = page.locator("#decision")
    if ask is not None:
        step = decision.locator("details", has=page.locator("summary", has_text=button))
        if step.get_attribute("open") is None:
            step.locator("summary").click()
        for name, value in ask.items():
            step.locator(f"[name={name}]").fill(value)
        decision = step
    decision.get_by_role("button", name=button, exact=True).first.click()
    if page.locator("dialog[open]").count():
        confirm(page)
    page.wait_for_load_state()


def attached_pdf(page: Page) -> PdfReader:
    """Download the PDF of the mail on the screen and open it."""
    link = page.locator("main a[href*=attachments]").first.get_attribute("href")
    assert link is not None
    answer = page.request.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.body()))


def test_a_pharmacy_gets_its_account(visit: Any, licence: str, complaints: list[str]) -> None:
    wall, phone, mail = visit(), visit(width=390), visit()
    wall.goto("/apply/account_issuance")
    start = scan(wall, "img[src$='qr.svg']")
    assert start.endswith("/apply/account_issuance")

    code = apply(phone, mail, start, EMAIL, ANSWERS, licence)
    newest_mail(mail, EMAIL, "Đã tiếp nhận hồ sơ")
    receipt = attached_pdf(mail).pages[0].extract_text()
    assert code in receipt

    officer, leader, clerk = visit(), visit(), visit()
    sign_in(officer, "an")
    expect(officer.locator("main")).to_contain_text("Nhà thuốc Hoa Ban")
    act(officer, code, "Nhận xử lý")
    act(officer, code, "Trình duyệt", ask={})

    sign_in(leader, "chi")
    leader.goto(f"/desk/dossiers/{code}")
    preview = leader.request.get(f"/desk/dossiers/{code}/letter.pdf")
    shown = PdfReader(io.BytesIO(preview.body())).pages[0].extract_text()
    assert "Vi Thị Kim Chi" in shown
    act(leader, code, "Ký duyệt")

    sign_in(clerk, "giang")
    act(clerk, code, "Cấp số và phát hành")
    expect(clerk.locator("main")).to_contain_text(re.compile(r"\d+/SYT-NVD"))

    text = newest_mail(mail, EMAIL, "Kết quả hồ sơ")
    letter = attached_pdf(mail).pages[0].extract_text()
    for sentence in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Kính gửi: Nhà thuốc Hoa Ban",
                     "KT. GIÁM ĐỐC", "Vi Thị Kim Chi", "lso.3001"):  # fmt: skip
        assert sentence in letter
    assert re.search(r"Số: \d{2,}/SYT-NVD", letter)

    link = re.search(r"http://\S+/activate/\S+", text)
    assert link is not None
    activate(phone, mail, link.group())
    assert phone.goto(link.group()).status == 410
    # The spent link answers 410 on purpose, and the console says so.
    assert [c for c in complaints if "410" not in c] == []


def activate(page: Page, mail: Page, link: str) -> None:
    """Open the first access with the code of the mail; it shows name and password once."""
    spent = mailed_code(mail, EMAIL)
    page.goto(link)
    page.locator("main button[type=submit]").first.click()
    page.fill("[name=code]", mailed_code(mail, EMAIL, unlike=spent))
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("lso.3001")
