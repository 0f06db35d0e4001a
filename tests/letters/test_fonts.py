"""The four faces are in place, whole, and found missing when they are."""

import shutil

import pytest

import letters
from letters import LetterError, fonts


@pytest.fixture
def folder(tmp_path, monkeypatch):
    fonts.coverage.cache_clear()
    source = fonts.FOLDER
    monkeypatch.setattr(fonts, "FOLDER", tmp_path / "fonts")
    yield source
    fonts.coverage.cache_clear()


def test_every_face_has_every_vietnamese_letter():
    assert fonts.missing() == []


def test_absent_faces_are_named(folder):
    fonts.install([folder.parent / "nowhere"])

    assert fonts.missing() == list(fonts.FILES)


def test_installing_copies_from_the_first_folder_that_has_a_face(folder):
    fonts.install([folder.parent / "nowhere", folder])

    assert fonts.missing() == []


def test_a_face_without_vietnamese_letters_is_named(folder, tmp_path):
    from fontTools.ttLib import TTFont

    fonts.install([folder])
    with TTFont(folder / "Tinos-Bold.ttf") as font:
        for table in font["cmap"].tables:
            table.cmap.pop(ord("ẵ"), None)
        font.save(tmp_path / "poor.ttf")
    shutil.copyfile(tmp_path / "poor.ttf", fonts.FOLDER / "Tinos-Bold.ttf")

    assert fonts.missing() == ["Tinos-Bold.ttf without ẵ"]


def test_a_broken_face_is_named_and_gives_no_letter(folder):
    fonts.install([folder])
    (fonts.FOLDER / "Tinos-Regular.ttf").write_bytes(b"not a font")

    assert fonts.missing() == ["Tinos-Regular.ttf"]
    with pytest.raises(LetterError, match="missing or broken"):
        letters.render_html(letters.sample("refusal"))


def test_the_command_fails_when_nothing_is_found(folder, monkeypatch, capsys):
    monkeypatch.setattr(fonts.install, "__defaults__", ((),))

    assert fonts.main() == 1
    assert "fonts-croscore" in capsys.readouterr().err


def test_the_command_says_that_all_is_in_place(folder, monkeypatch, capsys):
    monkeypatch.setattr(fonts.install, "__defaults__", ((folder,),))

    assert fonts.main() == 0
    assert "in place" in capsys.readouterr().out
