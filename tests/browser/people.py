"""What people do in the browser, each in a few lines."""

import io
import re
import time

import pyotp
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

import workflows
from app import samples
from workflows import FieldType


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


def fill(page: Page, kind: str, answers: dict[str, str], scan_file: str) -> None:
    """Fill the form of a request type with its samples and some answers of one's own."""
    for field in workflows.get(kind).fields:
        value = answers.get(field.name, field.sample)
        control = page.locator(f"[name={field.name}]")
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
    page.fill("[name=code]", pyotp.TOTP(samples.totp_secret(username)).now())
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/desk(\?|$)"))


def confirm(page: Page) -> None:
    """Say yes in the dialog that asks before a binding act."""
    page.locator("dialog[open] button[type=submit]").click()
