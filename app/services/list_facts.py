"""What letters to many say: the list, its answers in figures, what was asked and replied."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

import workflows
from app import clock, formats
from app.extensions import db
from app.models import Citation, Dossier, IncomingLetter, Letter, Recipient
from app.services import list_sources, organisation, recipients
from letters import LetterData, cited
from workflows import Field, FieldType, Text

# Longer lists stand in the annex, not after "Kính gửi".
_MOST_NAMED = 8
_AS_LISTED = Text(
    "Các cơ quan, đơn vị có tên trong danh sách kèm theo", "The bodies in the annexed list"
)
_IN_A_FILE = Text("Có văn bản góp ý gửi kèm.", "Comments in a file.")
Row = dict[str, str]


def of(dossier: Dossier, details: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a dossier that goes to a list."""
    listed = recipients.rows(dossier)
    columns = workflows.get(dossier.kind).recipients
    asks = workflows.get(dossier.kind).recipient_asks
    names = tuple(r.name for r in listed)
    return {
        "count": f"{len(listed):02d}",
        "addressees": names if len(names) <= _MOST_NAMED else (str(_AS_LISTED),),
        "units": tuple(_unit(r, columns) for r in listed),
        **_answers(listed, asks),
        **_correspondence(dossier),
        **({"content": str(details["conclusion"])} if details.get("conclusion") else {}),
    }


def _unit(recipient: Recipient, columns: tuple[Field, ...]) -> Row:
    shown = {f.name: list_sources.shown(f, recipient.typed.get(f.name, "")) for f in columns}
    return {
        **shown,
        "phone": shown.get("custodian_phone", ""),
        "username": recipient.account.username if recipient.account else recipient.email,
    }


def _answers(listed: list[Recipient], asks: tuple[Field, ...]) -> dict[str, Any]:
    choice = next((f for f in asks if f.type is FieldType.CHOICE), None)
    if choice is None:
        return {}
    given = [r.answers.get(choice.name, "") for r in listed if r.answered_at]
    return {
        "answered": f"{len(given):02d}",
        "silent": f"{len(listed) - len(given):02d}",
        **{c.value: f"{given.count(c.value):02d}" for c in choice.choices},
        "answers": tuple(
            {
                "name": r.name,
                "answer": list_sources.shown(choice, r.answers.get(choice.name, ""))
                if r.answered_at
                else str(Text("Chưa có ý kiến", "No answer")),
                "comment": _comment(r, asks),
                "answered_on": formats.day(clock.local(r.answered_at).date())
                if r.answered_at
                else "",
            }
            for r in listed
        ),
    }


def _comment(recipient: Recipient, asks: tuple[Field, ...]) -> str:
    comment = recipient.answers.get("comment", "")
    has_file = any(f.type is FieldType.FILE and recipient.answers.get(f.name) for f in asks)
    return comment or (str(_IN_A_FILE) if has_file else "")


def _correspondence(dossier: Dossier) -> dict[str, Any]:
    """Return the basis, our request and the reply, as the letters cite them."""
    cited = db.session.scalars(
        select(Citation)
        .where(Citation.dossier_id == dossier.id)
        .order_by(Citation.id)
        .options(joinedload(Citation.incoming), joinedload(Citation.letter))
    ).all()
    request = db.session.scalars(
        select(Letter)
        .where(Letter.dossier_id == dossier.id, Letter.state == "issued", Letter.form == "dispatch")
        .order_by(Letter.id.desc())
    ).first()
    reply = next(
        (c.incoming for c in reversed(cited) if c.incoming and c.incoming.answers_id), None
    )
    return {
        "basis": tuple(_in_words(c) for c in cited if c.incoming is not reply or reply is None),
        **_request(request),
        **_reply(reply),
    }


def _in_words(citation: Citation) -> str:
    if came := citation.incoming:
        return cited(came.reference, formats.day(came.issued_on), came.sender, came.subject)
    data = LetterData.from_json(citation.letter.data) if citation.letter else None
    on = formats.day(data.issued_on) if data and data.issued_on else ""
    return cited(data.reference, on, organisation.department().full_name) if data else ""


def _request(request: Letter | None) -> Row:
    data = LetterData.from_json(request.data) if request else None
    return {
        "request_reference": data.reference if data else "",
        "request_on": formats.day(data.issued_on) if data and data.issued_on else "",
    }


def _reply(reply: IncomingLetter | None) -> Row:
    return {
        "reply_reference": reply.reference if reply else "",
        "reply_on": formats.day(reply.issued_on) if reply else "",
        "reply_sender": reply.sender if reply else "",
    }
