"""What people do in the browser, each in a few lines."""

import io
import re
import time

import pyotp
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

import workflows
from app import samples
from workflows import FieldType

# The first passwords that pages have shown; nothing that stays may hold one of them.
SHOWN: list[str] = []
# The last time step of each authenticator that was given.
_SPENT: dict[str, int] = {}


def scan(page: Page, selector: str) -> str:
    """Return what the QR code on the screen says, as a phone's camera would read it."""
    picture = Image.open(io.BytesIO(page.locator(selector).screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    return code.text


def newest_mail(page: Page, recipient: str, subject: str, *, unlike: str = "") -> str:
    """Wait for a mail in the local mailbox, open it and return its text.

    `unlike` is in an older mail of the same subject, which is not the one waited for.
    """
    for _ in range(100):
        page.goto("/mailbox/")
        rows = page.locator("main li", has_text=recipient).filter(has_text=subject)
        if rows.count():
            rows.first.get_by_role("link").click()
            text = page.locator("main").inner_text()
            if not unlike or unlike not in text:
                return text
        time.sleep(0.3)
    raise AssertionError(f"no mail «{subject}» for {recipient}")


def mailed_code(page: Page, recipient: str, *, unlike: str = "") -> str:
    """Wait for a one-time code by mail and return its digits."""
    text = newest_mail(page, recipient, "Mã xác thực", unlike=unlike)
    code = re.search(r"\b\d{6}\b", text)
    assert code is not None
    return code.group()


def known_code(page: Page, recipient: str) -> str:
    """Return the last code that was mailed to somebody so far, or "" when there was none."""
    page.goto("/mailbox/")
    if page.locator("main li", has_text=recipient).filter(has_text="Mã xác thực").count() == 0:
        return ""
    return mailed_code(page, recipient)


def fill(page: Page, kind: str, answers: dict[str, str], scan_file: str) -> None:
    """Fill the form of a request type with its samples and some answers of one's own."""
    fields = workflows.get(kind).fields
    chosen = {f.name: f.sample for f in fields} | answers
    for field in fields:
        if not field.applies(chosen):
            continue
        value = chosen[field.name]
        control = page.locator(f"[name={field.name}]")
        if not value and not field.required:
            continue
        match field.type:
            case FieldType.CHOICE if control.first.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            case FieldType.CHOICE:
                page.locator(f"[name={field.name}][value={value}]").check()
            case FieldType.CONSENT:
                control.check()
            case FieldType.FILE if not field.required:
                continue
            case FieldType.FILE:
                page.locator(f"input[type=file][name={field.name}]").set_input_files(scan_file)
            case FieldType.DEADLINE:
                control.fill("31/12/2099")
            case FieldType.DATE:
                control.fill("05/01/2026")
            case _:
                control.fill(value)


def sign_in(page: Page, username: str) -> None:
    """Sign a member of staff in, with the code of the authenticator."""
    page.goto("/desk/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", samples.PASSWORD)
    page.locator("main button[type=submit]").click()
    page.fill("[name=code]", unused_code(username))
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/desk(\?|$)"))


def press(page: Page, button: Locator) -> None:
    """Press a button that sends a form, also through a dialog, and wait for the page it leads to.

    Somebody else's window would otherwise open the dossier before the step is written.
    """
    if button.get_attribute("data-confirm") is not None:
        button.click()
        button = page.locator("dialog[open] button[type=submit]")
    with page.expect_navigation():
        button.click()
    if page.locator(".vt-confirm").count():
        give_code(page)


def give_code(page: Page) -> None:
    """Give the code of the authenticator once more, on the page that asks for it."""
    name = page.locator(".vt-me strong").first.text_content()
    username = next(u for u, full_name, *_ in samples.PEOPLE if full_name == name)
    page.fill("[name=otp]", unused_code(username))
    with page.expect_navigation():
        page.get_by_role("button", name="Xác nhận", exact=True).click()


def unused_code(username: str) -> str:
    """Return a code of the authenticator that was not given yet; waits while there is none.

    A code is spent once; the one of the coming half minute counts already.
    """
    step = max(int(time.time()) // 30, _SPENT.get(username, 0) + 1)
    while step > int(time.time()) // 30 + 1:
        time.sleep(0.5)
    _SPENT[username] = step
    return pyotp.TOTP(samples.totp_secret(username)).at(step * 30)


def act(
    page: Page,
    code: str,
    button: str,
    *,
    ask: dict[str, str] | None = None,
    files: dict[str, str] | None = None,
) -> None:
    """Open a dossier on the desk and take one step."""
    answer = page.goto(f"/desk/dossiers/{code}")
    assert answer is not None
    assert answer.ok, page.locator("main").inner_text()
    decision = page.locator("#decision")
    if ask is not None:
        step = decision.locator("details", has=page.locator("summary", has_text=button))
        if step.get_attribute("open") is None:
            step.locator("summary").click()
        for name, value in ask.items():
            step.locator(f"[name={name}]").fill(value)
        for name, path in (files or {}).items():
            step.locator(f"[name={name}]").set_input_files(path)
        decision = step
    press(page, decision.get_by_role("button", name=button, exact=True).first)


def apply(
    page: Page, mail: Page, start: str, email: str, answers: dict[str, str], paper: str
) -> str:
    """Do what an applicant does, from the address of the QR code; return the dossier code."""
    page.goto(start)
    page.get_by_role("link", name="Bắt đầu").or_(page.get_by_role("button", name="Bắt đầu")).click()
    if page.locator("[name=email]").count():
        spent = known_code(mail, email)
        page.fill("[name=email]", email)
        page.get_by_role("button", name="Gửi mã").click()
        page.fill("[name=code]", mailed_code(mail, email, unlike=spent))
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


def attached_pdf(page: Page) -> PdfReader:
    """Download the PDF of the mail on the screen and open it."""
    link = page.locator("main a[href*=attachments]").first.get_attribute("href")
    assert link is not None
    answer = page.request.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.body()))


def activate(page: Page, mail: Page, link: str, email: str) -> None:
    """Open a first access with the code of the mail; remember the password that is shown once."""
    spent = known_code(mail, email)
    page.goto(link)
    page.locator("main button[type=submit]").first.click()
    page.fill("[name=code]", mailed_code(mail, email, unlike=spent))
    page.locator("main button[type=submit]").first.click()
    SHOWN.append(page.locator(".vt-copy--big .vt-copy__text").last.inner_text())
