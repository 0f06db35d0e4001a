"""How somebody would guess a password who knows the lists, the person and the house; offline."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from app import formats
from workflows import Text

# Ours, and those of the accounts that seeds 000 and 002 hand out: whoever guesses starts here.
_HOUSE = frozenset(
    {
        "vanthu", "soyte", "boyte", "yte", "matkhau", "password", "passwd", "admin", "quantri",
        "congvan", "donthuoc", "donthuocquocgia", "duocquocgia", "tiemchung", "lienthong",
        "nhathuoc", "quaythuoc", "abc",
    }
)  # fmt: skip
# zxcvbn refuses more, and what is longer is not guessed by its lists.
_READ = 72
# Guesses that a password outlasts; a random one of eight characters does (10^8).
_ENOUGH = 10**8
_HUMPS = re.compile(r"(?<=[a-zà-ỹ])(?=[A-ZÀ-Ỹ])")
_LEET = str.maketrans("0134578@$!+", "oieastbasit")
_PATTERNS = {
    "repeat": Text("ký tự lặp lại", "repeated characters"),
    "sequence": Text("dãy ký tự liên tiếp", "a sequence of characters"),
    "spatial": Text("các phím liền nhau trên bàn phím", "keys side by side on the keyboard"),
}

_KNOWN = Text(
    "Mật khẩu này nằm trong danh sách mật khẩu đã bị lộ. Ông/Bà chọn mật khẩu khác hẳn.",
    "This password is on lists of leaked passwords. Please choose a different one.",
)


def weakness(password: str, about: Collection[str]) -> Text | None:
    """Say what makes a password easy to guess, or None."""
    if is_known(password):
        return _KNOWN
    word = _word_in(password, about)
    if word:
        return Text(
            "Bỏ «{word}» khỏi mật khẩu: tên người, tên đơn vị và từ hay dùng bị đoán trước tiên.",
            "Leave «{word}» out: names of people and units and common words are guessed first.",
        ).fill(word=word)
    return _guessed(password, about)


def is_known(password: str) -> bool:
    """Tell whether a password is among the leaked ones, also with the usual disguises."""
    leaked = _library().matching.RANKED_DICTIONARIES["passwords"]
    plain = formats.fold(password)
    letters = re.sub(r"[^a-z0-9]", "", plain)
    readings = {password.lower(), plain, letters, plain.translate(_LEET)}
    return any(reading in leaked for reading in readings)


@cache
def _library() -> Any:
    # A tenth of a second and some megabytes: for those who sign in, not for every command.
    import zxcvbn.matching

    return zxcvbn


def _word_in(password: str, about: Collection[str]) -> str:
    """Return the first word of the person or the house that the password contains."""
    plain = formats.fold(password)
    readings = {_squash(plain), _squash(plain.translate(_LEET))}
    # «anLuong» and «an-luong» hold the words an, luong, as people read them.
    split = _HUMPS.sub(" ", password)
    tokens = set(re.split(r"[^a-z]+", formats.fold(split)))
    tokens |= set(re.split(r"[^a-z]+", plain)) | set(re.split(r"[^a-z]+", plain.translate(_LEET)))
    for word in sorted({*_HOUSE, *_words(about)}, key=lambda w: (-len(w), w)):
        # Short ones only where they stand alone: «chi» is no reason against «machine».
        if word in tokens or (len(word) > 4 and any(word in reading for reading in readings)):
            return word
    return ""


def _words(about: Collection[str]) -> Iterator[str]:
    """Yield the words of each text, and each run of words written as one."""
    for text in about:
        words = [w for w in re.split(r"[^a-z0-9]+", formats.fold(text)) if w]
        for first in range(len(words)):
            for last in range(first, min(first + 6, len(words))):
                joined = "".join(words[first : last + 1])
                if len(joined) >= 3:
                    yield joined


def _squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)


def _guessed(password: str, about: Collection[str]) -> Text | None:
    # Without diacritics, as the lists and whoever guesses write them.
    read = "".join(formats.fold(c) or c for c in password[:_READ])
    cased = "".join(f.upper() if c.isupper() else f for c, f in zip(password, read, strict=False))
    found = _library().zxcvbn(cased[:_READ], user_inputs=[*_words(about), *_HOUSE])
    for match in found["sequence"]:
        named = _PATTERNS.get(match["pattern"])
        if named is not None and len(match["token"]) * 2 >= len(cased):
            return Text(
                "Mật khẩu dễ đoán vì phần lớn là {what}. Ông/Bà thay phần đó bằng từ khác.",
                "Easy to guess: most of it is {what}. Please replace that part with other words.",
            ).fill(what=named)
    if found["guesses"] >= _ENOUGH:
        return None
    return Text(
        "Mật khẩu này dễ đoán. Ông/Bà thêm một hai từ không liên quan đến nhau.",
        "This password is easy to guess. Please add one or two unrelated words.",
    )
