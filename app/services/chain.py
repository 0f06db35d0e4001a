"""From the dispatch above through ours to each recipient's acknowledgement, both ways (L4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app import formats
from app.extensions import db
from app.models import BookEntry, Citation, Dossier, IncomingLetter, Letter
from app.services import recipients
from workflows import Text

# A chain is followed so far from the dossier somebody looks at, up and down.
_FARTHEST = 4


@dataclass(frozen=True, slots=True)
class Node:
    """One document or group of the chain; `sort` is incoming, letter, dossier or recipients."""

    key: str
    sort: str
    title: str
    note: Text
    on: str
    # What its page is addressed by: an id, a letter's key, or a dossier's code.
    target: str


@dataclass(slots=True)
class Chain:
    """Nodes by key, and who is carried out by whom."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)

    def link(self, before: str, after: str) -> None:
        """Note that one thing leads to another, once."""
        if before != after and (before, after) not in self.edges:
            self.edges.append((before, after))

    def levels(self) -> list[list[Node]]:
        """Return the nodes from the first cause down, those of one distance together."""
        depth = dict.fromkeys(self.nodes, 0)
        for _ in self.nodes:
            for before, after in self.edges:
                depth[after] = min(max(depth[after], depth[before] + 1), len(self.nodes))
        return [
            [self.nodes[key] for key in sorted(self.nodes) if depth[key] == level]
            for level in sorted(set(depth.values()))
        ]


def of(dossier: Dossier) -> Chain:
    """Follow the chain of a dossier up to what it carries out and down to who has answered."""
    chain = Chain()
    _visit(chain, dossier, set(), _FARTHEST)
    return chain


def cited_by(incoming: IncomingLetter) -> list[Dossier]:
    """Return the dossiers that carry a dispatch out."""
    return list(
        db.session.scalars(
            select(Dossier)
            .join(Citation, Citation.dossier_id == Dossier.id)
            .where(Citation.incoming_id == incoming.id)
            .order_by(Dossier.id)
        )
    )


def find_incoming(number: int) -> IncomingLetter | None:
    """Return a dispatch that came in."""
    return db.session.get(
        IncomingLetter,
        number,
        options=[joinedload(IncomingLetter.attachment), joinedload(IncomingLetter.answers)],
    )


def _visit(chain: Chain, dossier: Dossier, seen: set[int], far: int) -> str:
    """Enter a dossier with everything around it; return the key of where it begins."""
    own = _dispatches(dossier)
    first = f"letter-{own[0].id}" if own else f"dossier-{dossier.id}"
    if dossier.id in seen:
        return first
    seen.add(dossier.id)
    if not own:
        title, note = str(dossier.code), Text("Hồ sơ đang giải quyết", "In progress")
        chain.nodes[first] = Node(first, "dossier", title, note, "", str(dossier.code))
    cited = _citations(dossier)
    replies = {c.incoming.answers_id: c.incoming for c in cited if c.incoming and _is_reply(c, own)}
    before = ""
    for letter in own:
        key = _enter_letter(chain, letter)
        if before:
            chain.link(before, key)
        before = key
        if letter.id in replies:
            before = _enter_incoming(chain, replies[letter.id])
            chain.link(key, before)
    for citation in cited:
        if not _is_reply(citation, own):
            _upward(chain, citation, first, seen, far)
    _enter_recipients(chain, dossier, before)
    if far:
        for citing in _carried_out_by(own):
            begins = _visit(chain, citing.dossier, seen, far - 1)
            chain.link(f"letter-{citing.letter_id}", begins)
    return first


def _is_reply(citation: Citation, own: Iterable[Letter]) -> bool:
    return citation.incoming is not None and citation.incoming.answers_id in {x.id for x in own}


def _upward(chain: Chain, citation: Citation, first: str, seen: set[int], far: int) -> None:
    if citation.incoming:
        chain.link(_enter_incoming(chain, citation.incoming), first)
    elif citation.letter:
        key = _enter_letter(chain, citation.letter)
        if far:
            _visit(chain, citation.letter.dossier, seen, far - 1)
        chain.link(key, first)


def _enter_letter(chain: Chain, letter: Letter) -> str:
    key = f"letter-{letter.id}"
    entry = letter.entry
    title = f"{entry.number:02d}/{entry.symbol}" if entry else letter.subject
    on = formats.day(entry.issued_on) if entry else ""
    subject = letter.subject[:1].upper() + letter.subject[1:]
    chain.nodes[key] = Node(key, "letter", title, Text(subject, subject), on, letter.key)
    return key


def _enter_incoming(chain: Chain, incoming: IncomingLetter) -> str:
    key = f"incoming-{incoming.id}"
    said = incoming.sender
    chain.nodes[key] = Node(
        key, "incoming", incoming.reference, Text(said, said), formats.day(incoming.issued_on),
        str(incoming.id),
    )  # fmt: skip
    return key


def _enter_recipients(chain: Chain, dossier: Dossier, before: str) -> None:
    tally = recipients.tally(dossier)
    if not tally.sent or not before:
        return
    key = f"recipients-{dossier.id}"
    chain.nodes[key] = Node(
        key,
        "recipients",
        f"{tally.sent}",
        Text(
            "{answered} đã trả lời, {silent} chưa", "{answered} have answered, {silent} have not"
        ).fill(answered=tally.answered, silent=tally.sent - tally.answered),
        "",
        str(dossier.code),
    )
    chain.link(before, key)


def _dispatches(dossier: Dossier) -> list[Letter]:
    return list(
        db.session.scalars(
            select(Letter)
            .where(
                Letter.dossier_id == dossier.id,
                Letter.state == "issued",
                Letter.form == "dispatch",
            )
            .join(BookEntry, BookEntry.letter_id == Letter.id)
            .options(contains_eager(Letter.entry))
            .order_by(Letter.id)
        )
    )


def _citations(dossier: Dossier) -> list[Citation]:
    return list(
        db.session.scalars(
            select(Citation)
            .where(Citation.dossier_id == dossier.id)
            .order_by(Citation.id)
            .options(joinedload(Citation.incoming), joinedload(Citation.letter))
        )
    )


def _carried_out_by(own: Iterable[Letter]) -> list[Citation]:
    return list(
        db.session.scalars(
            select(Citation)
            .where(Citation.letter_id.in_([x.id for x in own]))
            .order_by(Citation.id)
            .options(joinedload(Citation.dossier))
        )
    )
