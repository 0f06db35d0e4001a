"""What persons ask about their data, the days the law gives for an answer, and the answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, formats
from app.errors import AlreadyDone, Invalid
from app.extensions import db
from app.models import Account, DataRequest, Dossier
from app.security.actors import Actor
from app.services import audit, calendar, consents, erasure, mails, organisation
from workflows import Field, FieldError, FieldType, Phase, Text

_ACKNOWLEDGE_DAYS = 2
_TEXT = Field(
    "text",
    Text("Dữ liệu nào, đề nghị gì", "Which data, and what you ask"),
    FieldType.PARAGRAPHS,
    sample="Số điện thoại đã đổi, đề nghị sửa.",
    max_length=4000,
)
_REASON = Field(
    "reason",
    Text("Kết quả hoặc lý do", "What was done, or why not"),
    FieldType.PARAGRAPHS,
    sample="Đã sửa theo đề nghị.",
    max_length=4000,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request and the days to fulfil it (Decree 356/2025)."""

    label: Text
    days: int


KINDS: Mapping[str, Kind] = {
    "correction": Kind(Text("Đính chính dữ liệu", "Correct my data"), 10),
    "restriction": Kind(Text("Hạn chế hoặc phản đối xử lý", "Restrict or object"), 15),
    "erasure": Kind(Text("Xóa dữ liệu", "Erase my data"), 20),
}
ANSWERS: Mapping[str, Text] = {
    "granted": Text("Đồng ý", "Granted"),
    "refused": Text("Từ chối", "Refused"),
}
_ERASABLE = (Phase.DRAFT, Phase.REFUSED, Phase.CLOSED)
_NOTHING = Text(
    "Không có dữ liệu nào xóa được theo yêu cầu: hồ sơ đang giải quyết hoặc đã cấp được giữ theo"
    " pháp luật về lưu trữ. Ông/Bà trả lời từ chối và nêu căn cứ.",
    "Nothing can be erased on request: dossiers at work or granted are kept by the archive law."
    " Please refuse and say on which ground.",
)


def make(actor: Actor, kind: str, text: str) -> DataRequest:
    """Enter a request of a verified e-mail and tell the department; raise Invalid."""
    if kind not in KINDS:
        raise Invalid({"kind": Text("Chọn loại yêu cầu.", "Choose a kind of request.")})
    words = _words(_TEXT, text)
    today = clock.today()
    request = DataRequest(
        person=consents.person(actor.email),
        email=actor.email,
        kind=kind,
        text=words,
        made_at=clock.now(),
        acknowledge_by=calendar.office().due(today, _ACKNOWLEDGE_DAYS),
        due_on=today + timedelta(days=KINDS[kind].days),
    )
    db.session.add(request)
    db.session.flush()
    audit.record("data_requested", actor, f"data_request:{request.id}", {"kind": kind})
    about = {
        "number": request.id,
        "kind": str(KINDS[kind].label),
        "acknowledge_by": formats.day(request.acknowledge_by),
        "due_on": formats.day(request.due_on),
    }
    to = organisation.department().email
    if to:
        mails.queue("data_request", to, once=f"data_request:{request.id}:office", context=about)
    mails.queue(
        "data_request_received", actor.email, once=f"data_request:{request.id}", context=about
    )
    return request


def answer(number: int, given: str, reason: str, officer: Actor) -> DataRequest:
    """Grant or refuse a request, with the reason; a granted erasure erases.

    Raises LookupError, AlreadyDone, Invalid.
    """
    request = db.session.scalars(
        select(DataRequest).where(DataRequest.id == number).with_for_update()
    ).one_or_none()
    if request is None:
        raise LookupError(number)
    if request.answer:
        raise AlreadyDone(Text("Yêu cầu này đã được trả lời.", "This was answered already."))
    if given not in ANSWERS:
        raise Invalid({"answer": Text("Chọn đồng ý hoặc từ chối.", "Choose grant or refuse.")})
    words = _words(_REASON, reason)
    found = concerned([request.email])[request.email]
    is_erasure = (given, request.kind) == ("granted", "erasure")
    if is_erasure and not found.erasable:
        raise Invalid({"answer": _NOTHING})
    request.reason, request.answer, request.answered_at = words, given, clock.now()
    request.answered_by_id = officer.user_id
    erased = _erase(request.email) if is_erasure else 0
    audit.record(
        "data_request_answered", officer, f"data_request:{number}",
        {"answer": given, "erased": erased},
    )  # fmt: skip
    mails.queue(
        "data_request_answered",
        request.email,
        once=f"data_request:{number}:answer",
        context={
            "kind": str(KINDS[request.kind].label),
            "answer": str(ANSWERS[given]),
            "reason": request.reason,
            "erased": erased,
            "kept": len(found.kept) if is_erasure else 0,
        },
    )
    return request


@dataclass(frozen=True, slots=True)
class Concerned:
    """What is kept about an e-mail: dossiers a request erases, those the law keeps, accounts."""

    erasable: list[Dossier]
    kept: list[Dossier]
    accounts: list[Account]


def concerned(emails: Collection[str]) -> Mapping[str, Concerned]:
    """Return what requests of these are about; drafts and what ended ungranted are erasable."""
    out = {email: Concerned([], [], []) for email in emails}
    for dossier in db.session.scalars(
        select(Dossier)
        .where(Dossier.email.in_(emails), Dossier.erased_at.is_(None))
        .order_by(Dossier.id)
    ):
        about = out[dossier.email]
        (about.erasable if dossier.phase in _ERASABLE else about.kept).append(dossier)
    for account in db.session.scalars(
        select(Account).where(Account.custodian_email.in_(emails)).order_by(Account.id)
    ):
        out[account.custodian_email].accounts.append(account)
    return out


def _erase(email: str) -> int:
    """Erase drafts and what ended without a grant; the law keeps the rest until its time."""
    found = db.session.scalars(
        select(Dossier)
        .where(Dossier.email == email, Dossier.phase.in_(_ERASABLE), Dossier.erased_at.is_(None))
        .order_by(Dossier.id)
        .with_for_update()
    ).all()
    for dossier in found:
        if dossier.submitted_at is None:
            erasure.remove_draft(dossier)
        else:
            erasure.erase(dossier)
    consents.choose(email, (), "data-request")
    return len(found)


def _words(field: Field, typed: str) -> str:
    try:
        return field.check(typed)
    except FieldError as error:
        raise Invalid({field.name: error.message}) from None


def of(email: str) -> list[DataRequest]:
    """Return the requests of a person, the newest first."""
    query = select(DataRequest).where(DataRequest.person == consents.person(email))
    return list(db.session.scalars(query.order_by(DataRequest.id.desc()).limit(50)))


def listed(*, answered: bool) -> list[DataRequest]:
    """Return the requests that wait, the most urgent first, or the last that were answered."""
    query = select(DataRequest).options(joinedload(DataRequest.answered_by)).limit(50)
    if answered:
        query = query.where(DataRequest.answer != "").order_by(DataRequest.id.desc())
    else:
        query = query.where(DataRequest.answer == "").order_by(DataRequest.due_on, DataRequest.id)
    return list(db.session.scalars(query))
