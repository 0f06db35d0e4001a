"""What persons ask about their data, the days the law gives for an answer, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, formats
from app.errors import AlreadyDone, Invalid
from app.extensions import db
from app.models import DataRequest, Dossier
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
_ENDED = (Phase.REFUSED, Phase.CLOSED)


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
    request.reason = _words(_REASON, reason)
    request.answer, request.answered_at = given, clock.now()
    request.answered_by_id = officer.user_id
    erased = _erase(request.email) if (given, request.kind) == ("granted", "erasure") else 0
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
        },
    )
    return request


def _erase(email: str) -> int:
    """Erase drafts and what ended without a grant; the law keeps the rest until its time."""
    found = db.session.scalars(
        select(Dossier)
        .where(Dossier.email == email, Dossier.phase.in_((Phase.DRAFT, *_ENDED)))
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
