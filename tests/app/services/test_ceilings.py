"""What a stranger can use up: nothing without a ceiling."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import rendering, samples, storage
from app.errors import Invalid, Locked
from app.extensions import db
from app.models import Attachment, OutgoingMail
from app.services import attachments, codes, dossiers, mails, staff
from app.transaction import transaction
from letters import Office
from letters.poster import Poster
from tests.helpers import mails as outbox
from tests.helpers import user

EMAIL = "anbinh@example.vn"


def picture(n: int) -> attachments.Received:
    # Bytes after the end of a JPEG are no part of the picture, but of the file.
    return attachments.Received("a.jpg", "image/jpeg", samples.licence_scan() + bytes([n]))


def test_a_file_replaced_in_a_draft_is_gone_from_the_disk(context: Flask) -> None:
    kept = []
    for n in range(40):
        with transaction():
            draft = dossiers.begin("account_issuance", EMAIL)
            attachments.attach(draft, "licence_scan", picture(n), 10)
        kept.append(db.session.scalars(select(Attachment.sha256)).one())
        db.session.rollback()

    assert len(set(kept)) == 40
    assert storage.get(kept[-1]) == picture(39).content
    folder: Path = context.config["VANTHU"].files_dir
    assert not any((folder / sha[:2] / sha).exists() for sha in kept[:-1])


def test_a_submitted_dossier_takes_so_many_files_and_no_more(context: Flask) -> None:
    key = samples.submit_sample("Nhà thuốc An Bình", EMAIL, "2101/ĐKKDD-LSO")
    held = db.session.scalars(select(dossiers.Dossier).where(dossiers.Dossier.key == key)).one()

    def replace_for_ever() -> None:
        for n in range(200):
            attachments.attach(held, "licence_scan", picture(n), 10)

    with pytest.raises(Invalid, match="Có thông tin cần sửa"):
        replace_for_ever()
    assert len(held.attachments) == attachments.MAX_FILES


def test_one_client_cannot_have_codes_mailed_to_the_whole_world(context: Flask) -> None:
    def flood() -> None:
        for n in range(100):
            with transaction():
                codes.send(f"n{n}@example.vn", "portal", client="one")

    with pytest.raises(Locked):
        flood()
    sent = len(outbox("code"))
    assert sent == 30
    with transaction():
        assert codes.send("khac@example.vn", "portal", client="another")


def test_a_stranger_locks_himself_out_and_not_the_owner(context: Flask) -> None:
    for _ in range(5):
        with transaction():
            assert staff.check_password("dung", "wrong", client="stranger") is None

    with pytest.raises(Locked), transaction():
        staff.check_password("dung", samples.PASSWORD, client="stranger")
    with transaction():
        found = staff.check_password("dung", samples.PASSWORD, client="office")
        assert found == user("dung")


def test_a_poster_is_drawn_once(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(rendering, "_draw", lambda request, name: drawn.append(name) or b"%PDF-")
    rendering._poster.cache_clear()
    office = Office("UBND", "SỞ Y TẾ", "Lạng Sơn", "", "", "", "")
    sheet = Poster(
        office=office, title="x", summary="x", address="http://x", audience="x",
        working_days="10", steps=(), rules=(),
    )  # fmt: skip

    assert rendering.poster(sheet) == rendering.poster(sheet) == b"%PDF-"
    assert drawn == ["poster"]
    rendering._poster.cache_clear()


def test_what_people_type_never_stands_for_a_secret(context: Flask) -> None:
    with transaction():
        mail = mails.queue(
            "code", EMAIL, once="x", secret="code:x", context={"minutes": "{secret}"}
        )
        assert "{secret}" in mail.text, "typed braces are text"
        assert mails.SECRET in mail.text
    (row,) = db.session.scalars(select(OutgoingMail))
    assert mails.SECRET not in row.subject
