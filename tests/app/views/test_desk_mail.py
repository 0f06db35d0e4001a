"""Mail on the desk: every failed one is seen with its reason and can be sent again."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.extensions import db
from app.models import OutgoingMail
from app.services import papers
from tests.app.views.desk_walk import Queries, at_desk, filed
from tests.helpers import user


@pytest.fixture(autouse=True)
def hints(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Take the hints to the worker, so that nothing is queued for real."""
    given: list[int] = []
    monkeypatch.setattr(app.extensions["vanthu_jobs"], "deliver", given.append)
    return given


def dead(app: Flask) -> int:
    filed(app)
    with app.app_context():
        db.session.execute(
            update(OutgoingMail).values(state="dead", attempts=7, error="Hộp thư không tồn tại.")
        )
        db.session.commit()
        return db.session.scalars(select(OutgoingMail.id)).one()


def test_a_dead_mail_is_counted_in_the_menu_and_says_why(app: Flask) -> None:
    dead(app)
    client = at_desk(app, "an")

    assert 'Thư điện tử</span><span class="vt-count">1</span>' in client.get("/desk").text
    page = client.get("/desk/mail").text

    assert "Hộp thư không tồn tại." in page
    assert "2101@example.vn" in page
    assert "Gửi lại" in page


def test_a_dead_mail_is_sent_again_at_once(app: Flask, hints: list[int]) -> None:
    number = dead(app)
    hints.clear()

    answer = at_desk(app, "an").post(f"/desk/mail/{number}/retry")

    assert answer.status_code == 303
    assert hints == [number]
    with app.app_context():
        mail = db.session.get_one(OutgoingMail, number)
        assert (mail.state, mail.error) == ("pending", "")
        assert mail.next_at <= clock.now()


@pytest.mark.parametrize("state", ["sent", "pending", "sending", "expired"])
def test_only_dead_mail_is_sent_again(app: Flask, hints: list[int], state: str) -> None:
    number = dead(app)
    with app.app_context():
        db.session.execute(update(OutgoingMail).values(state=state))
        db.session.commit()
    hints.clear()

    assert at_desk(app, "an").post(f"/desk/mail/{number}/retry").status_code == 303

    assert hints == []
    with app.app_context():
        assert db.session.get_one(OutgoingMail, number).state == state


def test_an_administrator_helps_mail_along_without_reading_it(app: Flask) -> None:
    number = dead(app)
    admin = at_desk(app, "quantri")

    page = admin.get("/desk/mail").text

    assert "2101@example.vn" not in page
    assert "21•••@example.vn" in page
    assert "/desk/dossiers/" not in page
    assert admin.post(f"/desk/mail/{number}/retry").status_code == 303
    assert admin.post("/desk/mail/999999/retry").status_code == 404


def test_mail_is_paged_and_asks_no_more_for_more(app: Flask) -> None:
    dead(app)
    client = at_desk(app, "an")
    with Queries(app) as few:
        client.get("/desk/mail")
    with app.app_context():
        first = db.session.scalars(select(OutgoingMail)).one()
        for n in range(60):
            at = clock.now() + timedelta(minutes=n // 2)
            db.session.add(
                OutgoingMail(once=f"x{n}", dossier_id=first.dossier_id, name="received",
                             recipient="a@example.vn", subject=f"Thư {n}", text="", state="dead",
                             message_id=f"<{n}@x>", created_at=at, next_at=at)
            )  # fmt: skip
        db.session.commit()

    with Queries(app) as many:
        client.get("/desk/mail")

    assert few.count == many.count <= 12
    with app.app_context():
        page, seen = papers.mails("dead", user("an")), []
        seen += [m.id for m in page.rows]
        while page.next:
            page = papers.mails("dead", user("an"), after=page.next)
            seen += [m.id for m in page.rows]
        assert len(seen) == len(set(seen)) == 61


@pytest.mark.parametrize(
    "query",
    [
        "state=nothing",
        "after=x",
        "after=2026-11-20~x",
        "state=sent",
        "after=2026-11-20T00:00:00~1",
        "state=dead&after=9999-12-31~1",
        "state=sent&after=0001-01-01T00:00:00%2B14:00~1",
        "state=sent&after=9999-12-31T23:59:59-14:00~1",
        "state=sent&after=2026-11-20T00:00:00%2B00:00~-99999999999999999999",
    ],
)
def test_made_up_addresses_do_no_harm(app: Flask, query: str) -> None:
    assert at_desk(app, "an").get(f"/desk/mail?{query}").status_code == 200
