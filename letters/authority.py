"""Who may sign with which words: Decree 30/2020/NĐ-CP, Article 13, and Appendix I, II.7."""

from datetime import date

from letters.data import Signer, SigningCapacity
from letters.errors import LetterError, Problem

_DEPUTY = "PHÓ "
# Titles of persons; "TM." stands before the name of a collective.
_PERSONS = ("GIÁM ĐỐC", "CHỦ TỊCH", "TRƯỞNG ", "CHÁNH ", "CỤC TRƯỞNG", "BỘ TRƯỞNG", "VIỆN TRƯỞNG")
_OF_UNITS = ("TRƯỞNG ", "CHÁNH ")


def check(signer: Signer, kind: str, on: date | None = None) -> None:
    """Raise LetterError when this person may not sign this kind of letter so, on this day."""
    if problem := objection(signer, kind, on):
        raise LetterError(f"{kind}: {problem.vi} {problem.en}")


def objection(signer: Signer, kind: str, on: date | None = None) -> Problem | None:
    """Say why this person may not sign this kind of letter so, on this day; None when they may."""
    position, head = signer.position.strip().upper(), signer.head_title.strip().upper()
    if not position or not signer.name.strip():
        return _said("Thiếu họ tên hoặc chức vụ của người ký.", "The signer has no name or title.")
    if signer.capacity not in ("", SigningCapacity.ACTING) and not head:
        return _said(
            f"Ký “{signer.capacity}” phải ghi chức vụ của người đứng đầu hoặc tên tập thể.",
            f"“{signer.capacity}” needs the title of the head or the name of the collective.",
        )
    match signer.capacity:
        case SigningCapacity.HEAD:
            return _head(position)
        case SigningCapacity.ACTING:
            return _acting(head or position)
        case SigningCapacity.DEPUTY:
            return _deputy(position, head)
        case SigningCapacity.COLLECTIVE:
            return _collective(head)
        case SigningCapacity.BY_ORDER:
            return _by_order(signer, position) or _mandate(signer, kind, on)
        case _:
            return _by_delegation(signer) or _mandate(signer, kind, on)


def _head(position: str) -> Problem | None:
    if not position.startswith(_DEPUTY):
        return None
    return _said(  # Article 13.1
        "Cấp phó ký thay người đứng đầu phải ghi “KT.”.",
        "A deputy signs for the head, with “KT.”.",
    )


def _acting(title: str) -> Problem | None:
    if not title.startswith(_DEPUTY):
        return None
    return _said(  # II.7b
        "“Q.” đứng trước chức vụ của người đứng đầu, không đứng trước chức vụ cấp phó.",
        "“Q.” stands before the title of the head, not of a deputy.",
    )


def _deputy(position: str, head: str) -> Problem | None:
    if position.startswith(_DEPUTY) and not head.startswith(_DEPUTY):
        return None
    return _said(  # Article 13.1
        "Chỉ cấp phó của người đứng đầu được ký “KT.”.",
        "Only a deputy of the head signs with “KT.”.",
    )


def _collective(name: str) -> Problem | None:
    if not name.startswith((*_PERSONS, _DEPUTY)):
        return None
    return _said(  # Article 13.2: bodies that decide together
        "“TM.” đứng trước tên tập thể hoặc cơ quan, không đứng trước chức vụ của một người.",
        "“TM.” stands before the name of a collective, not before the title of a person.",
    )


def _by_order(signer: Signer, position: str) -> Problem | None:
    unit_head = signer.unit_head.strip().upper()
    if unit_head:
        if position.startswith(_DEPUTY) and unit_head.startswith(_OF_UNITS):
            return None
        return _said(  # Article 13.4: the one who signs by order may hand it to a deputy
            "Người ký thừa lệnh chỉ được giao cấp phó của mình ký thay.",
            "Who signs by order may hand this to a deputy of the own unit only.",
        )
    if position.startswith(_OF_UNITS):
        return None
    return _said(  # Article 13.4
        "Chỉ người đứng đầu đơn vị thuộc cơ quan được ký “TL.”.",
        "Only the head of a unit of the office signs with “TL.”.",
    )


def _by_delegation(signer: Signer) -> Problem | None:
    mandate = signer.mandate
    if signer.unit_head:
        return _said(  # Article 13.3
            "Người được ủy quyền không được ủy quyền lại cho người khác ký.",
            "Who signs by delegation may not delegate further.",
        )
    if mandate and mandate.basis.strip() and mandate.until:
        return None
    return _said(  # Article 13.3: in writing, limited in time and matter
        "Ký “TUQ.” phải có văn bản ủy quyền, giới hạn thời gian và nội dung được ủy quyền.",
        "“TUQ.” needs a delegation in writing, limited in time and matter.",
    )


def _mandate(signer: Signer, kind: str, on: date | None) -> Problem | None:
    mandate = signer.mandate
    if mandate is None:
        return None
    if mandate.kinds and kind not in mandate.kinds:
        return _said(
            f"Loại văn bản này không nằm trong phạm vi được giao ký ({mandate.basis}).",
            f"This kind of letter is outside what the signer may sign ({mandate.basis}).",
        )
    is_early = on is not None and mandate.since is not None and on < mandate.since
    is_late = on is not None and mandate.until is not None and on > mandate.until
    if is_early or is_late:
        return _said(
            f"Ngày ký nằm ngoài thời hạn được giao ký ({mandate.basis}).",
            f"The day is outside the time for which the signer may sign ({mandate.basis}).",
        )
    return None


def _said(vi: str, en: str) -> Problem:
    return Problem("signer", vi, en)
