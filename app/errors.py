"""Refusals that people meet, and the one table of their HTTP answers."""

from collections.abc import Mapping

from workflows import Text


class AppError(Exception):
    """Base: `message` is for the person."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


class Conflict(AppError):
    """Somebody else was first."""


class NotReady(Conflict):
    """A letter may not go out as it is; the sentence says what to mend."""


class AlreadyDone(AppError):
    """The same person did the same thing a moment ago: a double click, not an error."""


class Invalid(AppError):
    """Fields were refused; `errors` is field → sentence."""

    def __init__(self, errors: Mapping[str, Text]) -> None:
        super().__init__(Text("Có thông tin cần sửa.", "Some fields need your attention."))
        self.errors = dict(errors)


class Refused(AppError):
    """A rule says no, for instance a second registration of one e-mail."""


class Locked(AppError):
    """Too many wrong tries; the sentence says how long to wait."""


class CodeNeeded(AppError):
    """The one-time code is asked for again, for one purpose; `problem` is why it was refused."""

    def __init__(self, purpose: str, problem: Text | None = None) -> None:
        super().__init__(Text("Cần nhập mã xác thực.", "A one-time code is needed."))
        self.purpose = purpose
        self.problem = problem
