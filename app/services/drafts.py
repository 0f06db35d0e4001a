"""What officers are filing themselves; nobody else sees it before it is proposed."""

from sqlalchemy import select

from app.extensions import db
from app.models import Dossier, User
from workflows import Phase


def of(officer: User) -> list[Dossier]:
    """Return the drafts of an officer, the last one touched first."""
    return list(
        db.session.scalars(
            select(Dossier)
            .where(
                Dossier.officer_id == officer.id, Dossier.phase == Phase.DRAFT, Dossier.email == ""
            )
            .order_by(Dossier.changed_at.desc())
            .limit(50)
        )
    )


def find(key: str, officer: User, *, lock: bool = False) -> Dossier | None:
    """Return what this officer files; locked, so that two saves follow each other."""
    query = select(Dossier).where(
        Dossier.key == key, Dossier.officer_id == officer.id, Dossier.email == ""
    )
    return db.session.scalars(query.with_for_update() if lock else query).one_or_none()
