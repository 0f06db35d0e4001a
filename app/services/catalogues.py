"""The lists of the department that fields offer, by the name a workflow gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.models import TargetSystem
from app.services import colleagues, connections, places
from workflows import Choice, Text


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`choices` are offered today; `name` reads any value, also one no longer offered."""

    choices: Callable[[], tuple[Choice, ...]]
    name: Callable[[str], Text]
    # While nothing is loaded, the answer is typed in words.
    is_optional: bool = False


def _systems() -> tuple[Choice, ...]:
    query = select(TargetSystem).where(TargetSystem.is_open).order_by(TargetSystem.id)
    return tuple(Choice(s.code, Text(s.name, s.name_en)) for s in db.session.scalars(query))


def _system(code: str) -> Text:
    system = db.session.scalars(select(TargetSystem).where(TargetSystem.code == code)).first()
    return Text(system.name, system.name_en) if system else Text(code)


def _commune(answer: str) -> Text:
    return Text(places.name_of(answer))


CATALOGUES: Mapping[str, Catalogue] = {
    "systems": Catalogue(_systems, _system),
    "vendors": Catalogue(connections.choices, connections.name_of),
    "officers": Catalogue(colleagues.choices, Text),
    "communes": Catalogue(places.communes, _commune, is_optional=True),
}
