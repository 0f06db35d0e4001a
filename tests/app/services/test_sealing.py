"""Personal data at rest: unreadable without the key, found by it, and moved to a new key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

import workflows
from app import clock, create_app, samples, storage
from app.config import Config
from app.extensions import db
from app.models import Dossier, Letter, OutgoingMail, Prescriber
from app.models.sealed import has_number
from app.services import registers, sealing
from app.services.persons import person
from app.transaction import transaction
from tests.conftest import fresh_database, make_config

PHONE, ID_NUMBER = "+84912345678", "020185001234"
# As people and forms write them, too.
CLEAR = (PHONE, ID_NUMBER, "0912345678", "0912 345 678", "912345678")
OLD, NEW = "the first key, long enough for a test", "the second key, long enough for a test"


@contextmanager
def _running(folder: Path, database: str, *named: str) -> Iterator[Flask]:
    """Run the product with keys, the newest first; nothing stays open behind it."""
    app = create_app(make_config(folder, database, DATA_KEYS=",".join(named)))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _fill() -> None:
    """Put a person's numbers wherever the product keeps some."""
    samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
    with transaction():
        found = db.session.scalars(select(Dossier)).one()
        letter = Letter(
            key="k",
            dossier_id=found.id,
            kind="refusal",
            form="dispatch",
            state="draft",
            subject="",
            data=f"Điện thoại 0912 345 678, căn cước {ID_NUMBER}",
            created_at=clock.now(),
        )
        db.session.add(letter)
        found.typed = {"custodian_phone": "0912 345 678", "custodian_id": ID_NUMBER}
        db.session.add(
            Prescriber(
                licence_no="009999/LSO-GPHN",
                name="Lục Thị Mai",
                phone=PHONE,
                created_at=clock.now(),
            )
        )


def _stored(folder: Path) -> bytes:
    """Return every byte of the database's rows and of the files."""
    rows = []
    for table in db.metadata.sorted_tables:
        everything = select(text("*")).select_from(text(table.name))
        rows += [str(tuple(r)) for r in db.session.execute(everything)]
    files = [p.read_bytes() for p in folder.rglob("*") if p.is_file() and "jobs.db" not in p.name]
    return "\n".join(rows).encode() + b"\n".join(files)


def _counts(state: str) -> int:
    return sum(counts[state] for counts in sealing.status().values())


def test_neither_database_nor_files_show_a_number(tmp_path: Path) -> None:
    with _running(tmp_path, fresh_database(tmp_path, "sealed")):
        upgrade()
        samples.load_department()
        _fill()
        address = storage.put(b"a scan with " + ID_NUMBER.encode())
        stored = _stored(tmp_path)

        assert db.session.scalars(select(Dossier)).one().answers["custodian_id"] == ID_NUMBER
        assert ID_NUMBER.encode() in storage.get(address)
        for clear in CLEAR:
            assert clear.encode() not in stored, clear
        assert _counts("none") == _counts("older") == 0 < _counts("newest")


def test_a_new_key_takes_over_and_the_old_one_may_go(tmp_path: Path) -> None:
    database = fresh_database(tmp_path, "rotation")
    with _running(tmp_path, database, OLD):
        upgrade()
        samples.load_department()
        _fill()
        address = storage.put(b"%PDF-1.7 a scan")
        data = db.session.scalars(select(Letter.data)).first()
        mail = db.session.scalars(select(OutgoingMail.text)).first()
        assert data
        assert mail
    with _running(tmp_path, database, NEW, OLD):
        older = _counts("older")
        assert older > 0 == _counts("newest")
        done = sealing.rotate()
        assert sum(done.values()) == older
        assert _counts("older") == _counts("none") == 0
        assert sum(sealing.rotate().values()) == 0
    with _running(tmp_path, database, NEW):
        dossier = db.session.scalars(select(Dossier)).one()
        assert dossier.answers["custodian_phone"] == PHONE
        assert dossier.answers["custodian_id"] == dossier.typed["custodian_id"] == ID_NUMBER
        assert storage.get(address) == b"%PDF-1.7 a scan"
        assert db.session.scalars(select(Letter.data)).first() == data
        assert db.session.scalars(select(OutgoingMail.text)).first() == mail
        assert len(registers.prescribers(person("Lục Thị Mai", "0912345678", "")).rows) == 1
    with _running(tmp_path, database, OLD):
        # The old key alone opens nothing any more.
        with pytest.raises(ValueError, match="another key"):
            db.session.scalars(select(Dossier)).all()
        with pytest.raises(storage.Damaged):
            storage.get(address)


