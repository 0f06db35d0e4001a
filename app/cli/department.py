"""`vanthu department`: letterhead, units, target systems and places from a file."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

import click
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from sqlalchemy import select

from app.cli.output import json_option, report
from app.extensions import db
from app.models import Department, Place, TargetSystem, Unit
from app.security.actors import console
from app.services import audit
from app.transaction import transaction


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_min_length=1, str_strip_whitespace=True)


class DepartmentData(_Part):
    """What letters and pages say of the department; the columns of its table."""

    name: str
    parent: str
    full_name: str
    symbol: str
    place: str
    agency_code: str
    address: str
    phone: str
    email: str
    website: str
    head_title: str


class UnitData(_Part):
    """A division that drafts letters."""

    name: str
    symbol: str
    phone: str


class SystemData(_Part):
    """A national system that accounts are granted on."""

    code: str
    name: str
    name_en: str
    is_open: bool = True


class PlaceData(_Part):
    """A province, a commune or a district of the past, by its official code."""

    code: str
    name: str
    level: Literal["province", "district", "commune"]
    parent_code: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    successor_code: str | None = None
    former_code: str | None = None

    @model_validator(mode="after")
    def _ends_after_its_beginning(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"place {self.code} ends before it begins")
        return self

    @property
    def names(self) -> set[str]:
        """Return the codes of other places that this one names."""
        return {c for c in (self.parent_code, self.successor_code, self.former_code) if c}


class File(_Part):
    """The whole file: a department with its units and systems, places, or both."""

    department: DepartmentData | None = None
    units: list[UnitData] | None = None
    systems: list[SystemData] | None = None
    places: list[PlaceData] = []

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = {part is not None for part in (self.department, self.units, self.systems)}
        if given == {True, False}:
            raise ValueError("department, units and systems go together")
        if given == {False} and not self.places:
            raise ValueError("neither a department nor places")
        codes = Counter(place.code for place in self.places)
        if twice := sorted(code for code, n in codes.items() if n > 1):
            raise ValueError(f"places stand twice: {', '.join(twice)}")
        return self


@click.group("department")
def department() -> None:
    """The department, its units, the systems it grants accounts on, and its places."""


@department.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Write the department from a TOML file; units and systems go by symbol and code.

    A file may have the department, places, or both. Nothing is deleted: dossiers may name it.
    """
    try:
        data = File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise click.ClickException(str(error)) from None
    with transaction():
        if data.department:
            _write(Department, "name", [data.department], only=True)
        _write(Unit, "symbol", data.units or [])
        _write(TargetSystem, "code", data.systems or [])
        kept = _load_places(data.places)
        about = data.model_dump(exclude={"places"}, exclude_none=True)
        written = {name: 1 if name == "department" else len(part) for name, part in about.items()}
        audit.record(
            "department_loaded", console(), "department", written | {"places": len(data.places)}
        )
    if data.department:
        click.echo(data.department.full_name)
    if data.places:
        click.echo(f"places: {len(data.places)}")
    for place in kept:
        click.echo(f"kept, though not in the file: {place.code} {place.name}", err=True)


def _load_places(places: Sequence[PlaceData]) -> list[Place]:
    """Write places; return those that stand in the database but not in a file that has any."""
    known = {place.code: place for place in db.session.scalars(select(Place))}
    given = {place.code for place in places}
    if unknown := set().union(*(place.names for place in places)) - given - known.keys():
        raise click.ClickException(f"places named but not there: {', '.join(sorted(unknown))}")
    _write(Place, "code", places)
    return [known[code] for code in sorted(known.keys() - given)] if places else []


@department.command()
@json_option
def show(as_json: bool) -> None:
    """Print the department, its units and systems."""
    rows: list[Any] = [*db.session.scalars(select(Department)), *db.session.scalars(select(Unit))]
    rows += db.session.scalars(select(TargetSystem))
    report(
        (
            {"name": row.name, "kind": row.__tablename__, "symbol": getattr(row, "symbol", "")}
            for row in rows
        ),
        as_json=as_json,
    )


def _write(table: Any, key: str, parts: Sequence[BaseModel], *, only: bool = False) -> None:
    for part in parts:
        query = select(table)
        if not only:
            query = query.where(getattr(table, key) == getattr(part, key))
        row = db.session.scalars(query).first() or table()
        for name, value in part.model_dump().items():
            setattr(row, name, value)
        db.session.add(row)


COMMANDS = (department,)
