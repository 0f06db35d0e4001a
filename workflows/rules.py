"""Checks over several answers at once: return the field to mend and the sentence, or None."""

from collections.abc import Callable, Mapping

from workflows.text import Text

Rule = Callable[[Mapping[str, str]], tuple[str, Text] | None]


_NOTHING_TO_CHANGE = Text(
    "Ghi ít nhất một thông tin cần thay đổi.", "Enter at least one thing to change."
)


def one_of(*names: str, says: Text = _NOTHING_TO_CHANGE) -> Rule:
    """Return the rule that at least one of some optional fields is filled."""

    def rule(answers: Mapping[str, str]) -> tuple[str, Text] | None:
        if any(answers.get(name) for name in names):
            return None
        return names[0], says

    return rule


def all_or_none(*names: str) -> Rule:
    """Return the rule that optional fields which make sense together come together."""

    def rule(answers: Mapping[str, str]) -> tuple[str, Text] | None:
        empty = [name for name in names if not answers.get(name)]
        if not empty or len(empty) == len(names):
            return None
        return empty[0], Text(
            "Ghi đủ các thông tin của mục này, hoặc để trống tất cả.",
            "Fill everything in this group, or leave all of it empty.",
        )

    return rule


def pharmacies_have_their_licence(answers: Mapping[str, str]) -> tuple[str, Text] | None:
    """Q2: a pharmacy has its own kind of licence; clinics and stations have another."""
    licence = answers.get("licence_no", "")
    if not licence or answers.get("facility_kind") in ("", "clinic", "vaccination"):
        return None
    if "KKDD" in licence:
        return None
    return "licence_no", Text(
        "Cơ sở kinh doanh dược nhập số giấy chứng nhận đủ điều kiện kinh doanh dược, ví dụ:"
        " 1234/ĐKKDD-LSO.",
        "A pharmacy enters the number of its pharmacy licence, for example 1234/ĐKKDD-LSO.",
    )
