"""One scene for the security tests: everything there is an address for, three times owned."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

import letters
import workflows
from app import clock, formats, samples
from app.extensions import db
from app.mail.mailbox import keep
from app.models import (
    Account,
    Activation,
    Dossier,
    IncomingLetter,
    Letter,
    OutgoingMail,
    Prescriber,
    Recipient,
)  # fmt: skip
from app.security import keys
from app.security.actors import applicant, staff
from app.services import (
    applications,
    arrivals,
    attachments,
    data_requests,
    delegations,
    dossiers,
    filling,
    ledger,
    recipients,
    rights,
    staff_links,
    wordings,
)  # fmt: skip
from app.transaction import transaction
from app.views import files
from tests.helpers import user
from tests.security.actors import EMAILS, HOLDERS, OTHER_UNIT, OTHERS, OWN, Things
from workflows import FieldType, Role

GRANT = "claim, propose_grant, chi approve, giang issue"
SAID = {
    "reason": "Giấy chứng nhận đã hết hiệu lực.", "missing": "Bản chụp rõ", "note": "Xem lại",
    "reply_sender": "Cục Quản lý Khám, chữa bệnh", "reply_reference": "136/KCB-QLCL",
    "reply_on": "27/01/2026",
}  # fmt: skip


def build(mailbox: Any) -> tuple[dict[str, Things], Things]:
    """Fill the database; return what is whose by name, and what belongs to nobody."""
    targets = {who: _owned(n, who) for n, who in enumerate((OWN, OTHERS, OTHER_UNIT), start=1)}
    return targets, _shared(mailbox)


def _owned(n: int, who: str) -> Things:
    """File for an e-mail and its officer: one of each, in the states the addresses need."""
    email, officer = EMAILS[who], HOLDERS[who]
    same = (f"Nhà thuốc số {n}", email, f"210{n}/ĐKKDD-LSO")

    def filed(kind: str, steps: str, **answers: str) -> Dossier:
        key = samples.submit_sample(*same, kind=kind, answers=answers)
        return walk(key, steps, officer)

    granted = filed("account_issuance", GRANT)
    review = filed("account_change", "claim")
    waiting = filed("account_handover", "claim, ask_supplement")
    pending = filed("code_registration", "claim, propose_refusal")
    with transaction():
        draft = dossiers.begin("password_reset", email)
        db.session.flush()
        draft_key = draft.key
    given = file_list("bulk_grant", officer, f"Xã {n}")
    steps = "chi approve, giang issue, record_reply, propose_grant, dung approve, giang issue"
    walk(given.key, steps, officer)
    asked = file_list("consultation", officer, f"Phòng {n}")
    walk(asked.key, "chi approve, giang issue", officer)
    # A second one stays a draft; begun before the other was sent it would be the same.
    listed = file_list("consultation", officer, f"Trạm {n}", send=False)
    activation = db.session.scalars(
        select(Activation).where(Activation.dossier_id == granted.id)
    ).one()
    with transaction():
        owned = db.session.get_one(Account, activation.account_id)
        owned.state = "active"
        owned.password_due_on = clock.today()
    return {
        "granted": code_of(granted), "review": code_of(review), "pending": code_of(pending),
        "sent": code_of(asked),
        "review key": review.key, "waiting key": waiting.key, "draft key": draft_key,
        "file": str(waiting.attachments[0].id), "receipt": letter_of(waiting),
        "letter": letter_of(granted),
        "desk draft": listed.key, "desk row": str(row_of(listed).id),
        "desk file": str(listed.attachments[0].id),
        "account": str(owned.id), "organisation": str(owned.holder_id),
        "activation": keys.derived_token("activation", activation.nonce),
        "custody number": str(owned.id),
        "custody": keys.derived_token("custody", f"{owned.id}:{owned.password_due_on}"),
        "asked": token_of(asked), "asked letter": letter_of(asked), "given": token_of(given),
        "delegation": _delegation(who), "data request": _data_request(email),
    }  # fmt: skip


def _delegation(who: str) -> str:
    """Let an administrator propose that somebody signs for the head; it does not count yet."""
    today = clock.today()
    with transaction():
        made = delegations.enter(
            user("quantri"), user("dung"), user("chi" if who == OWN else HOLDERS[who]),
            kinds=["account_issuance"], basis="Giấy ủy quyền số 12", since=today, until=today,
        )  # fmt: skip
        return str(made.id)


def _data_request(email: str) -> str:
    with transaction():
        return str(data_requests.make(applicant(email), "correction", "Sửa số điện thoại.").id)


def walk(key: str, steps: str, officer: str) -> Dossier:
    """Take steps: an action of its officer, or «who action»."""
    for step in filter(None, steps.split(", ")):
        *who, action = step.split()
        sent = {"reply_file": samples.received_scan()}
        with transaction():
            actor = staff(user(who[0] if who else officer))
            dossiers.act(key, action, actor, supplied=SAID, files=sent)
    return found_by(key)


def file_list(kind: str, officer: str, unit: str, *, send: bool = True) -> Dossier:
    """File what officers file, with one body on its list; put it before a leader, or not."""
    fields = workflows.get(kind).fields
    with transaction():
        holder = user(officer)
        dossier = dossiers.begin(kind, "", holder)
        filling.type_in(dossier, {f.name: f.sample for f in fields})
        for field in fields:
            if field.type is FieldType.FILE:
                attachments.attach(dossier, field.name, samples.received_scan(), 10)
        columns = {f.name: f.sample for f in workflows.get(kind).recipients}
        columns |= {"name": unit, "email": formats.fold(unit).replace(" ", "") + "@example.vn"}
        db.session.flush()
        recipients.add(dossier, [(1, columns)])
        key = dossier.key
    if send:
        with transaction():
            action = applications.sending_action(found_by(key))
            assert action is not None
            dossiers.act(key, action.name, staff(user(officer)))
    return found_by(key)


def found_by(key: str) -> Dossier:
    return db.session.scalars(select(Dossier).where(Dossier.key == key)).one()


def code_of(dossier: Dossier) -> str:
    assert dossier.code
    return dossier.code


def letter_of(dossier: Dossier) -> str:
    """Return the key of the last letter that went out."""
    query = select(Letter.key).where(Letter.dossier_id == dossier.id, Letter.state == "issued")
    return db.session.scalars(query.order_by(Letter.id.desc())).first() or ""


def row_of(dossier: Dossier) -> Recipient:
    return db.session.scalars(select(Recipient).where(Recipient.dossier_id == dossier.id)).one()


def token_of(dossier: Dossier) -> str:
    return keys.derived_token("recipient", row_of(dossier).nonce)


def _shared(mailbox: Any) -> Things:
    today = clock.today().isoformat()
    with transaction():
        clerk, admin = user("giang"), user("quantri")
        entry = ledger.reserve(
            {"form": "dispatch", "symbol": "SYT-VP", "subject": "Việc", "addressee": "Xã",
             "reason": "Văn bản giấy"}, staff(clerk),
        )  # fmt: skip
        arrived = arrivals.enter(
            {"received_on": today, "issued_on": today, "sender": "Bộ Y tế", "form": "Công văn",
             "reference": "136/BYT-KCB", "subject": "Hướng dẫn"},
            samples.received_scan(), staff(clerk),
        )  # fmt: skip
        texts = dict(wordings.said("refusal", None).texts)
        name = next(iter(texts))
        texts[name] += " Trân trọng."
        wordings.save(
            "refusal",
            {"subject": letters.kinds()["refusal"].subject, **texts},
            base=0,
            note="",
            author=admin,
        )
        prescriber = Prescriber(licence_no="9/LSO-GPHN", name="Lục Mai", created_at=clock.now())
        db.session.add(prescriber)
        db.session.flush()
        found = (
            {
                "entry": str(entry.id),
                "arrival": str(arrived.id),
                "prescriber": str(prescriber.id),
            }
            | _rights()
            | _files(arrived)
        )
    mailbox.mkdir(parents=True, exist_ok=True)
    raw = b"Subject: Thu\r\nFrom: a@example.vn\r\nTo: b@example.vn\r\n\r\nXin chao\r\n"
    mail_id = keep(mailbox, raw, sender="a@example.vn", recipients=["b@example.vn"])
    mail = db.session.scalars(select(OutgoingMail.id)).first()
    return found | {
        "mail": str(mail),
        "kept mail": mail_id,
        "vendor": _vendor(),
        "to issue": _signed(),
    }


def _rights() -> Things:
    """Give one right that waits for a second person, and one that holds; and a link to come in."""
    admin = user("quantri")
    waits = rights.grant(admin, user("lan"), Role.SIGNER, None, "Quyết định số 7", "KT.")
    holds = rights.grant(admin, user("moi"), Role.CLERK, None, "Quyết định số 8")
    link = staff_links.send(user("hanh"))
    return {
        "proposed right": str(waits.id),
        "right": str(holds.id),
        "staff link": keys.derived_token("staff", link.nonce),
        "person": "lan",
    }


def _files(arrived: IncomingLetter) -> Things:
    """Return the open address of a scan, good for longer than the tests take."""
    until = int(clock.now().timestamp()) + 86_400
    token = files._signer().dumps(["scan", arrived.id, "staff", until])
    return {"file token": str(token), "file name": arrived.scan_name}


def _vendor() -> str:
    """Let a vendor with one facility give its account back."""
    vendor: Mapping[str, str] = {
        "vendor_name": "Công ty TNHH Sao Mai", "vendor_tax_code": "4909999026",
        "product_name": "Sao Mai 3.1",
    }  # fmt: skip
    email = "ketnoi@example.vn"
    key = samples.submit_sample("", email, "", kind="vendor_connection", answers=vendor)
    walk(key, GRANT, "an")
    through = {"connection": "vendor", "software_vendor": vendor["vendor_tax_code"]}
    key = samples.submit_sample("Quầy số 9", "quay9@example.vn", "2109/ĐKKDD-LSO", answers=through)
    walk(key, GRANT, "an")
    ending = {**vendor, "holder": "vendor", "cause": "contract"}
    key = samples.submit_sample("", email, "", kind="account_revocation", answers=ending)
    return code_of(walk(key, "claim", "an"))


def _signed() -> str:
    """Bring a request as far as the clerk."""
    key = samples.submit_sample("Quầy số 8", "quay8@example.vn", "2108/ĐKKDD-LSO")
    return code_of(walk(key, "claim, propose_grant, chi approve", "an"))
