"""From the QR code to the letter in the mailbox, as the people who do it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from app import samples
from tests.browser.people import (
    act,
    activate,
    apply,
    attached_pdf,
    newest_mail,
    scan,
    sign_in,
)

pytestmark = pytest.mark.browser

EMAIL = "hoaban@example.vn"
ANSWERS = {"facility_name": "Nhà thuốc Hoa Ban", "licence_no": "3001/ĐKKDD-LSO"}


@pytest.fixture(scope="module")
def licence(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("papers") / "giấy chứng nhận.jpg"
    path.write_bytes(samples.licence_scan())
    return str(path)


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
    activate(phone, mail, link.group(), EMAIL)
    expect(phone.locator("main")).to_contain_text("lso.3001")
    assert phone.goto(link.group()).status == 410
    # On purpose: 410 for the spent link, 403 where a fresh code is asked for.
    assert [c for c in complaints if not re.search(r"\b(403|410)\b", c)] == []
