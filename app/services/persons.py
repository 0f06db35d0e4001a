"""Looking for a person: two things that only somebody who knows them has (rule O4)."""

from dataclasses import dataclass

from app import formats
from app.errors import Refused
from workflows import FieldError, Text, licences, validators


def person(name: str, phone: str, number: str) -> "Person":
    """Return whom to look for; one field alone finds nobody.

    Raises Refused with the rule, FieldError for a phone number that is none.
    """
    folded, phone, number = formats.fold(name), phone.strip(), number.strip()
    if not folded or not (phone or number):
        raise Refused(
            Text(
                "Để tìm một người, nhập hai thông tin cùng lúc: họ tên và số điện thoại, hoặc họ"
                " tên và số giấy tờ. Một thông tin thì chưa đủ.",
                "To find a person, enter two things together: name and phone, or name and the"
                " number of a paper. One alone is not enough.",
            )
        )
    return Person(folded, validators.phone(phone) if phone else "", number)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is looked for: a folded name, and a phone, a number, or both."""

    name: str
    phone: str = ""
    number: str = ""

    @property
    def licences(self) -> frozenset[str]:
        """The number as typed and as the forms keep the number of a licence."""
        try:
            return frozenset({self.number, licences.licence(self.number)})
        except FieldError:
            return frozenset({self.number})

    @property
    def personal_id(self) -> str:
        """The number as the forms keep a personal ID number."""
        return self.number.replace(" ", "").replace(".", "")
