"""S5 end to end: what is typed reaches the relay as one mail to one address, or not at all."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select

from app import samples
from app.errors import AppError
from app.extensions import db
from app.mail.envelope import Unsendable
from app.mail.mailbox import serve_mailbox
from app.mail.smtp import SmtpSettings, Transport
from app.models import OutgoingMail
from app.services import outbox
from tests.security.conftest import World
from tests.security.payloads import HEADERS

PLACES = ("facility_name", "custodian_name", "pharmacist_name", "email")


@pytest.mark.parametrize("place", PLACES)
def test_no_text_adds_a_header_or_a_recipient(world: World, place: str, tmp_path: Path) -> None:
    server = serve_mailbox("127.0.0.1", 0, tmp_path)
    transport = Transport(SmtpSettings.parse(f"smtp://127.0.0.1:{server.port}"))
    sent = 0
    try:
        with world.app.app_context():
            for n, payload in enumerate(HEADERS):
                db.session.rollback()
                email = payload if place == "email" else f"thu{n}@example.vn"
                typed = {} if place == "email" else {place: payload}
                name = typed.pop("facility_name", f"Nhà thuốc {n}")
                try:
                    samples.submit_sample(name, email, f"77{n:02d}/ĐKKDD-LSO", answers=typed)
                except AppError:
                    continue
                mail = db.session.scalars(
                    select(OutgoingMail).order_by(OutgoingMail.id.desc())
                ).first()
                assert mail is not None
                mail.letter_id = None  # the letter is drawn elsewhere
                db.session.flush()
                try:
                    envelope = outbox._message(mail.id)
                    assert envelope is not None
                    transport.send(envelope)
                except Unsendable:
                    continue
                sent += 1
    finally:
        transport.close()
        server.stop()
    kept = sorted(tmp_path.glob("*.eml"))
    assert len(kept) == sent
    assert sent or place in ("email", "custodian_name", "pharmacist_name"), "all was refused"
    for path in kept:
        raw = message_from_bytes(path.read_bytes(), policy=default)
        assert raw["Bcc"] is None
        assert len(raw.get_all("Delivered-To", [])) == 1
        assert len(raw.get_all("Subject", [])) == 1
        assert "nghe-len" not in str(raw["Delivered-To"])
