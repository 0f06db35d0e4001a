"""Versions of a wording: who saved what, what runs keeps its own, nothing is lost or let in."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

import letters
from app.cli.check import problems
from app.errors import AlreadyDone, Conflict, Invalid
from app.extensions import db
from app.models import Letter, Wording
from app.services import letters as drafting
from app.services import wordings
from app.services.wordings import SUBJECT
from app.transaction import transaction
from letters import LetterData
from tests.app.services.test_dossiers import GRANT, filed, step, walked
from tests.app.services.test_races import race
from tests.helpers import dossier, user

GRANT_LETTER = "account_grant"
CONTACT = "Liên hệ {contact} để được hướng dẫn"


def typed(kind: str = GRANT_LETTER, **changed: str) -> dict[str, str]:
    """Return the boxes of the editor as they are now, some of them changed."""
    said = wordings.said(kind, wordings.current(kind))
    return {SUBJECT: said.subject or letters.kinds()[kind].subject, **said.texts, **changed}


def saved(kind: str = GRANT_LETTER, *, note: str = "", **changed: str) -> int:
    """Save as the administrator; return the version."""
    base = wordings.said(kind, wordings.current(kind)).version
    with transaction():
        return wordings.save(
            kind, typed(kind, **changed), base=base, note=note, author=user("quantri")
        ).version


def letter_of(key: str) -> Letter:
    """Return the newest letter of the dossier that waits or went out."""
    of_dossier = Letter.dossier_id == dossier(key).id
    return db.session.scalars(
        select(Letter).where(of_dossier, Letter.kind == GRANT_LETTER).order_by(Letter.id.desc())
    ).first()  # type: ignore[return-value]


def test_only_what_differs_is_kept_with_who_and_why(context: Flask) -> None:
    assert saved(contact=f"  {CONTACT}\r\n", note=" Gọn  hơn ") == 1

    row = wordings.current(GRANT_LETTER)

    assert row is not None
    assert (row.texts, row.subject, row.note) == ({"contact": CONTACT}, "", "Gọn hơn")
    assert (row.author.username, row.restores) == ("quantri", None)


def test_a_dossier_keeps_the_wording_it_was_proposed_with(context: Flask) -> None:
    running, fresh = filed(), filed("khac@example.vn", "2102/ĐKKDD-LSO")
    walked(running, *GRANT[:2])
    seen = letters.render_html(LetterData.from_json(letter_of(running).data))

    saved(contact=CONTACT, subject="cấp tài khoản cho {facility_name}")
    walked(running, *GRANT[2:])
    walked(fresh, *GRANT)

    old = LetterData.from_json(letter_of(running).data)
    new = LetterData.from_json(letter_of(fresh).data)
    assert (old.wording_version, new.wording_version) == (0, 1)
    unnumbered = replace(old, number=None, issued_on=None, signer=None)
    before = replace(unnumbered, signer=None)
    assert letters.render_html(before) in (seen, letters.render_html(unnumbered))
    assert "vướng mắc" in letters.render_html(old)
    assert "để được hướng dẫn./." in letters.render_html(new)
    assert new.subject == letter_of(fresh).subject == "cấp tài khoản cho Nhà thuốc An Bình"


def test_sent_back_and_proposed_again_it_takes_the_new_wording(context: Flask) -> None:
    key = filed()
    walked(key, *GRANT[:2])
    saved(contact=CONTACT)

    walked(key, ("chi", "send_back"), ("an", "propose_grant"))

    assert LetterData.from_json(letter_of(key).data).wording_version == 1


def test_what_is_signed_and_issued_is_the_preview(context: Flask) -> None:
    saved(contact=CONTACT, duties="Đề nghị cơ sở **giữ kín** {account_username}.")
    key = filed()
    walked(key, *GRANT[:2])
    seen = drafting.preview(letter_of(key), user("chi"))

    walked(key, *GRANT[2:])

    issued = LetterData.from_json(letter_of(key).data)
    assert issued.number is not None
    assert issued.issued_on is not None
    assert issued == seen.with_number(issued.number, issued.issued_on)
    assert '<b class="whole">giữ kín</b> lso.2101.' in letters.render_html(issued)


def test_a_later_version_of_the_product_changes_no_draft(context: Flask) -> None:
    key = filed()
    walked(key, *GRANT[:2])

    data = LetterData.from_json(letter_of(key).data)

    assert data.wording == letters.kinds()[GRANT_LETTER].wording


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("intro", "{nobody}", "{nobody}"),
        ("intro", "{{7*7}}", "ngoặc nhọn"),
        ("intro", "{facility_name.__class__}", "{facility_name.__class__}"),
        ("intro", "{facts[0]}", "{facts[0]}"),
        ("intro", "", "để trống"),
        ("contact", "\u202eđảo", "U+202E"),
        ("intro", "a" * 100_000, "100000"),
        ("duties", "**đậm", "Hai dấu sao"),
        ("subject", "cấp\ntài khoản", "một dòng"),
        ("subject", "cấp {contact}", "{contact}"),
        ("note", "a" * 201, "200"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    context: Flask, field: str, text: str, sentence: str
) -> None:
    sent = typed() | {field: text}
    note = sent.pop("note", "")

    with pytest.raises(Invalid) as refusal, transaction():
        wordings.save(GRANT_LETTER, sent, base=0, note=note, author=user("quantri"))

    assert set(refusal.value.errors) == {field}
    assert sentence in refusal.value.errors[field]
    assert wordings.current(GRANT_LETTER) is None


def test_a_field_left_out_is_no_empty_paragraph(context: Flask) -> None:
    with pytest.raises(Invalid) as refusal, transaction():
        wordings.save(GRANT_LETTER, {}, base=0, note="", author=user("quantri"))

    assert set(refusal.value.errors) == {SUBJECT, *letters.kinds()[GRANT_LETTER].wording}


def test_markup_is_printed_as_it_was_typed(context: Flask) -> None:
    saved(duties="<script>alert(1)</script> {facility_name}")
    key = filed()
    walked(key, *GRANT[:2])

    drawn = letters.render_html(LetterData.from_json(letter_of(key).data))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; Nhà thuốc An Bình" in drawn


def test_the_same_again_is_nothing_new(context: Flask) -> None:
    with pytest.raises(AlreadyDone):
        saved()
    saved(contact=CONTACT)
    with pytest.raises(AlreadyDone):
        saved(contact=CONTACT)

    assert [row.version for row in wordings.versions(GRANT_LETTER)] == [1]


def test_who_comes_second_gets_a_sentence(context: Flask) -> None:
    saved(contact=CONTACT)

    with pytest.raises(Conflict, match="Triệu Minh Hải vừa lưu phiên bản 1"), transaction():
        wordings.save(
            GRANT_LETTER, typed(intro="Khác {contact}".replace("{contact}", "")), base=0, note="",
            author=user("quantri"),
        )  # fmt: skip

    assert wordings.said(GRANT_LETTER, wordings.current(GRANT_LETTER)).version == 1


@pytest.mark.parametrize("_round", range(3))
def test_of_many_at_once_one_wins(context: Flask, _round: int) -> None:
    boxes = [typed(contact=f"{CONTACT} {n}") for n in range(4)]
    db.session.remove()

    ends = race(
        context,
        *(
            lambda sent=sent: wordings.save(  # type: ignore[misc]
                GRANT_LETTER, sent, base=0, note="", author=user("quantri")
            )
            for sent in boxes
        ),
    )

    assert sorted(ends) == ["Conflict", "Conflict", "Conflict", "done"]
    assert [row.version for row in wordings.versions(GRANT_LETTER)] == [1]


def test_an_old_version_comes_back_as_a_new_one(context: Flask) -> None:
    saved(contact=CONTACT)
    saved(contact="Hỏi {contact}", subject="cấp tài khoản")
    author = user("quantri")

    with transaction():
        wordings.restore(GRANT_LETTER, 1, base=2, author=author)
    with transaction():
        wordings.restore(GRANT_LETTER, 0, base=3, author=author)

    rows = wordings.versions(GRANT_LETTER)
    assert [(r.version, r.restores, r.texts, r.subject) for r in rows] == [
        (4, 0, {}, ""),
        (3, 1, {"contact": CONTACT}, ""),
        (2, None, {"contact": "Hỏi {contact}"}, "cấp tài khoản"),
        (1, None, {"contact": CONTACT}, ""),
    ]
    with pytest.raises(AlreadyDone), transaction():
        wordings.restore(GRANT_LETTER, 0, base=4, author=author)
    with pytest.raises(LookupError), transaction():
        wordings.restore(GRANT_LETTER, 9, base=4, author=author)
    with pytest.raises(Conflict), transaction():
        wordings.restore(GRANT_LETTER, 1, base=3, author=author)


@pytest.mark.parametrize("kind", sorted(wordings.editable()))
def test_the_shipped_wording_is_kept_as_it_is_typed(context: Flask, kind: str) -> None:
    about = letters.kinds()[kind]

    assert wordings.typed(kind, {SUBJECT: about.subject, **about.wording}).texts == about.wording


def _put(**values: object) -> None:
    with transaction():
        db.session.add(
            Wording(
                **{
                    "kind": GRANT_LETTER, "version": 1, "texts": {}, "subject": "", "note": "",
                    "author": user("quantri"), "created_at": wordings.clock.now(), **values,
                }
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"texts": {"contact": "{gone}"}}, "contact: unknown {gone}"),
        ({"texts": {"gone": "x"}}, "gone: unknown gone"),
        ({"subject": "{gone}"}, "subject: unknown {gone}"),
        ({"kind": "receipt"}, "receipt version 1: no such letter"),
        ({"kind": "gone"}, "gone version 1: no such letter"),
    ],
)
def test_the_check_names_a_wording_that_fits_no_more(
    context: Flask, values: dict[str, object], words: str
) -> None:
    saved("refusal", contact=CONTACT)
    _put(**values)

    assert [line for line in problems() if words in line]
    assert len(list(wordings.problems())) == 1


def test_a_wording_that_fits_no_more_drafts_nothing(context: Flask) -> None:
    key = filed()
    step(key, "an", "claim")
    _put(texts={"contact": "{gone}"})

    with pytest.raises(Conflict, match="không còn khớp"):
        step(key, "an", "propose_grant")

    assert dossier(key).state == "in_review"
