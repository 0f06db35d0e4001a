"""A signed or derived token with one byte changed opens nothing, and none fits another door."""

import re

import pytest
from itsdangerous import URLSafeSerializer

from app.security import sessions
from tests.security.actors import APPLICANT, OFFICER, OTHERS, OWN
from tests.security.conftest import World, nothing_is_kept
from tests.security.test_access_matrix import CLOSED, outcome

LINKS = {
    "activation": "/activate/{token}",
    "custody": "/custody/{number}/{token}",
    "asked": "/received/{token}",
    "given": "/received/{token}",
    "letter": "/verify/{token}",
}


def changed(token: str) -> list[str]:
    """Return the token with each character another one, cut, and longer."""
    flipped = [
        token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))
    ]
    return [*flipped, token[:-1], token + "A", token.swapcase(), token[::-1], token * 2]


@pytest.mark.parametrize("name", LINKS)
def test_each_changed_byte_of_a_link_is_refused(world: World, name: str) -> None:
    own, client = world.targets[OWN], world.app.test_client()
    address = LINKS[name].replace("{number}", own["custody number"])
    with nothing_is_kept():
        assert outcome(client.get(address.format(token=own[name]))) != CLOSED
        for token in changed(own[name]):
            answer = client.get(address.format(token=token))
            assert outcome(answer) == CLOSED, f"{token} opens {answer.status_code}"


@pytest.mark.parametrize("name", ["activation", "custody", "asked"])
def test_a_token_of_one_door_opens_no_other(world: World, name: str) -> None:
    own, client = world.targets[OWN], world.app.test_client()
    for other in (n for n in LINKS if LINKS[n] != LINKS[name]):
        address = LINKS[other].replace("{number}", own["custody number"])
        assert outcome(client.get(address.format(token=own[name]))) == CLOSED, other


def test_a_custody_token_is_bound_to_its_account(world: World) -> None:
    own, other = world.targets[OWN], world.targets[OTHERS]
    answer = world.app.test_client().get(f"/custody/{other['custody number']}/{own['custody']}")
    assert outcome(answer) == CLOSED


@pytest.mark.parametrize(
    ("person", "area", "page"),
    [(OFFICER, sessions.STAFF, "/desk"), (APPLICANT, sessions.PORTAL, "/dossiers")],
)
def test_each_changed_byte_of_a_session_is_refused(
    world: World, person: str, area: str, page: str
) -> None:
    with world.app.app_context():
        name = sessions.cookie_name(area)
    found = world.people.clients[person].get_cookie(name)
    assert found is not None
    client = world.app.test_client()
    with nothing_is_kept():
        client.set_cookie(name, found.value)
        assert outcome(client.get(page)) != CLOSED
        for value in changed(found.value):
            client.set_cookie(name, value)
            assert outcome(client.get(page)) == CLOSED, value


def test_a_session_of_one_area_opens_no_other(world: World) -> None:
    with world.app.app_context():
        staff, portal = (sessions.cookie_name(a) for a in (sessions.STAFF, sessions.PORTAL))
    client = world.app.test_client()
    own = world.people.clients[APPLICANT].get_cookie(portal)
    assert own is not None
    client.set_cookie(staff, own.value)
    assert outcome(client.get("/desk")) == CLOSED


def test_the_signed_cookie_of_a_started_sign_in_cannot_be_written(world: World) -> None:
    """It names the e-mail a code was sent to: another one would open that person's dossiers."""
    client = world.app.test_client()
    client.post("/apply/start", data={"email": "ke-gian@example.vn"})
    name = world.app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    payload, rest = cookie.value.split(".", 1)
    for value in (*(f"{p}.{rest}" for p in changed(payload)), payload, f"{payload}..", f".{rest}"):
        fresh = world.app.test_client()
        fresh.set_cookie(name, value)
        assert fresh.get("/apply/verify").status_code == 303, value


def test_what_a_page_carries_to_its_download_is_refused_when_changed(world: World) -> None:
    rows = [(1, "facility", "1/LSO", "Nhà thuốc", "A1")]
    key = str(world.app.config["SECRET_KEY"])
    good = str(URLSafeSerializer(key, salt="reconciliation").dumps(rows))
    other = str(URLSafeSerializer(key, salt="another").dumps(rows))
    officer = world.people.clients[OFFICER]
    with nothing_is_kept():
        send = "/desk/review/reconciled.xlsx"
        assert officer.post(send, data={"lines": good}).status_code == 200
        cut = [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :]
               for n in range(len(good) - 1)]  # fmt: skip
        for lines in (*cut, other, "", "x.y", good + "x"):
            assert officer.post(send, data={"lines": lines}).status_code == 422, lines


def test_no_token_stands_in_a_page_or_a_log_in_clear(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The pages of a link show what it opens, not the link of somebody else."""
    own, other = world.targets[OWN], world.targets[OTHERS]
    with nothing_is_kept():
        page = world.people.clients[OFFICER].get(f"/desk/dossiers/{own['granted']}").text
        for token in (own["activation"], own["custody"], other["activation"], own["given"]):
            assert token not in page
    assert not re.findall(own["activation"], caplog.text)
