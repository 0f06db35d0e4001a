"""A dossier from one officer to another: what every request type may do while one works on it."""

from workflows.definition import Action, Role
from workflows.fields import Field, FieldType
from workflows.text import Text

NOTE = Field(
    "note",
    Text("Ý kiến", "Note"),
    FieldType.PARAGRAPHS,
    sample="Hồ sơ đầy đủ, thông tin khớp với giấy chứng nhận.",
    required=False,
    hint=Text("Chỉ lưu hành nội bộ.", "Internal only."),
    max_length=2000,
)
COLLEAGUE = Field(
    "colleague",
    Text("Người thụ lý mới", "The new officer"),
    FieldType.CHOICE,
    sample="Nông Văn Bình (binh)",
    hint=Text(
        "Chuyên viên được phân quyền đối với hệ thống của hồ sơ này.",
        "An officer with rights on the system of this dossier.",
    ),
    choices_from="officers",
)


def reassigned(*states: str) -> tuple[Action, ...]:
    """Return the way of a dossier to another officer: by who holds it, or when they leave."""
    return tuple(
        Action("reassign", Text("Chuyển người thụ lý", "Hand over to a colleague"),
               Text("đã chuyển người thụ lý", "handed the dossier over to another officer"),
               frozenset({Role.OFFICER, Role.SYSTEM}), (state,), state, effect="reassign",
               asks=(COLLEAGUE, NOTE))
        for state in states
    )  # fmt: skip