def test_a_rotation_that_was_killed_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = fresh_database(tmp_path, "killed")
    with _running(tmp_path, database, OLD):
        upgrade()
        samples.load_department()
        _fill()
        for n in range(5):
            storage.put(f"file {n}".encode())
    with _running(tmp_path, database, NEW, OLD):
        monkeypatch.setattr(sealing, "_PORTION", 1)
        calls = iter(range(4))
        renew = storage.renew

        def until_killed(path: Path) -> None:
            if next(calls, None) is None:
                raise KeyboardInterrupt
            renew(path)

        monkeypatch.setattr(storage, "renew", until_killed)
        with pytest.raises(KeyboardInterrupt):
            sealing.rotate()
        assert _counts("older") > 0 < _counts("newest")
        monkeypatch.setattr(storage, "renew", renew)
        sealing.rotate()
        assert _counts("older") == _counts("none") == 0


def test_files_from_before_are_read_and_damage_is_seen(context: Flask) -> None:
    config: Config = context.config["VANTHU"]
    old = b"%PDF-1.7 from before the encryption"
    address = storage.put(old)
    path = config.files_dir / address[:2] / address
    path.write_bytes(old)
    assert storage.get(address) == old
    storage.renew(path)
    assert old not in path.read_bytes()
    assert storage.get(address) == old

    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(storage.Damaged, match="were changed"):
        storage.get(address)
    # Also what was sealed with our key, but is another content than its name says.
    path.write_bytes((config.files_dir / (other := storage.put(b"else"))[:2] / other).read_bytes())
    with pytest.raises(storage.Damaged):
        storage.get(address)


def test_a_person_is_found_by_a_number_that_nobody_can_read(context: Flask) -> None:
    key = samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
    found = select(Dossier.key).where(has_number(Dossier.answers, "custodian_id", ID_NUMBER))
    assert db.session.scalars(found).all() == [key]
    other = select(Dossier.key).where(has_number(Dossier.answers, "custodian_id", "0" * 12))
    assert db.session.scalars(other).all() == []
    # What is no number of a person is asked as before.
    exact = Dossier.answers["licence_no"].as_string() == "2101/ĐKKDD-LSO"
    assert db.session.scalars(select(Dossier.key).where(exact)).all() == [key]


def test_the_migration_seals_what_was_there_and_opens_it_again(tmp_path: Path) -> None:
    with _running(tmp_path, fresh_database(tmp_path, "sealing")):
        upgrade()
        samples.load_department()
        _fill()
        db.session.remove()
        downgrade(revision="0010")
        raw = db.session.execute(text("SELECT answers, typed FROM dossiers")).one()
        answers = raw[0] if isinstance(raw[0], dict) else json.loads(raw[0])
        assert answers["custodian_id"] == ID_NUMBER
        assert answers["custodian_phone"] == PHONE
        phone = db.session.execute(text("SELECT phone FROM prescribers")).scalar_one()
        assert phone == PHONE
        db.session.remove()

        upgrade()
        db.session.remove()
        db.engine.dispose()
        # SQLite keeps no page with what was there before, either.
        stored = _stored(tmp_path)
        for clear in CLEAR:
            assert clear.encode() not in stored, clear
        dossier = db.session.scalars(select(Dossier)).one()
        assert dossier.answers["custodian_id"] == ID_NUMBER
        assert db.session.scalars(select(Prescriber)).one().phone == PHONE


def test_the_names_that_are_sealed_are_those_that_forms_mask() -> None:
    assert workflows.masked_names() == {"custodian_phone", "custodian_id", "new_phone"}
