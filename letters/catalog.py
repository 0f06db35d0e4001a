"""Which letters there are: one template file is one kind, described by its front matter."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from letters import samples, wording
from letters.data import Fact, LetterData
from letters.errors import LetterError

TEMPLATES = Path(__file__).parent / "templates"
DISPATCH = "dispatch"
_FRONT_MATTER = re.compile(r"\A\{#---\n(.*?)\n---#\}", re.DOTALL)
_REQUIRED = {"title", "form", "subject", "sample"}
_DAYS = {"valid_from", "valid_until"}
_OPTIONAL = {"symbol", "form_code", "form_basis", "to", "recipients", "wording", "may_drop"} | _DAYS
# Decree 30/2020/NĐ-CP, Appendix I, II.9b: the names after "Kính gửi" come first.
_AS_ABOVE = "Như trên"


@dataclass(frozen=True)
class LetterKind:
    """What staff lists, number books and tests know of a kind.

    `form` is "dispatch" for a công văn, otherwise the name of the slip. `symbol` is the symbol
    of a slip; a công văn takes the one of its office. `form_code` with `form_basis` say which
    prescribed form a slip follows, `valid_from` and `valid_until` (its last day) when the law has
    it so; they are for staff and are not printed. `to` names the fact
    that holds the addressees; `recipients` are further lines of "Nơi nhận", filled from facts.
    `wording` are the sentences a department may edit, by block, of which it may drop some.
    """

    name: str
    title: str
    form: str
    subject: str
    sample: Mapping[str, Fact]
    symbol: str = ""
    form_code: str = ""
    form_basis: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    to: str = "facility_name"
    recipients: tuple[str, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    may_drop: tuple[str, ...] = ()

    def is_in_force(self, on: date) -> bool:
        """Tell whether the prescribed form is the law's on a day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_until is None or on <= self.valid_until)

    def placeholders(self, block: str) -> dict[str, str]:
        """Return what a block may use, with an example of each: facts, and parts of its own."""
        facts = {**samples.FACTS, **self.sample}
        named = {name: fact for name, fact in facts.items() if isinstance(fact, str)}
        # What the shipped sentence uses and no fact holds, the template puts in.
        parts = wording.placeholders(self.wording.get(block, ""))
        return {name: "" for name in parts if name not in named} | named


@cache
def kinds() -> dict[str, LetterKind]:
    """Return every kind by name; raise LetterError when a template does not describe itself."""
    return load(TEMPLATES)


def load(folder: Path) -> dict[str, LetterKind]:
    """Read the kinds of a folder; names with an underscore are frames, not letters."""
    return {
        path.stem: _read(path)
        for path in sorted(folder.glob("*.html"))
        if not path.name.startswith("_")
    }


def subject_of(kind: str, facts: Mapping[str, Fact], text: str = "") -> str:
    """Return the subject (trích yếu) of a letter, without "V/v": `text` filled, or the shipped."""
    return _filled(kind, text or _kind(kind).subject, facts)


def addressees_of(kind: str, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Return who a letter goes to: the fact its kind names, one name or several."""
    about = _kind(kind)
    try:
        fact = facts[about.to]
    except KeyError as error:
        raise LetterError(f"{kind}: the addressees are in the fact {error}") from error
    names = (fact,) if isinstance(fact, str) else fact
    if not all(isinstance(name, str) for name in names):
        raise LetterError(f"{kind}: the fact {about.to!r} holds rows, not addressees")
    return tuple(name for name in map(str, names) if name.strip())


def recipients_of(kind: str, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Return the lines of "Nơi nhận" above the archive, beginning with "Như trên"."""
    return (_AS_ABOVE, *(_filled(kind, line, facts) for line in _kind(kind).recipients))


def sample(kind: str) -> LetterData:
    """Return a whole letter of invented facts, to preview and to test."""
    about = _kind(kind)
    facts = dict(samples.FACTS) | dict(about.sample)
    slip = about.form != DISPATCH
    return LetterData(
        kind=kind,
        office=samples.OFFICE,
        symbol=about.symbol if slip else about.symbol or samples.SYMBOL,
        subject=subject_of(kind, facts),
        addressees=addressees_of(kind, facts),
        recipients=recipients_of(kind, facts),
        archive=samples.ARCHIVE,
        signer=None if slip else samples.SIGNER,
        number=samples.NUMBER,
        issued_on=samples.ISSUED_ON,
        facts=facts,
        qr_url=str(facts["status_url"]),
    )


def _filled(kind: str, text: str, facts: Mapping[str, Fact]) -> str:
    try:
        return wording.filled(text, facts)
    except LetterError as error:
        raise LetterError(f"{kind}: {text!r}: {error}") from error


def _kind(name: str) -> LetterKind:
    try:
        return kinds()[name]
    except KeyError:
        raise LetterError(f"no letter is called {name!r}") from None


def _read(path: Path) -> LetterKind:
    found = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    if found is None:
        raise LetterError(f"{path.name}: no front matter between {{#--- and ---#}}")
    try:
        raw = tomllib.loads(found[1])
    except tomllib.TOMLDecodeError as error:
        raise LetterError(f"{path.name}: front matter: {error}") from error
    required = _REQUIRED if raw.get("form") == DISPATCH else _REQUIRED | {"symbol"}
    if absent := required - raw.keys():
        raise LetterError(f"{path.name}: front matter lacks {', '.join(sorted(absent))}")
    if unknown := raw.keys() - _REQUIRED - _OPTIONAL:
        raise LetterError(f"{path.name}: front matter has unknown {', '.join(sorted(unknown))}")
    for name in sorted(_DAYS):
        if name in raw and type(raw[name]) is not date:
            raise LetterError(f"{path.name}: {name} is no date (2025-09-15, without quotes)")
    facts = {n: tuple(f) if isinstance(f, list) else f for n, f in raw.pop("sample").items()}
    sentences = {name: text.strip() for name, text in raw.pop("wording", {}).items()}
    return LetterKind(
        name=path.stem,
        sample=facts,
        wording=sentences,
        recipients=tuple(raw.pop("recipients", ())),
        may_drop=tuple(raw.pop("may_drop", ())),
        **raw,
    )
