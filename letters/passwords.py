"""Finding what looks like a password (rule L3: no letter or annex ever carries one)."""

import re

_NAME = r"(?:mật\s+khẩu|mat\s+khau|password|passwd|passcode|mã\s+pin|mk|pwd)"
# At most two words between the name and its value: "mật khẩu tạm thời: …".
_GIVEN = re.compile(rf"(?i)\b{_NAME}(?:\s+\w+){{0,3}}?\s*(?:[:=]|\blà\b)\s*(\S+)(.*)", re.DOTALL)
_LABEL = re.compile(rf"(?i)\W*{_NAME}(?:\s+\w+){{0,3}}\W*")
_EDGES = "“”\"'‘’«»()[]<>,;.…"
_EMAIL = re.compile(r"[^@\s]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_TOKEN = re.compile(r"[!-~]{8,64}")
_SPECIAL = re.compile(r"[!#$%^&*?~+=@]")


def names_one(label: str) -> bool:
    """Tell whether a heading or a label announces a password."""
    return _LABEL.fullmatch(label) is not None


def place_in(text: str) -> int | None:
    """Return where something begins that looks like a password; None when nothing does."""
    for given in _GIVEN.finditer(text):
        token = given[1].strip(_EDGES)
        stands_alone = not given[2].strip() or given[1][-1] in ",;.)”"
        if token and (is_secret(token) or (stands_alone and _is_ascii_word(token))):
            return given.start(1)
    tokens = _TOKEN.finditer(text)
    return next((t.start() for t in tokens if is_generated(t[0].strip(_EDGES))), None)


def is_secret(token: str) -> bool:
    """Tell whether a word after "mật khẩu:" is a password: no syllable of a sentence."""
    if not token.isascii():
        return False
    is_word = token.isalpha() and token in (token.lower(), token.capitalize())
    return len(token) > 7 if is_word else len(token) > 3


def is_generated(token: str) -> bool:
    """Tell whether a word anywhere is mixed as no name, number or address is."""
    if len(token) < 8 or "/" in token or _EMAIL.fullmatch(token):
        return False
    lower, upper, digit = (re.search(c, token) for c in ("[a-z]", "[A-Z]", "[0-9]"))
    if not (lower and upper and digit):
        return False
    return bool(_SPECIAL.search(token)) or len(re.findall(r"[0-9]+", token)) > 1


def _is_ascii_word(token: str) -> bool:
    return token.isascii() and len(token) >= 4
