"""What a department may write: names in brackets and nothing that reaches further."""

from dataclasses import replace

import pytest

import letters
from letters import LetterError, samples, wording
from letters.wording import Fault, Finding

KINDS = sorted(name for name, about in letters.kinds().items() if about.wording)
VALUES = {"name": "Nhà thuốc An Bình", "title": "Cấp lại", "reply_reference": "136/KCB"}


def faults(text, **how):
    return [found.fault for found in wording.findings(text, VALUES, **how)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shipped_has_no_fault(kind):
    about = letters.kinds()[kind]

    assert about.form == letters.DISPATCH
    for block, text in {**about.wording, "subject": about.subject}.items():
        found = wording.findings(text, about.placeholders(block), is_subject=block == "subject")
        assert list(found) == [], block
    assert "subject" not in about.wording
    assert set(about.may_drop) <= set(about.wording)
    assert "contact" not in about.may_drop  # it ends with "./."


def test_every_dispatch_can_be_worded_and_no_prescribed_form():
    dispatches = {n for n, about in letters.kinds().items() if about.form == letters.DISPATCH}

    assert set(KINDS) == dispatches


@pytest.mark.parametrize("kind", KINDS)
def test_every_placeholder_of_every_block_can_be_drawn(kind):
    about = letters.kinds()[kind]
    data = letters.sample(kind)
    for block in about.wording:
        every = " ".join(f"{{{name}}} {{{name}!l}}" for name in about.placeholders(block))
        drawn = letters.render_html(replace(data, wording={**about.wording, block: every}))

        if block != "unconnected":  # facilities are connected in the sample
            assert samples.FACTS["received_at"] in drawn, block


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_without_a_wording_says_what_is_shipped(kind):
    about = letters.kinds()[kind]
    plain = letters.sample(kind)

    assert plain.wording == {}
    assert letters.render_html(plain) == letters.render_html(
        replace(plain, wording=dict(about.wording), wording_version=0)
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{7*7}}", Fault.BRACE),
        ("{% if name %}", Fault.UNKNOWN),
        ("{name.__class__}", Fault.UNKNOWN),
        ("{name[0]}", Fault.UNKNOWN),
        ("{0}", Fault.UNKNOWN),
        ("{}", Fault.UNKNOWN),
        ("{ name }", Fault.UNKNOWN),
        ("{name!r}", Fault.UNKNOWN),
        ("{name:>1000000000}", Fault.UNKNOWN),
        ("{letter}", Fault.UNKNOWN),
        ("{Name}", Fault.UNKNOWN),
        ("{nobody}", Fault.UNKNOWN),
        ("{name", Fault.BRACE),
        ("name}", Fault.BRACE),
        ("{{name}}", Fault.BRACE),
        ("{na\nme}", Fault.BRACE),
        ("**đậm", Fault.BOLD),
        ("**đậm\nđậm**", Fault.BOLD),
        ("", Fault.EMPTY),
        (" \n\t ", Fault.EMPTY),
        ("a" * 100_000, Fault.LONG),
        ("\u202eđảo", Fault.UNPRINTABLE),
        ("người \N{GRINNING FACE}", Fault.UNPRINTABLE),
        ("a\u0007", Fault.UNPRINTABLE),
    ],
)
def test_what_reaches_further_or_cannot_be_printed_is_refused(text, fault):
    assert fault in faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "Xét hồ sơ của {name}: {title!l}",
        "<script>alert(1)</script> & “ngoặc”",
        "Một dòng\n\nhai dòng, 2 * 3, **đậm** và **{name}**",
        "$name %(name)s #{name} \\{name}",
    ],
)
def test_plain_words_are_allowed(text):
    assert faults(text) == []


def test_a_subject_is_one_plain_line():
    assert faults("mời\nhọp", is_subject=True) == [Fault.LINES]
    assert faults("mời **họp**", is_subject=True) == [Fault.BOLD]
    assert faults("a" * 301, is_subject=True) == [Fault.LONG]
    assert faults("mời {name} họp", is_subject=True) == []


def test_what_may_be_dropped_may_be_empty():
    assert faults("", may_drop=True) == []


def test_a_fault_names_its_piece():
    text = "Kính gửi {nobody}"

    assert list(wording.findings(text, VALUES)) == [Finding(Fault.UNKNOWN, "{nobody}")]


def test_words_and_values_stay_text():
    values = {"name": "<img src=x> {{7*7}} **{title}**"}

    (drawn,) = wording.drawn("<script>1</script> {name}", values)

    assert drawn == ("&lt;script&gt;1&lt;/script&gt; &lt;img src=x&gt; {{7*7}} **{title}**")


def test_bold_words_and_numbers_of_letters_stay_on_a_line():
    (short,) = wording.drawn("**{name}** {reply_reference} {title!l}", VALUES)
    (long,) = wording.drawn("**{name} " + "dài " * 20 + "**", VALUES)

    assert short == (
        '<b class="whole">Nhà thuốc An Bình</b> <span class="whole">136/KCB</span> cấp lại'
    )
    assert long.startswith("<b>Nhà")


@pytest.mark.parametrize("text", ["{nobody}", "{rows}", "{name.x}", "{name", "**x"])
def test_a_wording_that_was_never_checked_is_not_drawn(text):
    with pytest.raises(LetterError):
        wording.drawn(text, VALUES | {"rows": ("a",)})


def test_the_letter_carries_its_wording():
    data = replace(
        letters.sample("refusal"),
        wording={"intro": "Về hồ sơ {dossier_code}:", "next": "", "no_such_block": "{x}"},
        wording_version=4,
    )
    again = letters.LetterData.from_json(data.to_json())

    drawn = letters.render_html(again)

    assert again == data
    assert "<p>Về hồ sơ H37.15-261120-0008:</p>" in drawn
    assert "đã được mở lại" not in drawn  # dropped
    assert "Sau khi xem xét, Sở Y tế không giải quyết" in drawn  # as shipped


def test_a_letter_from_before_wordings_is_read():
    raw = letters.sample("refusal").to_json()
    old = raw.replace(', "wording": {}, "wording_version": 0', "")

    assert old != raw
    assert letters.LetterData.from_json(old) == letters.sample("refusal")


@pytest.mark.parametrize("text", ["{nobody}", "{facts[0]}", "{dossier_code.__class__}"])
def test_a_letter_with_a_wording_that_does_not_fit_is_not_drawn(text):
    data = replace(letters.sample("refusal"), wording={"intro": text})

    with pytest.raises(LetterError, match="needs the fact"):
        letters.render_html(data)


def test_a_fact_is_not_called_like_the_frame():
    data = letters.sample("refusal")

    with pytest.raises(LetterError, match="frame"):
        letters.render_html(replace(data, facts={**data.facts, "wording": "x"}))


def test_the_last_paragraph_ends_the_letter():
    words = {"contact": "Liên hệ {contact}.\nTrân trọng."}
    drawn = letters.render_html(replace(letters.sample("refusal"), wording=words))

    assert "<p>Trân trọng./.</p>" in drawn
    assert drawn.count("./.") == 1
