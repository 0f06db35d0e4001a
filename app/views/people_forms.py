"""The forms of people and rights, as fields; what else a request carries is never looked at."""

from collections.abc import Mapping

from app.language import say
from app.models import User
from app.security.actors import ROLE_NAMES
from app.services import people, rights
from app.services.catalogues import CATALOGUES
from app.services.colleagues import label
from workflows import Choice, Field, FieldType, Text

_ALL = Text("Mọi hệ thống", "Every system")
BASIS = Field("basis", Text("Văn bản căn cứ", "Document it rests on"), FieldType.TEXT,
              sample="QĐ 12/QĐ-SYT ngày 05/01/2026")  # fmt: skip
REASON = Field("reason", Text("Lý do", "Reason"), FieldType.TEXT, sample="Nghỉ thai sản")
_POSITION = Field("position", Text("Chức vụ", "Position"), FieldType.TEXT, sample="Chuyên viên")
_CAPACITIES = (
    Choice(people.NONE, Text("Người đứng đầu, hoặc không ký", "The head, or does not sign")),
    *(Choice(c, Text(c)) for c in ("Q.", "KT.", "TL.", "TUQ.")),
)


def _role() -> Field:
    choices = tuple(Choice(r, ROLE_NAMES[r]) for r in rights.GRANTED)
    return Field("role", Text("Vai trò", "Role"), FieldType.CHOICE, sample="officer",
                 choices=choices,
                 hint=Text("Lãnh đạo và Quản trị cần người thứ hai xác nhận.",
                           "A leader and an administrator need a second person."))  # fmt: skip


def _system() -> Field:
    choices = (Choice(people.EVERY_SYSTEM, _ALL), *CATALOGUES["systems"].choices())
    return Field("system", Text("Hệ thống", "System"), FieldType.CHOICE, sample="*",
                 choices=choices)  # fmt: skip


def _unit() -> Field:
    choices = tuple(Choice(u.symbol, Text(u.name)) for u in people.units())
    return Field("unit", Text("Phòng", "Division"), FieldType.CHOICE, sample="", choices=choices)


def invitation() -> tuple[Field, ...]:
    """Return what is asked of somebody new."""
    return (
        Field("full_name", Text("Họ và tên", "Full name"), FieldType.NAME, sample="Nông Thị Mai"),
        Field("username", Text("Tên đăng nhập", "Sign-in name"), FieldType.TEXT, sample="mai",
              max_length=50),
        Field("email", Text("Thư điện tử", "E-mail"), FieldType.EMAIL, sample="mai@example.vn"),
        Field("phone", Text("Điện thoại", "Phone"), FieldType.PHONE, sample="0205 3800 111",
              required=False),
        _POSITION,
        _unit(),
        _role(),
        _system(),
        Field("capacity", Text("Thẩm quyền ký", "Signs as"), FieldType.CHOICE, sample="KT.",
              choices=_CAPACITIES),
        BASIS,
    )  # fmt: skip


def act_fields(act: str, user: User) -> tuple[Field, ...]:
    """Return what an act on a person asks for."""
    match act:
        case "grant":
            return (_role(), _system(), BASIS)
        case "suspend":
            return (REASON,)
        case "move":
            return (_unit(), _POSITION)
        case "hand_over":
            held = people.in_hand(user)
            fit = people.fit_to_take_over(user, held)
            choices = tuple(Choice(label(u), Text(label(u))) for u in fit)
            return (
                Field("colleague", Text("Người tiếp nhận", "Who takes over"), FieldType.CHOICE,
                      sample="", choices=choices,
                      hint=Text("Chuyên viên có quyền đối với mọi hệ thống của các hồ sơ này.",
                                "Officers with rights on every system of these dossiers.")),
            )  # fmt: skip
        case _:
            return ()


LABELS: Mapping[str, Text] = {
    "grant": Text("Phân quyền", "Give a right"),
    "reset_password": Text("Gửi liên kết đặt lại mật khẩu", "Send a link to a new password"),
    "reset_otp": Text("Đặt lại mật khẩu và ứng dụng xác thực", "Reset password and authenticator"),
    "suspend": Text("Tạm ngừng", "Suspend"),
    "resume": Text("Mở lại tài khoản", "Reopen the account"),
    "move": Text("Chuyển phòng, chức vụ", "Move"),
    "hand_over": Text("Phân công lại hồ sơ", "Re-assign the dossiers"),
    "leave": Text("Đóng tài khoản (thôi việc)", "Close the account (leaves)"),
}


def state_of(user: User) -> tuple[str, str]:
    """Return how an account stands: a tone of the badges, and its word."""
    if user.left_at:
        return "closed", say(Text("Đã thôi việc", "Left"))
    if not user.is_active:
        return "refused", say(Text("Tạm ngừng", "Suspended"))
    if not user.totp_last_step:
        return "waiting", say(Text("Chưa kích hoạt", "Not opened yet"))
    return "done", say(Text("Đang dùng", "In use"))
