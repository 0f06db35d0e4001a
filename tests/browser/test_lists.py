"""What officers file and send to many, in the browser: a list of accounts, a draft to comment."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app import samples, sheets
from tests.browser.people import act, activate, fill, newest_mail
from workflows import get

pytestmark = pytest.mark.browser

CODE = re.compile(r"H37\.12-\d{6}-\d{4}")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    (folder / "tra-loi.jpg").write_bytes(samples.licence_scan())
    rows = [
        [f"Văn phòng HĐND và UBND xã Thử {n}", f"thu{n}@example.vn", "Nông Thị Lan", "Nữ",
         "Chuyên viên", f"09120000{n:02d}"]
        for n in range(1, 12)
    ]  # fmt: skip
    rows[4][1] = "thu5 tại example"
    headings = [str(f.label) for f in get("bulk_grant").recipients]
    (folder / "danh-sach.xlsx").write_bytes(sheets.write("Danh sách", headings, rows))
    return folder


def look(page: Page, name: str) -> None:
    """Keep a picture of the page at both widths when somebody wants to look."""
    folder = os.environ.get("TEST_PICTURES")
    if not folder:
        return
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def begin(page: Page, kind: str, **answers: str) -> None:
    """Begin what officers file and go on to its list."""
    page.goto("/desk/new")
    look(page, "new")
    page.locator(f"form[action='/desk/new/{kind}'] button").click()
    fill(page, kind, answers, "")
    look(page, f"{kind}-form")
    page.get_by_role("button", name="Tiếp tục", exact=True).click()
    page.wait_for_url(re.compile(r"/list$"))


def propose(page: Page, kind: str) -> str:
    """Go from the list to the review and put it before the leader; return the code."""
    page.get_by_role("link", name="Tiếp tục", exact=True).click()
    look(page, f"{kind}-review")
    page.get_by_role("button", name="Trình ký", exact=True).click()
    page.wait_for_url(re.compile(r"/desk/dossiers/H37"))
    found = CODE.search(page.url)
    assert found is not None
    return found.group()


def own_page(mail: Page, recipient: str, subject: str) -> str:
    """Return the address of a recipient's own page from its mail."""
    link = re.search(r"http://\S+/received/\S+", newest_mail(mail, recipient, subject))
    assert link is not None
    return link.group()


def test_eleven_offices_get_their_accounts(
    visit: Any, desk: dict[str, Page], papers: Path, complaints: list[str]
) -> None:
    officer, leader, clerk = desk.values()
    mail, office = visit(), visit(width=390)
    begin(officer, "bulk_grant")
    look(officer, "list-empty")
    officer.set_input_files("[name=sheet]", papers / "danh-sach.xlsx")
    officer.get_by_role("button", name="Thêm các dòng của tệp").click()
    expect(officer.locator("main")).to_contain_text("1 dòng cần sửa")
    expect(officer.locator("main")).to_contain_text("Dòng 6, cột «Thư điện tử»")
    look(officer, "list-wrong")
    officer.get_by_role("link", name="Dòng 6").click()
    officer.fill("[name=email]", "thu5@example.vn")
    look(officer, "list-row")
    officer.get_by_role("button", name="Lưu", exact=True).click()
    expect(officer.locator("main")).not_to_contain_text("cần sửa")
    code = propose(officer, "bulk_grant")
    look(officer, "bulk-dossier")

    leader.goto(f"/desk/dossiers/{code}")
    look(leader, "bulk-sign")
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")
    newest_mail(mail, "vanthu@cuc.example.vn", "đề nghị cấp tài khoản")

    reply = {"reply_sender": "Cục Quản lý Khám, chữa bệnh", "reply_reference": "136/KCB-QLCL",
             "reply_on": "27/01/2026"}  # fmt: skip
    act(officer, code, "Ghi nhận văn bản trả lời", ask=reply, files={
        "reply_file": str(papers / "tra-loi.jpg")})  # fmt: skip
    act(officer, code, "Trình phân bổ tài khoản", ask={})
    leader.goto(f"/desk/dossiers/{code}")
    look(leader, "bulk-distribute")
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")

    link = own_page(mail, "thu1@example.vn", "Cấp tài khoản")
    office.goto(link)
    look(office, "received-bulk")
    office.fill("[name=received_by]", "Nông Thị Lan")
    office.get_by_role("button", name="Xác nhận đã nhận").click()
    expect(office.locator("main")).to_contain_text("Đã xác nhận")
    office.get_by_role("button", name="Mở tài khoản").click()
    expect(office).to_have_url(re.compile("/activate/"))
    activate(office, mail, office.url, "thu1@example.vn")
    expect(office.locator("main")).to_contain_text("thu1@example.vn")

    officer.goto(f"/desk/dossiers/{code}/recipients")
    expect(officer.locator("main")).to_contain_text("10 chưa trả lời")
    look(officer, "recipients-bulk")
    officer.goto(f"/desk/dossiers/{code}/chain")
    expect(officer.locator("main table")).to_contain_text("136/KCB-QLCL")
    look(officer, "chain-bulk")
    officer.locator("main table a", has_text="136/KCB-QLCL").first.click()
    look(officer, "incoming")
    act(officer, code, "Nhắc đơn vị chưa xác nhận")
    newest_mail(mail, "thu2@example.vn", "Nhắc việc")
    look(officer, "bulk-done")
    assert complaints == []


