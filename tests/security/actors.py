"""Everybody who may stand before the door, each with a browser of their own."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, samples
from app.extensions import db
from app.models import SignIn, Unit, User
from app.security import keys
from app.security.passwords import hash_password
from tests.helpers import only_on, sign_in, user, verify_email

ANONYMOUS, HALF, NOBODY = "anonymous", "half signed in", "staff without a role"
APPLICANT, OTHER_APPLICANT = "applicant", "other applicant"
OFFICER, COLLEAGUE, ELSEWHERE = "officer", "officer of the same unit", "officer of another unit"
RESTRICTED = "officer of another system"
SIGNER, HEAD, CLERK = "signer", "head of the department", "clerk"
ADMINISTRATOR, SECOND = "administrator", "second administrator"

APPLICANTS = frozenset({APPLICANT, OTHER_APPLICANT})
OFFICERS = frozenset({OFFICER, COLLEAGUE, ELSEWHERE})
LEADERS = frozenset({SIGNER, HEAD})
ADMINISTRATORS = frozenset({ADMINISTRATOR, SECOND})
# Who sees the dossiers of the scene; who reads what belongs to no dossier; who has a desk at all.
STAFF = OFFICERS | LEADERS | {CLERK}
READERS = STAFF | {RESTRICTED}
DESK = READERS | ADMINISTRATORS | {NOBODY}
WORKING = DESK - {NOBODY}
ALL = DESK | APPLICANTS | {ANONYMOUS, HALF}

# The one system RESTRICTED has; the dossiers of the scene lie on others.
ANOTHER_SYSTEM = "TIEMCHUNG"
# Whose things the scene has: of the applicant and their officer, and of two others.
OWN, OTHERS, OTHER_UNIT = "own", "another's", "another unit's"
EMAILS = {OWN: "anbinh@example.vn", OTHERS: "hoasen@example.vn", OTHER_UNIT: "kycung@example.vn"}
HOLDERS = {OWN: "an", OTHERS: "binh", OTHER_UNIT: "lan"}
# Who on a target is what the table calls its owner or its holder.
OWNER, HOLDER = "<the applicant of it>", "<the officer in charge of it>"
DEPUTY = "<the leader it lets sign>"
IS = {
    OWNER: {OWN: APPLICANT, OTHERS: OTHER_APPLICANT},
    HOLDER: {OWN: OFFICER, OTHERS: COLLEAGUE, OTHER_UNIT: ELSEWHERE},
    DEPUTY: {OWN: SIGNER},
}
USERNAMES = {
    OFFICER: "an", COLLEAGUE: "binh", ELSEWHERE: "lan", RESTRICTED: "tiem", SIGNER: "chi",
    HEAD: "dung", CLERK: "giang", ADMINISTRATOR: "quantri", SECOND: "quantri2", NOBODY: "khong",
}  # fmt: skip


Things = dict[str, str]


@dataclass
class People:
    """A browser for each of them.

    `unproven` are staff who gave no code since the sign-in; `fresh` must change a password first.
    """

    clients: dict[str, FlaskClient]
    unproven: dict[str, FlaskClient]
    fresh: FlaskClient


def hire() -> None:
    """Add who the sample department lacks: a third unit, somebody without a role, and more."""
    pharmacy = Unit(name="Phòng Nghiệp vụ Y", symbol="NVY", phone="0205 3800 113")
    for username, name, unit, roles in (
        ("lan", "Chu Thị Lan", pharmacy, ["officer"]),
        ("tiem", "Lộc Thị Tiêm", user("an").unit, []),
        ("quantri2", "Đinh Quốc Trị", user("chi").unit, ["admin"]),
        ("moi", "Hà Thị Mới", user("an").unit, ["officer"]),
        ("khong", "Ma Văn Không", user("chi").unit, []),
    ):
        db.session.add(
            User(
                username=username, full_name=name, email=f"{username}@soyte.example.vn",
                phone="0205 3800 114", position="Chuyên viên", unit=unit, roles=roles,
                password_hash=hash_password(samples.PASSWORD),
                totp_secret=keys.encrypt(samples.totp_secret(username)), totp_last_step=1,
                created_at=clock.now(),
            )
        )  # fmt: skip
    db.session.commit()
    only_on("tiem", ANOTHER_SYSTEM)


def arrive(app: Flask) -> People:
    """Let everybody come as far in as they get, through the real pages."""
    clients = {name: app.test_client() for name in (ANONYMOUS, HALF, *APPLICANTS, *USERNAMES)}
    unproven = {name: app.test_client() for name in USERNAMES}
    verify_email(clients[APPLICANT], EMAILS[OWN])
    verify_email(clients[OTHER_APPLICANT], EMAILS[OTHERS])
    for name, username in USERNAMES.items():
        sign_in(clients[name], username)
        sign_in(unproven[name], username, proven=False)
    typed = {"username": "an", "password": samples.PASSWORD}
    clients[HALF].post("/desk/sign-in", data=typed)
    fresh = app.test_client()
    sign_in(fresh, "moi")
    with app.app_context():
        user("moi").must_change_password = True
        db.session.commit()
    return People(clients, unproven, fresh)


def elsewhere(app: Flask) -> dict[str, Things]:
    """Return by owner the sessions that are open in another browser of theirs."""
    found: dict[str, Things] = {}
    for who, email in EMAILS.items():
        verify_email(app.test_client(), email)
        with app.app_context():
            # Staff signed in without proofs after they had signed in with them.
            newest = select(SignIn.id).where(SignIn.is_complete).order_by(SignIn.id.desc())
            staff = newest.where(SignIn.user_id == user(HOLDERS[who]).id)
            portal = newest.where(SignIn.user_id.is_(None), SignIn.email == email)
            found[who] = {
                "session": str(db.session.scalars(staff).first()),
                "portal session": str(db.session.scalars(portal).first()),
            }
    return found
