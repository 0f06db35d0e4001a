"""Checks over several answers at once: return the field to mend and the sentence, or None."""

from collections.abc import Callable, Mapping

from workflows.text import Text

Rule = Callable[[Mapping[str, str]], tuple[str, Text] | None]


def one_of(*names: str) -> Rule:
    """Return the rule that at least one of some optional fields is filled."""

    def rule(answers: Mapping[str, str]) -> tuple[str, Text] | None:
        if any(answers.get(name) for name in names):
            return None
        return names[0], Text(
            "Ghi ít nhất một thông tin cần thay đổi.", "Enter at least one thing to change."
        )

    return rule
