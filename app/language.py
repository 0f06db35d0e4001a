"""Vietnamese first, English by switch; the choice is kept in a cookie."""

from flask import has_request_context, request
from flask_babel import get_locale, gettext

from workflows import Text

COOKIE = "vanthu_lang"
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}


def choose() -> str:
    """Return the language of this request; letters and mails are always Vietnamese."""
    if not has_request_context():
        return "vi"
    chosen = request.cookies.get(COOKIE, "vi")
    return chosen if chosen in LANGUAGES else "vi"


def say(text: str) -> str:
    """Return a sentence in the language of this request."""
    if isinstance(text, Text) and str(get_locale() or "vi") == "en":
        return text.en
    return str(text)


def stored(sentence: str) -> str:
    """Mark a sentence for translation that is kept in Vietnamese: import it as `_`."""
    return sentence


def say_stored(sentence: str) -> str:
    """Return a kept sentence in the language of this request; what follows «: » is a detail."""
    about, colon, detail = sentence.partition(": ")
    return f"{gettext(about)}{colon}{detail}" if about else ""
