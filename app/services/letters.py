"""Letters of a dossier: drafted, signed, numbered and issued, kept as data and as one PDF."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import select

import letters
import workflows
from app import clock, rendering, storage
from app.errors import Conflict, NotReady
from app.extensions import db
from app.formats import fold
from app.models import Delegation, Department, Dossier, Letter, User
from app.security import keys
from app.security.actors import Actor, delegation_for
from app.services import books, connections, facts, organisation, signatures, wordings
from letters import LetterData
from workflows import Text

# Enough to mend at once; the rest shows when these are gone.
_MOST_SAID = 3
_URGENCIES = {
    "flash": letters.Urgency.FLASH,
    "immediate": letters.Urgency.IMMEDIATE,
    "urgent": letters.Urgency.URGENT,
}


def draft(dossier: Dossier, kind: str, details: dict[str, Any]) -> Letter:
    """Prepare a letter for signature; a draft it replaces becomes void."""
    void_open(dossier)
    letter = _add(dossier, kind, details, state="draft")
    _check(LetterData.from_json(letter.data))
    return letter


def void_open(dossier: Dossier) -> None:
    """Put aside drafts and signatures that were never issued."""
    for letter in _open(dossier):
        letter.state = "void"


def sign(dossier: Dossier, actor: Actor) -> Letter:
    """Bind the drafted letter to the leader who approves it."""
    letter = waiting(dossier)
    if letter is None or letter.state != "draft" or actor.user is None:
        raise Conflict(Text("Không còn dự thảo để ký.", "There is no draft left to sign."))
    data = preview(letter, actor.user)
    _check(data)
    letter.data = data.to_json()
    letter.signer = actor.user
    letter.signed_at = clock.now()
    letter.state = "signed"
    return letter


def issue_drafted(dossier: Dossier) -> Letter:
    """Number and date the signed letter."""
    letter = waiting(dossier)
    if letter is None or letter.state != "signed":
        raise Conflict(Text("Không có văn bản chờ phát hành.", "There is no letter to issue."))
    return _issue(letter)


def issue_now(dossier: Dossier, kind: str, details: dict[str, Any]) -> Letter:
    """Number and date a letter that needs no leader: receipt, supplement request."""
    return _issue(_add(dossier, kind, details, state="signed"))


def waiting(dossier: Dossier) -> Letter | None:
    """Return the letter that waits for signature or number."""
    return next(iter(_open(dossier)), None)


def preview(letter: Letter, signer: User | None) -> LetterData:
    """Return the very letter: as stored, with its signer or the one who would sign."""
    data = LetterData.from_json(letter.data)
    if letter.state == "draft" and signer is not None:
        department = organisation.department()
        delegation = delegation_for(signer, letter.dossier)
        deputy = _deputy(delegation, department) if delegation else None
        return replace(data, signer=deputy or _signer(signer, department))
    return data


def preview_pdf(letter: Letter, signer: User | None) -> bytes:
    """Render what would be signed or issued, without a number."""
    return rendering.letter(preview(letter, signer))


def pdf(letter: Letter) -> bytes:
    """Return the issued PDF; raise LookupError while the worker has not made it yet."""
    if letter.pdf_sha256 is None:
        raise LookupError("not rendered yet")
    return storage.get(letter.pdf_sha256)


def make_pdf(letter: Letter) -> str:
    """Render, sign and store an issued letter; return the address of its bytes.

    The caller records it in a transaction of its own. A signature never comes out the same
    twice: what is signed is kept first, so that whoever goes on after a crash stores it too.
    """
    content = storage.kept(letter.key)
    if content is None:
        content = rendering.letter(LetterData.from_json(letter.data))
        if signatures.are_on():
            content = storage.keep_first(letter.key, signatures.sign(letter, content))
    return storage.put(content)


def file_name(letter: Letter) -> str:
    """Return a name to save the PDF under: what it is and its number, letters of ASCII only."""
    title = re.sub(r"\W+", "-", fold(letters.kinds()[letter.kind].title))
    data = LetterData.from_json(letter.data)
    return f"{title}-{data.reference.replace('/', '-') if data.number else 'du-thao'}.pdf"


def _open(dossier: Dossier) -> list[Letter]:
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.dossier_id == dossier.id, Letter.state.in_(("draft", "signed")))
            .order_by(Letter.id.desc())
        )
    )


def compose(dossier: Dossier, kind: str, details: dict[str, Any]) -> LetterData:
    """Return a letter of a dossier as it would be drafted now, in the wording in use.

    Raises LetterError when the dossier lacks what the letter says, Conflict when the wording
    does not fit its template.
    """
    said = wordings.in_use(kind)
    department = organisation.department()
    known = facts.for_letter(dossier, details)
    about = letters.kinds()[kind]
    if "affected" in about.sample:
        known |= connections.for_letter(dossier)
    unit = [dossier.officer.unit.symbol] if dossier.officer else []
    symbol = about.symbol or "-".join([department.symbol, *unit])
    return LetterData(
        kind=kind,
        office=letters.Office(
            parent=department.parent,
            name=department.name,
            place=department.place,
            address=department.address,
            phone=department.phone,
            email=department.email,
            website=department.website,
            code=department.agency_code,
        ),
        symbol=symbol,
        subject=letters.subject_of(kind, known, said.subject),
        addressees=letters.addressees_of(kind, known),
        recipients=letters.recipients_of(kind, known),
        archive=", ".join(["VT", *unit]),
        signer=_default_signer(department) if about.form == "dispatch" else None,
        number=None,
        issued_on=None,
        facts=known,
        urgency=_urgency(dossier),
        qr_url=str(known["status_url"]),
        wording=said.texts,
        wording_version=said.version,
    )


def _add(dossier: Dossier, kind: str, details: dict[str, Any], *, state: str) -> Letter:
    data = compose(dossier, kind, details)
    key = keys.nonce()
    if letters.kinds()[kind].form == letters.DISPATCH:
        # A slip leads to its dossier; what a dispatch leads to says whether it is genuine.
        data = replace(data, qr_url=signatures.address(key))
    letter = Letter(
        key=key,
        dossier=dossier,
        kind=kind,
        form=letters.kinds()[kind].form,
        state=state,
        subject=data.subject,
        data=data.to_json(),
        created_at=clock.now(),
    )
    db.session.add(letter)
    return letter


def _urgency(dossier: Dossier) -> letters.Urgency | None:
    """Return the stamp that the form asks for; the letter that closes the matter has none."""
    if dossier.state != "pending_request":
        return None
    return _URGENCIES.get(dossier.answers.get("urgency", ""))


def _issue(letter: Letter) -> Letter:
    data = LetterData.from_json(letter.data)
    _check(data)
    on = clock.today()
    # The number is taken after everything else of this letter is written.
    db.session.flush()
    entry = books.take(letter, data, on)
    letter.data = data.with_number(entry.number, on).to_json()
    letter.state = "issued"
    letter.issued_at = clock.now()
    return letter


def _check(data: LetterData) -> None:
    """Raise NotReady with what is wrong before anything is signed or numbered."""
    if found := letters.problems(data)[:_MOST_SAID]:
        vi, en = (
            " ".join(sentences) for sentences in zip(*((p.vi, p.en) for p in found), strict=True)
        )
        raise NotReady(
            Text(f"Văn bản chưa thể ký, phát hành. {vi}", f"The letter cannot go out yet. {en}")
        )


def _default_signer(department: Department) -> letters.Signer | None:
    leaders = organisation.signers()
    return _signer(leaders[0], department) if leaders else None


def _deputy(delegation: Delegation, department: Department) -> letters.Signer:
    kinds = (workflows.get(kind).letters for kind in delegation.kinds)
    return replace(
        _signer(delegation.deputy, department),
        capacity=letters.SigningCapacity.BY_DELEGATION,
        mandate=letters.Mandate(
            delegation.basis,
            since=delegation.since,
            until=delegation.until,
            kinds=tuple(sorted(frozenset().union(*kinds))),
        ),
    )


def _signer(user: User, department: Department) -> letters.Signer:
    return letters.Signer(
        name=user.full_name,
        position=user.position.upper(),
        capacity=letters.SigningCapacity(user.capacity),
        head_title=department.head_title.upper(),
    )
