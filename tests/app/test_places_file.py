"""`vanthu department load` and the places of a file."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.config import ROOT
from app.extensions import db
from app.models import Place
from tests.app.services.test_places import without_places

SAMPLE = ROOT / "app" / "sample_places.toml"


def load(context: Flask, file: Path) -> Result:
    return context.test_cli_runner().invoke(args=["department", "load", str(file)])


def rows() -> list[tuple[object, ...]]:
    db.session.rollback()
    return [tuple(r) for r in db.session.execute(select(Place.__table__).order_by(Place.code))]


def written(folder: Path, text: str) -> Path:
    path = folder / "places.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_places_are_loaded_and_loaded_again(context: Flask) -> None:
    without_places()

    first = load(context, SAMPLE)
    after_first = rows()
    second = load(context, SAMPLE)

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "places: 77" in first.output
    assert len(after_first) == 77
    assert rows() == after_first
    assert "kept" not in second.output


def test_the_example_names_places_as_the_sample_does(context: Flask) -> None:
    before = rows()

    assert load(context, ROOT / "docs" / "department.example.toml").exit_code == 0

    assert rows() == before


def test_what_left_the_file_is_reported_and_stays(context: Flask, tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = written(tmp_path, "".join(line for line in lines if '"06541"' not in line))

    result = load(context, shorter)

    assert result.exit_code == 0
    assert "kept, though not in the file: 06541 Xã Mẫu Sơn" in result.output
    assert db.session.get(Place, "06541") is not None


def test_a_file_of_a_department_alone_says_nothing_about_places(
    context: Flask, tmp_path: Path
) -> None:
    example = (ROOT / "docs" / "department.example.toml").read_text(encoding="utf-8")

    result = load(context, written(tmp_path, example.split("[[places]]")[0]))

    assert result.exit_code == 0
    assert "kept" not in result.output


def test_a_renamed_place_is_found_by_its_new_name(context: Flask, tmp_path: Path) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace("Xã Mẫu Sơn", "Phường Mẫu Sơn")

    assert load(context, written(tmp_path, text)).exit_code == 0

    db.session.rollback()
    place = db.session.get_one(Place, "06541")
    assert (place.name, place.folded) == ("Phường Mẫu Sơn", "phuong mau son")


_ONE = 'code = "1"\nname = "A"\nlevel = "commune"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('places = [{ code = "1", name = "A", level = "ward" }]', "places.0.level"),
        (f'[[places]]\n{_ONE}parent_code = "x"', "places named but not there: x"),
        (f"[[places]]\n{_ONE}[[places]]\n{_ONE}", "places stand twice: 1"),
        (
            f"[[places]]\n{_ONE}valid_from = 2025-07-01\nvalid_until = 2025-06-30",
            "place 1 ends before it begins",
        ),
        ("units = []", "department, units and systems go together"),
        ("", "neither a department nor places"),
    ],
    ids=["level", "parent", "twice", "days", "half a department", "nothing"],
)
def test_a_wrong_file_changes_nothing_and_says_why(
    context: Flask, tmp_path: Path, text: str, sentence: str
) -> None:
    before = rows()

    result = load(context, written(tmp_path, text))

    assert result.exit_code != 0
    assert sentence in result.output
    assert rows() == before
