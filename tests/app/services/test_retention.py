"""What is past its time is really gone, and chains and numbers are whole afterwards."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from app import clock
from app.config import Retention
from app.extensions import db
from app.models import (
    Account,
    Attachment,
    AuditEvent,
    Dossier,
    DossierEvent,
    Letter,
    OutgoingMail,
    SignIn,
)
from app.security import keys
from app.services import audit, dossiers, history, retention, routines
from app.transaction import transaction
from tests.app.views.desk_walk import at_desk, refused
from tests.app.views.register_walk import ID_NUMBER, granted
from tests.guards import tamper
from tests.helpers import verify_email

EMAIL = "2101@example.vn"


def in_years(years: int) -> date:
    return clock.today() + timedelta(days=round(365.25 * years) + 2)


def counts(on: date) -> dict[str, int]:
    return {d.rule.name: d.count for d in retention.due(on) if d.count}


def files(app: Flask) -> int:
    return sum(p.is_file() for p in Path(app.config["VANTHU"].files_dir).glob("??/*"))


def refused_by_database(number: int | None, values: dict[str, object]) -> None:
    change = update(DossierEvent).where(DossierEvent.id == number).values(**values)
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(change)
    db.session.rollback()


def problems() -> list[str]:
    db.session.rollback()
    return [*history.problems(), *audit.problems()]


def test_a_refused_dossier_leaves_only_its_bones(app: Flask, client: FlaskClient) -> None:
    before = files(app)
    code = refused(app)
    with app.app_context():
        assert "refused" not in counts(in_years(4))
        due = next(d for d in retention.due(in_years(5)) if d.rule.name == "refused")
        assert (due.count, due.codes) == (1, [code])

        done = retention.run(in_years(5))
        assert done["refused"] == 1
        db.session.rollback()

        dossier = db.session.scalars(select(Dossier)).one()
        assert (dossier.answers, dossier.typed, dossier.email, dossier.subject) == ({}, {}, "", "")
        assert dossier.code == code
        assert dossier.erased_at
        assert db.session.scalars(select(Attachment)).all() == []
        for mail in db.session.scalars(select(OutgoingMail).where(OutgoingMail.dossier_id != None)):  # noqa: E711 - SQL
            assert mail.text == mail.recipient == mail.subject == ""
        # Letters that went out are kept by the archive law; their PDFs are the only files left.
        issued = db.session.scalars(select(Letter).where(Letter.state == "issued")).all()
        assert issued
        assert files(app) - before <= len(issued)
        rows = db.session.scalars(select(DossierEvent)).all()
        assert len(rows) == 5
        assert EMAIL not in str([(e.details, e.actor_name) for e in rows])
        assert all(e.details == {} for e in rows)
        assert problems() == []
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "erased")).all()
        assert {e.about: e.details["count"] for e in noted}["retention:refused"] == 1
        assert EMAIL not in str([e.details for e in noted])
        assert counts(in_years(5)) == {}
        assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    assert at_desk(app, "an").get(f"/desk/dossiers/{code}").status_code == 200
    assert at_desk(app, "an").get("/desk/tracking").status_code == 200


def test_what_was_granted_is_kept_as_long_as_its_account_lives(app: Flask) -> None:
    granted(app)
    with app.app_context():
        assert "granted" not in counts(in_years(30))
        with transaction():
            account = db.session.scalars(select(Account)).one()
            account.state, account.closed_at = "closed", clock.now()
        assert "granted" not in counts(in_years(9))
        assert counts(in_years(10)).keys() >= {"granted", "custodians"}

        retention.run(in_years(10))
        db.session.rollback()
        account = db.session.scalars(select(Account)).one()
        assert account.custodian_name == account.custodian_phone == account.custodian_email == ""
        assert account.username
        assert all(e.changes == {} for e in account.events)
        assert problems() == []


def test_drafts_and_sessions_are_deleted_outright(app: Flask, client: FlaskClient) -> None:
    verify_email(client, EMAIL)
    with app.app_context():
        with transaction():
            dossiers.begin("account_issuance", EMAIL)
        assert counts(clock.today() + timedelta(days=29)) == {}
        on = in_years(3)
        assert counts(on).keys() >= {"drafts", "sign_ins", "codes", "mails"}
        retention.run(on)
        for table in (Dossier, SignIn, OutgoingMail):
            assert db.session.scalars(select(table)).all() == []


def test_the_database_lets_a_row_be_erased_once_and_nothing_else(app: Flask) -> None:
    refused(app)
    with app.app_context():
        first = db.session.scalars(select(DossierEvent.id).order_by(DossierEvent.id)).first()
        for forged in (
            {"details": {}},
            {"erased": "x", "action": "approve"},
            {"erased": "x", "hash": "0" * 64},
            {"erased": ""},
        ):
            refused_by_database(first, forged)
        assert problems() == []
        retention.run(in_years(5))
        refused_by_database(first, {"erased": "once more", "details": {"reason": "khác"}})
        assert problems() == []


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE dossier_events SET at = '2020-01-01 00:00:00' WHERE seq = 2",
        'UPDATE dossier_events SET details = \'{"reason": "x"}\' WHERE seq = 3',
        "UPDATE dossier_events SET erased = 'forged' WHERE seq = 3",
        "DELETE FROM dossier_events WHERE seq = 3",
    ],
)
def test_what_an_erasure_left_is_proved_as_before(app: Flask, forgery: str) -> None:
    refused(app)
    with app.app_context():
        retention.run(in_years(5))
        tamper(forgery)
        assert problems()


def test_an_erasure_without_the_key_is_found(app: Flask) -> None:
    """Who only owns the database can empty a row, but cannot make the seal of an erasure."""
    refused(app)
    with app.app_context():
        mark = keys.token_hash("guess")
        tamper(f"UPDATE dossier_events SET details = '{{}}', erased = '{mark}' WHERE seq = 3")
        assert len(problems()) == 1


def test_a_row_that_was_changed_is_not_erased(app: Flask) -> None:
    refused(app)
    with app.app_context():
        tamper('UPDATE dossier_events SET details = \'{"reason": "x"}\' WHERE seq = 3')
        with pytest.raises(ValueError, match="was changed"):
            retention.run(in_years(5))
        assert problems()
        assert db.session.scalars(select(Dossier)).one().answers["custodian_id"] == ID_NUMBER


def test_the_department_sets_its_own_times(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {
        "drafts": Retention(days=90, basis="Quyết định số 1 của Sở"),
        "sign_ins": Retention(days=10, basis="Quyết định số 2 của Sở"),
        "books": Retention(days=1, basis="Quyết định số 3 của Sở"),
    }
    config = context.config["VANTHU"].model_copy(update={"retention": own})
    monkeypatch.setitem(context.config, "VANTHU", config)
    found = {r.name: r for r in retention.rules()}
    assert (found["drafts"].days, str(found["drafts"].basis)) == (90, "Quyết định số 1 của Sở")
    assert found["sign_ins"].days == 365  # the law's least
    assert found["books"].days is None


def test_the_routine_erases_by_itself_what_needs_no_decision(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(app)
    with app.app_context():
        later = in_years(5)
        before = counts(later)
        assert before.keys() >= {"sign_ins", "refused"}
        monkeypatch.setattr("app.clock.today", lambda: later)

        done = routines.run()

        assert done["erased"] == sum(n for name, n in before.items() if name != "refused")
        assert counts(later) == {"refused": before["refused"]}


def test_the_head_erases_dossiers_by_a_decision(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = refused(app)
    with app.app_context():
        moment = clock.now() - timedelta(days=6 * 366)
        with transaction():
            db.session.execute(update(Dossier).values(closed_at=moment))
    head = at_desk(app, "dung")
    assert "Xóa vĩnh viễn" in head.get("/desk/retention").text

    unnamed = head.post("/desk/retention/refused", data={"decision": " "})
    assert unnamed.status_code == 422
    assert "số, ngày của quyết định" in unnamed.text
    with app.app_context():
        assert counts(clock.today())["refused"] == 1

    done = head.post("/desk/retention/refused", data={"decision": "12/QĐ-SYT ngày 05/01/2033"})
    assert done.status_code == 303
    assert "Đã xóa 1 mục" in head.get("/desk/retention").text
    with app.app_context():
        assert db.session.scalars(select(Dossier.email)).all() == [""]
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "erased")).one()
        assert noted.actor_name == "Hoàng Quốc Dũng"
        assert noted.details["decision"] == "12/QĐ-SYT ngày 05/01/2033"
        assert counts(clock.today()).get("refused", 0) == 0
        assert problems() == []
    seen = at_desk(app, "quantri").get("/desk/audit").text
    assert "thời hạn lưu giữ" in seen
    assert code not in seen


def test_what_the_calendar_erases_is_nobodys_decision(app: Flask) -> None:
    head = at_desk(app, "dung")
    for name in ("drafts", "books", "nothing"):
        sent = head.post(f"/desk/retention/{name}", data={"decision": "1/QĐ-SYT"})
        assert sent.status_code == 404
    assert at_desk(app, "quantri").post("/desk/retention/refused").status_code == 403


def test_who_keeps_the_data_sees_counts_and_nobody_else_the_page(app: Flask) -> None:
    code = refused(app)
    page = at_desk(app, "quantri").get(f"/desk/retention?on={in_years(5).isoformat()}").text
    assert code in page
    assert "Luật Lưu trữ" in page
    for hidden in (EMAIL, "An Bình", ID_NUMBER, "Hoàng Thị Minh Châu"):
        assert hidden not in page
    assert at_desk(app, "dung").get("/desk/retention").status_code == 200
    assert "từ hôm nay trở đi" in at_desk(app, "quantri").get("/desk/retention?on=never").text
    for username in ("an", "chi", "giang"):
        assert at_desk(app, username).get("/desk/retention").status_code == 403
    with app.app_context():
        report = app.test_cli_runner().invoke(args=["retention", "preview", "--on", "2050-01-01"])
        assert report.exit_code == 0
        assert "refused" in report.output
        assert db.session.execute(text("SELECT count(*) FROM dossiers")).scalar_one() == 1
