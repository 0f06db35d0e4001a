"""Consents: for which purposes persons are told or asked, what they said, and the evidence.

What the law lets a state body do for a request is told, not asked (Law 91/2025, Art. 19.1);
everything else is asked, purpose by purpose, unticked, and can be withdrawn.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

import workflows
from app import clock
from app.extensions import db
from app.models import Consent, Dossier
from app.security import keys
from workflows import FieldType, Text


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data may be used for; `wording` is the very sentence people agree to."""

    label: Text
    wording: Text
    asked: bool


PURPOSES: Mapping[str, Purpose] = {
    "request": Purpose(
        Text("Giải quyết hồ sơ", "Deciding on requests"),
        Text(
            "Sở Y tế xử lý dữ liệu trong hồ sơ để giải quyết yêu cầu, theo nhiệm vụ luật giao"
            " (Luật 91/2025/QH15, Điều 19 khoản 1).",
            "The department processes the data of a dossier to decide on it, as the law charges it"
            " to (Law 91/2025/QH15, Art. 19.1).",
        ),
        asked=False,
    ),
    "survey": Purpose(
        Text("Hỏi ý kiến về chất lượng phục vụ", "Questions about the service"),
        Text(
            "Tôi đồng ý để Sở Y tế gửi thư điện tử hỏi ý kiến về chất lượng phục vụ sau khi hồ sơ"
            " kết thúc.",
            "I agree that the department asks me by e-mail about its service once a dossier has"
            " ended.",
        ),
        asked=True,
    ),
}


def person(email: str) -> str:
    """Return what a consent is found by: the evidence outlives the address."""
    return keys.blind("person", email)


def asked() -> dict[str, Purpose]:
    """Return the purposes people are asked for."""
    return {name: purpose for name, purpose in PURPOSES.items() if purpose.asked}


def give(email: str, purpose: str, source: str) -> None:
    """Keep a consent; one that holds already is enough. Raises KeyError for what is not asked."""
    asked_for = asked()[purpose]
    if purpose not in held(email):
        _add(email, purpose, str(asked_for.wording), source)


def keep_told(dossier: Dossier) -> None:
    """Keep what the form of a dossier had its applicant read and tick, word for word."""
    for field in workflows.get(dossier.kind).fields:
        if field.type is FieldType.CONSENT and dossier.answers.get(field.name):
            _add(dossier.email, "request", str(field.label), f"dossier:{dossier.code}")


def _add(email: str, purpose: str, wording: str, source: str) -> None:
    db.session.add(
        Consent(
            person=person(email),
            purpose=purpose,
            wording=wording,
            version=hashlib.sha256(wording.encode()).hexdigest()[:12],
            source=source,
            given_at=clock.now(),
        )
    )


def withdraw(email: str, purpose: str) -> int:
    """End every consent to a purpose that is asked for; return how many. Raises KeyError."""
    asked()[purpose]
    found = [c for c in of(email) if c.purpose == purpose and c.withdrawn_at is None]
    for consent in found:
        consent.withdrawn_at = clock.now()
    return len(found)


def held(email: str) -> set[str]:
    """Return the asked purposes a person agrees to now: what a sender has to look at."""
    return {c.purpose for c in of(email) if c.withdrawn_at is None} & asked().keys()


def of(email: str) -> list[Consent]:
    """Return everything a person was told or agreed to, the newest first."""
    query = select(Consent).where(Consent.person == person(email)).order_by(Consent.id.desc())
    return list(db.session.scalars(query))


def choose(email: str, chosen: Iterable[str], source: str) -> None:
    """Give the asked purposes that were ticked, withdraw the others."""
    ticked = set(chosen)
    for purpose in asked():
        if purpose in ticked:
            give(email, purpose, source)
        else:
            withdraw(email, purpose)
