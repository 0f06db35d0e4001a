"""A sentence people read: Vietnamese first, English beside it."""

from typing import Self


class Text(str):
    """A Vietnamese string that carries its English translation in `.en`.

    It is a plain `str` wherever only the Vietnamese matters, so that a request
    type keeps both languages in its own file.
    """

    __slots__ = ("en",)
    en: str

    def __new__(cls, vi: str, en: str = "") -> Self:
        self = super().__new__(cls, vi)
        self.en = en or vi
        return self

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # str says one
        return str(self), self.en

    def fill(self, **values: object) -> "Text":
        """Put values into the {placeholders}; of a Text each language takes its own."""
        english = {n: v.en if isinstance(v, Text) else v for n, v in values.items()}
        return Text(self.format(**values), self.en.format(**english))
