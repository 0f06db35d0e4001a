"""After signing in nobody lands on another host, whatever the link said."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.views import safe_next

EVIL = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example",
    " //evil.example", "https://evil.example", "https:evil.example", "http:/evil.example",
    "javascript:alert(1)", "data:text/html,x", "//user@evil.example", "/\x00/evil.example",
    "https://localhost@evil.example", "//evil.example%2f..", "//[::1]", "//[", "evil.example",
    ".evil.example", "@evil.example", "/desk\r\nSet-Cookie: a=b", "/\x85/evil.example", "",
    "/\\\\evil.example", "/a\\..\\..\\evil", "\ufeff//evil.example", "／／evil.example",
]  # fmt: skip
OURS = [
    "/", "/desk", "/desk?q=nhà thuốc", "/dossiers/x?a=1&b=2#c", "/desk?next=//evil.example",
    "/%2f%2fevil.example", "/%5cevil.example", "/desk/@evil.example", "/a//b",
]  # fmt: skip


def leads_to_us(target: str) -> bool:
    """Say what a browser does, by the URL standard: drop, trim, turn backslashes, then look."""
    text = "".join(c for c in target if c not in "\t\n\r")
    text = text.strip("".join(map(chr, range(0x21)))).replace("\\", "/")
    return text.startswith("/") and not text.startswith("//")


def chosen(app: Flask, target: str) -> str:
    with app.test_request_context("/", query_string={"next": target}):
        return safe_next("/fallback")


@pytest.mark.parametrize("target", EVIL)
def test_another_host_is_never_next(app: Flask, target: str) -> None:
    assert chosen(app, target) == "/fallback"


@pytest.mark.parametrize("target", OURS)
def test_a_page_of_ours_is(app: Flask, target: str) -> None:
    assert chosen(app, target) == target


@given(
    st.lists(
        st.sampled_from(
            ["/", "\\", "//", "\t", "\r", "\n", "%2f", "%5c", "%09", "@", ":", "http:",
             "evil.example",
             "?", "#", "..", "\u2215", "\uff0f", "\u3002", " ", "\0", "[", "]", "desk"]
        ),
        max_size=8,
    ).map("".join)
    | st.text(max_size=20).map("/".__add__)
)  # fmt: skip
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_made_up_stays_here(app: Flask, target: str) -> None:
    found = chosen(app, target)

    assert leads_to_us(found)
    assert not set(found) & set("\r\n\0")


@pytest.mark.parametrize("target", EVIL)
def test_the_pages_agree(client: FlaskClient, target: str) -> None:
    page = client.get("/desk/sign-in", query_string={"next": target}).text
    kept = re.findall(r'name="next" value="([^"]*)"', page)
    assert all(leads_to_us(unescape(value)) for value in kept if value), kept

    answer = client.post("/language/en", data={"next": target})
    assert answer.location == "/" or answer.status_code == 400  # a NUL is refused as such
