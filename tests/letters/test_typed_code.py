"""HTML and template code that people type stays text, in every fact of every kind."""

import html
from collections.abc import Mapping
from dataclasses import replace

import pytest

import letters
from tests.letters.conftest import Reading

CODE = "<script>x()</script>{{ 7 * 7 }}{% raw %}{# n #}{dossier_code}&lt;b&gt;**"
KINDS = sorted(letters.kinds())
# Of the frame: web addresses, which LetterData checks itself.
NOT_TYPED = {"status_url"}


def coded(fact: letters.Fact) -> letters.Fact:
    if isinstance(fact, str):
        return CODE
    return tuple(dict.fromkeys(item, CODE) if isinstance(item, Mapping) else CODE for item in fact)  # type: ignore[return-value]


@pytest.mark.parametrize("kind", KINDS)
def test_code_in_one_fact_at_a_time_stays_text(kind):
    plain = letters.sample(kind)
    for name in plain.facts.keys() - NOT_TYPED:
        changed = {name: coded(plain.facts[name])}
        page = letters.render_html(replace(plain, facts=dict(plain.facts) | changed))

        # Titles of annexes are in capitals and broken into lines.
        printed = " ".join(html.unescape(page.replace("<br>", " ")).lower().split())
        assert "<script" not in page.lower(), name
        assert printed.count("<script>x()</script>{{ 7 * 7 }}{% raw %}{# n #}{dossier_code}") == (
            printed.count("x()")
        ), name


@pytest.mark.parametrize("kind", KINDS)
def test_code_everywhere_is_printed_as_typed(kind):
    plain = letters.sample(kind)
    data = replace(
        plain,
        facts={n: f if n in NOT_TYPED else coded(f) for n, f in plain.facts.items()},
        subject=CODE,
        addressees=(CODE, CODE),
        recipients=(CODE,),
        archive=CODE,
        office=replace(plain.office, name=CODE, parent=CODE, address=CODE, place=CODE),
        signer=plain.signer and replace(plain.signer, name=CODE, position=CODE),
    )

    text = Reading(letters.render_pdf(data)).text.replace(" ", "")

    assert "<script>x()</script>{{7*7}}{%raw%}{#n#}{dossier_code}&lt;b&gt;**" in text
    assert "{{7*7}}" in text