def test_a_draft_is_commented_and_summarised(
    visit: Any, desk: dict[str, Page], papers: Path, complaints: list[str]
) -> None:
    officer, leader, clerk = desk.values()
    mail, body = visit(), visit(width=390)
    begin(officer, "consultation", urgency="flash")
    for n in (1, 2):
        officer.get_by_role("link", name="Thêm một đơn vị").click()
        officer.fill("[name=name]", f"Phòng Thử số {n}")
        officer.fill("[name=email]", f"phong{n}@example.vn")
        officer.get_by_role("button", name="Lưu", exact=True).click()
    code = propose(officer, "consultation")
    leader.goto(f"/desk/dossiers/{code}")
    look(leader, "consultation-sign")
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")

    for n, choice in ((1, "agree"), (2, "amend")):
        body.goto(own_page(mail, f"phong{n}@example.vn", "Lấy ý kiến dự thảo"))
        look(body, f"received-consultation-{n}")
        body.check(f"[name=answer][value={choice}]")
        body.fill("[name=comment]", "Đề nghị làm rõ thời hạn tại Điều 3.")
        body.fill("[name=answered_by]", "Lý Văn Ba, Trưởng phòng")
        body.get_by_role("button", name="Gửi ý kiến").click()
        expect(body.locator("main")).to_contain_text("Ý kiến đã gửi")
        look(body, f"received-answered-{n}")

    officer.goto(f"/desk/dossiers/{code}/recipients")
    expect(officer.locator("main")).to_contain_text("Đề nghị làm rõ thời hạn")
    look(officer, "recipients-consultation")
    act(officer, code, "Kết thúc lấy ý kiến")
    act(officer, code, "Trình văn bản tổng hợp ý kiến", ask={"conclusion": "Tiếp thu."})
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")
    newest_mail(mail, "phong1@example.vn", "Tổng hợp ý kiến")
    officer.goto(f"/desk/dossiers/{code}/chain")
    look(officer, "chain-consultation")
    assert complaints == []


def test_a_list_is_sent_back_revised_and_refused_from_above(
    visit: Any, desk: dict[str, Page], papers: Path, complaints: list[str]
) -> None:
    officer, leader, clerk = desk.values()
    mail = visit()
    begin(officer, "bulk_grant", title="Tài khoản cho hai văn phòng")
    for n in (21, 22):
        officer.get_by_role("link", name="Thêm một đơn vị").click()
        officer.fill("[name=name]", f"Văn phòng Thử {n}")
        officer.fill("[name=email]", f"thu{n}@example.vn")
        officer.fill("[name=custodian_name]", "Nông Thị Lan")
        officer.check("[name=custodian_gender][value=female]")
        officer.fill("[name=custodian_position]", "Chuyên viên")
        officer.fill("[name=custodian_phone]", f"09120001{n}")
        officer.get_by_role("button", name="Lưu", exact=True).click()
    code = propose(officer, "bulk_grant")
    act(leader, code, "Trả lại chuyên viên", ask={"note": "Bỏ đơn vị thứ hai."})

    officer.goto(f"/desk/dossiers/{code}")
    officer.get_by_role("link", name="Sửa danh sách").first.click()
    officer.get_by_role("link", name="Sửa Văn phòng Thử 22").click()
    officer.get_by_role("button", name="Bỏ khỏi danh sách").click()
    expect(officer.locator("main")).to_contain_text("Danh sách nhận (1)")
    officer.get_by_role("link", name="Tiếp tục", exact=True).click()
    officer.get_by_role("button", name="Trình ký lại", exact=True).click()
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")
    act(officer, code, "Ghi nhận văn bản trả lời", ask={
        "reply_sender": "Cục Quản lý Khám, chữa bệnh", "reply_reference": "137/KCB-QLCL",
        "reply_on": "28/01/2026"}, files={"reply_file": str(papers / "tra-loi.jpg")})  # fmt: skip
    act(officer, code, "Trình thông báo không được cấp", ask={"reason": "Chưa đủ điều kiện."})
    act(leader, code, "Ký thông báo")
    act(clerk, code, "Cấp số và phát hành")
    newest_mail(mail, "thu21@example.vn", "Không cấp tài khoản")
    assert complaints == []


def test_a_consultation_is_sent_back_and_cancelled(
    visit: Any, desk: dict[str, Page], complaints: list[str]
) -> None:
    officer, leader, clerk = desk.values()
    mail = visit()
    begin(officer, "consultation", draft_title="Quy chế thử")
    officer.get_by_role("link", name="Thêm một đơn vị").click()
    officer.fill("[name=name]", "Phòng Thử số 9")
    officer.fill("[name=email]", "phong9@example.vn")
    officer.get_by_role("button", name="Lưu", exact=True).click()
    code = propose(officer, "consultation")
    act(leader, code, "Trả lại chuyên viên", ask={"note": "Ghi rõ hơn."})
    officer.goto(f"/desk/dossiers/{code}")
    officer.get_by_role("link", name="Sửa danh sách").first.click()
    officer.get_by_role("link", name="Tiếp tục", exact=True).click()
    officer.get_by_role("button", name="Trình ký lại", exact=True).click()
    act(leader, code, "Ký duyệt")
    act(clerk, code, "Cấp số và phát hành")
    newest_mail(mail, "phong9@example.vn", "Lấy ý kiến dự thảo")
    act(officer, code, "Hủy việc này", ask={"note": "Dự thảo được rút lại."})
    expect(officer.locator("main")).to_contain_text("Đã hủy")
    newest_mail(mail, "phong9@example.vn", "Dừng việc")
    assert complaints == []
