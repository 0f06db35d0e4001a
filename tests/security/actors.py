"""Everybody who may stand before the door, each with a browser of their own."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from app import clock, samples
from app.extensions import db
from app.models import Unit, User
from app.security import keys
from app.security.passwords import hash_password
from tests.helpers import sign_in, user, verify_email

ANONYMOUS, HALF, NOBODY = "anonymous", "half signed in", "staff without a role"
APPLICANT, OTHER_APPLICANT = "applicant", "other applicant"
OFFICER, COLLEAGUE, ELSEWHERE = "officer", "officer of the same unit", "officer of another unit"
SIGNER, CLERK, ADMINISTRATOR = "signer", "clerk", "administrator"

APPLICANTS = frozenset({APPLICANT, OTHER_APPLICANT})
OFFICERS = frozenset({OFFICER, COLLEAGUE, ELSEWHERE})
STAFF = OFFICERS | {SIGNER, CLERK}
DESK = STAFF | {ADMINISTRATOR, NOBODY}
ALL = DESK | APPLICANTS | {ANONYMOUS, HALF}

# Whose things the scene has: of the applicant and their officer, and of two others.
OWN, OTHERS, OTHER_UNIT = "own", "another's", "another unit's"
EMAILS = {OWN: "anbinh@example.vn", OTHERS: "hoasen@example.vn", OTHER_UNIT: "kycung@example.vn"}
HOLDERS = {OWN: "an", OTHERS: "binh", OTHER_UNIT: "lan"}
# Who on a target is what the table calls its owner or its holder.
OWNER, HOLDER = "<the applicant of it>", "<the officer in charge of it>"
IS = {
    OWNER: {OWN: APPLICANT, OTHERS: OTHER_APPLICANT},
    HOLDER: {OWN: OFFICER, OTHERS: COLLEAGUE, OTHER_UNIT: ELSEWHERE},
}
USERNAMES = {
    OFFICER: "an", COLLEAGUE: "binh", ELSEWHERE: "lan", SIGNER: "chi", CLERK: "giang",
    ADMINISTRATOR: "quantri", NOBODY: "khong",
}  # fmt: skip


@dataclass
class People:
    """A browser for each of them; `unproven` are staff who gave no code since the sign-in."""

    clients: dict[str, FlaskClient]
    unproven: dict[str, FlaskClient]


def hire() -> None:
    """Add who the sample department lacks: a third unit, and somebody without a role."""
    pharmacy = Unit(name="Phòng Nghiệp vụ Y", symbol="NVY", phone="0205 3800 113")
    for username, name, unit, roles in (
        ("lan", "Chu Thị Lan", pharmacy, ["officer"]),
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
    return People(clients, unproven)
