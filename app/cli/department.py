"""`vanthu department`: letterhead, units and target systems from one file."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select

from app.cli.output import json_option, report
from app.extensions import db
from app.models import Department, TargetSystem, Unit
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


class File(_Part):
    """The whole file."""

    department: DepartmentData
    units: list[UnitData]
    systems: list[SystemData]


@click.group("department")
def department() -> None:
    """The department, its units and the systems it grants accounts on."""


@department.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Write the department from a TOML file; units and systems go by symbol and code."""
    try:
        data = File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise click.ClickException(str(error)) from None
    with transaction():
        _write(Department, "name", [data.department], only=True)
        _write(Unit, "symbol", data.units)
        _write(TargetSystem, "code", data.systems)
    click.echo(data.department.full_name)


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
