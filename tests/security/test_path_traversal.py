"""S6: no text in an address leads out of the place it names."""

import pytest
from werkzeug.routing import Rule

from app import storage
from tests.security.actors import ADMINISTRATOR, APPLICANT, CLERK, OFFICER
from tests.security.conftest import World, nothing_is_kept
from tests.security.payloads import PATHS

SIGNS = (b"root:", b"[extensions]", b"SECRET", b"SQLite format")


def texts(rule: Rule) -> list[str]:
    """Return the parts of an address that are words."""
    return [n for n in rule.arguments if "Integer" not in type(rule._converters[n]).__name__]


def test_every_word_of_every_address_is_only_a_word(world: World) -> None:
    rules = [r for r in world.app.url_map.iter_rules() if texts(r)]
    asked = 0
    with nothing_is_kept():
        for rule in rules:
            for path in PATHS:
                url = rule.rule
                for name, converter in rule._converters.items():
                    is_word = name in texts(rule)
                    for spelt in (f"<{name}>", f"<path:{name}>"):
                        url = url.replace(spelt, path if is_word else "1")
                    url = url.replace("<int(max=2147483647):number>", "1")
                    url = url.replace(f"<int:{name}>", "1")
                    assert converter is not None
                method = "GET" if "GET" in (rule.methods or ()) else "POST"
                for person in (OFFICER, CLERK, ADMINISTRATOR, APPLICANT):
                    client = world.people.clients[person]
                    kept = dict(client._cookies)
                    answer = client.open(url, method=method, buffered=True)
                    client._cookies = kept
                    asked += 1
                    assert answer.status_code < 500, f"{method} {url[:80]}"
                    if answer.status_code == 200:
                        assert not any(sign in answer.data for sign in SIGNS), url[:80]
    assert asked > 300


@pytest.mark.parametrize("path", PATHS)
def test_the_store_takes_addresses_of_contents_only(world: World, path: str) -> None:
    with world.app.app_context(), pytest.raises((ValueError, LookupError, OSError)):
        storage.get(path)
