"""What a letter lacks before it may be issued: asked once, answered for people."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import NamedTuple

from letters import authority, catalog, fonts, html, layout, passwords
from letters.data import Fact, LetterData
from letters.errors import LetterError, Problem

# What one process draws well within its time and memory.
MOST_ROWS = 3000
# Figures of a letter that say the same, where its kind has them all: sums, or lengths of lists.
_SAME = (
    (("count",), ("units",)),
    (("count",), ("affected",)),
    (("count",), ("answers",)),
    (("count",), ("answered", "silent")),
    (("answered",), ("agree", "amend", "disagree")),
)
# Facts that name this very letter.
_OWN_REFERENCE = ("reference", "letter_reference")
_OWN_DAY = ("letter_on",)
_FILLED_BY_HAND = re.compile(
    r"…{2,}|\.{4,}|_{3,}|\[\s*(?:…|\.{2,})?\s*\]"
    r"|(?i:\b(?:số|ngày|tháng|năm|giờ|ông|bà|tên)\b|:)\s*(?:…|\.{3})(?!\w)"
    r"|(?:…|\.{3})\s*/"
)
_BLANK = re.compile("\u00a0{4,}")
_ATTACHED = re.compile(r"[Kk]èm theo Công văn số\s+(\S*?/\S+)\s+(ngày\D*?năm|ngày.*?\d{4})")
_COUNTED = re.compile(r"(\d+) (?:đơn vị|cơ sở|cơ quan)")
_BLOCKS = {"p", "td", "th", "li", "h1", "div"}


class Block(NamedTuple):
    """A paragraph, cell or item as people read it, and the part of the letter it stands in."""

    tag: str
    text: str
    part: str


def problems(data: LetterData, *, final: bool = False) -> tuple[Problem, ...]:
    """Return why this letter may not be issued; () when it may.

    A `final` letter is signed, numbered and dated as well.
    """
    if absent := tuple(_missing_files()):
        return absent
    signing = tuple(_signing(data, final))
    try:
        page = html.render_marked(data)
    except LetterError as error:
        return signing or (_broken(error),)
    blocks = _blocks(page)
    found = (
        *_missing_images(page),
        *_gaps(data, blocks),
        *_rows(data),
        *_secrets(blocks),
        *_figures(data, blocks),
        *signing,
    )
    return tuple(dict.fromkeys(found))


def _missing_files() -> Iterator[Problem]:
    assets = fonts.FOLDER.parent
    for path in (*(fonts.FOLDER / n for n in fonts.FILES), assets / "letter.css"):
        if not path.is_file():
            yield _missing(path.name)


def _missing_images(page: str) -> Iterator[Problem]:
    assets = fonts.FOLDER.parent.resolve()
    for source in re.findall(r'<img[^>]*\ssrc="([^"]+)"', page):
        path = (assets / source).resolve()
        if not path.is_relative_to(assets) or not path.is_file():
            yield _missing(source)


def _missing(name: str) -> Problem:
    return Problem(
        "file", f"Thiếu tệp “{name}” để trình bày văn bản.", f"The file “{name}” is missing."
    )


def _broken(error: LetterError) -> Problem:
    if named := re.search(r"'(\w+)' is undefined|has no attribute '(\w+)'", str(error)):
        name = named[1] or named[2]
        return Problem(
            "absent", f"Văn bản thiếu thông tin “{name}”.", f"The letter lacks “{name}”."
        )
    return Problem(
        "broken", f"Không tạo được văn bản ({error}).", f"The letter cannot be made ({error})."
    )


def _gaps(data: LetterData, blocks: list[Block]) -> Iterator[Problem]:
    facts = html.marked(data.facts)
    written = (
        catalog.subject_of(data.kind, facts),
        *catalog.recipients_of(data.kind, facts),
        *(block.text for block in blocks),
    )
    for text in written:
        if html.GAP in text:
            yield _gap(text, text.index(html.GAP), 1)
    if not data.subject.strip():
        yield _gap("V/v [ ]", 4, 3)
    if catalog.kinds()[data.kind].form == catalog.DISPATCH and not any(
        name.strip() for name in data.addressees
    ):
        yield _gap("Kính gửi: [ ]", 10, 3)
    for block in blocks:
        # A draft sent for comment has blanks of its own; an annex quotes what others wrote.
        if block.part == "letter" and (found := _FILLED_BY_HAND.search(block.text)):
            yield _gap(block.text, found.start(), len(found[0]))
        if data.number is not None and data.issued_on is not None:
            yield from (
                _gap(block.text, found.start(), len(found[0]))
                for found in _BLANK.finditer(block.text)
            )


def _gap(text: str, at: int, length: int) -> Problem:
    before, after = text[:at].replace(html.GAP, "[ ]"), text[at + length :].replace(html.GAP, "[ ]")
    before = before if len(before) < 45 else "…" + before[-42:].partition(" ")[2]
    after = after if len(after) < 25 else after[:22].rpartition(" ")[0] + "…"
    around = f"{before}[ ]{after}".strip()
    return Problem(
        "blank", f"Còn chỗ chưa điền: “{around}”.", f"Something is not filled in: “{around}”."
    )


def _rows(data: LetterData) -> Iterator[Problem]:
    """A list may leave empty what the list of the sample leaves empty, and nothing else."""
    total = 0
    for name, listed in _lists(catalog.kinds()[data.kind].sample):
        rows = dict(_lists(data.facts)).get(name, [])
        total += len(rows)
        needed = [key for key in listed[0] if all(row.get(key, "").strip() for row in listed)]
        for number, row in enumerate(rows, 1):
            if not all(row.get(key, "").strip() for key in needed):
                who = row.get("name", "")
                yield Problem(
                    "row",
                    f"Dòng {number} của danh sách kèm theo ({who}) còn thiếu thông tin.",
                    f"Line {number} of the annexed list ({who}) is incomplete.",
                )
    if total > MOST_ROWS:
        yield Problem(
            "rows",
            f"Danh sách kèm theo có {total} dòng, nhiều hơn {MOST_ROWS} dòng cho một văn bản.",
            f"The annexed list has {total} lines, more than {MOST_ROWS} for one letter.",
        )


def _lists(facts: Mapping[str, Fact]) -> list[tuple[str, list[Mapping[str, str]]]]:
    found = []
    for name, fact in facts.items():
        rows = [row for row in fact if isinstance(row, Mapping)] if isinstance(fact, tuple) else []
        if rows:
            found.append((name, rows))
    return found


def _secrets(blocks: list[Block]) -> Iterator[Problem]:
    """L3. The sentence is about the place, and does not repeat what was found there."""
    for number, block in enumerate(blocks):
        is_label = block.tag in {"td", "th"} and passwords.names_one(block.text)
        follows = number + 1 < len(blocks) and blocks[number + 1]
        has_value = block.tag == "th" or (follows and follows.tag == "td" and follows.text.strip())
        place = passwords.place_in(block.text)
        if (is_label and has_value) or place is not None:
            where = " ".join(block.text[:place].split()[-5:])
            yield Problem(
                "password",
                f"Văn bản có nội dung giống mật khẩu (sau “{where}”); văn bản không được chứa"
                " mật khẩu.",
                f"Something looks like a password (after “{where}”); no letter carries one.",
            )


def _figures(data: LetterData, blocks: list[Block]) -> Iterator[Problem]:
    sample = catalog.kinds()[data.kind].sample
    for one, other in _SAME:
        if not all(name in sample and name in data.facts for name in (*one, *other)):
            continue
        first, second = (_sum(data.facts, names) for names in (one, other))
        if first is None or first != second:
            yield _differs(f"{first if first is not None else data.facts[one[0]]}", f"{second}")
    if "count" in sample and (total := _sum(data.facts, ("count",))) is not None:
        for said in _COUNTED.finditer(data.subject):
            if int(said[1]) != total:
                yield _differs(said[0], str(data.facts["count"]))
    day = layout.date_in_words(data.issued_on)
    own = [(r, data.reference) for n in _OWN_REFERENCE if (r := data.facts.get(n))]
    own += [(d, day) for n in _OWN_DAY if (d := data.facts.get(n))]
    for block in blocks:
        for found in _ATTACHED.finditer(block.text):
            if found[1].partition("/")[2] == data.symbol:
                own += [(found[1], data.reference), (found[2], day)]
    for named, right in own:
        # A blank for what is not known yet, or the very same.
        if _close(named) not in (
            _close(right),
            f"/{data.symbol}",
            _close(layout.date_in_words(None)),
        ):
            yield _differs(str(named), right)


def _close(text: object) -> str:
    return "".join(str(text).split())


def _sum(facts: Mapping[str, Fact], names: tuple[str, ...]) -> int | None:
    total = 0
    for name in names:
        fact = facts[name]
        if isinstance(fact, str) and not fact.strip().isdecimal():
            return None
        total += int(fact) if isinstance(fact, str) else len(fact)
    return total


def _differs(said: str, right: str) -> Problem:
    said, right = " ".join(said.split()), " ".join(right.split())
    return Problem(
        "figure",
        f"Số liệu không khớp trong văn bản: “{said}” và “{right}”.",
        f"Figures of the letter disagree: “{said}” and “{right}”.",
    )


def _signing(data: LetterData, final: bool) -> Iterator[Problem]:
    is_dispatch = catalog.kinds()[data.kind].form == catalog.DISPATCH
    if data.signer and (problem := authority.objection(data.signer, data.kind, data.issued_on)):
        yield problem
    if not final:
        return
    if is_dispatch and data.signer is None:
        yield Problem("signer", "Văn bản chưa có người ký.", "Nobody has signed the letter.")
    if data.number is None or data.issued_on is None:
        yield Problem(
            "number", "Văn bản chưa có số, ngày.", "The letter has no number and no date yet."
        )
    if data.draft:
        yield Problem("draft", "Văn bản còn ghi “DỰ THẢO”.", "The letter is still marked a draft.")


class _Parser(HTMLParser):
    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part
        self.blocks: list[Block] = []
        self.tag = ""
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _BLOCKS:
            self.end(tag)
        elif tag == "br":
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end("")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def end(self, tag: str) -> None:
        text = re.sub(r"[ \n]+", " ", "".join(self.text)).strip(" ")
        if text or self.tag in {"td", "th"}:
            self.blocks.append(Block(self.tag, text, self.part))
        self.tag, self.text = tag, []


def _blocks(page: str) -> list[Block]:
    # What people typed is escaped, so only the frame can open an annex.
    letter, *annexes = page.partition("</head>")[2].split('<div class="annex')
    found: list[Block] = []
    for part, content in (("letter", letter), *(("annex", f"<div {a}") for a in annexes)):
        parser = _Parser(part)
        parser.feed(content)
        parser.end("")
        found += parser.blocks
    return found
