"""The forms of people and rights, as fields; what else a request carries is never looked at."""

from collections.abc import Container, Mapping
from dataclasses import replace

from app.language import say
from app.models import User
from app.security.actors import ROLE_NAMES
from app.services import people, rights
from app.services.catalogues import CATALOGUES
from app.services.colleagues import label
from workflows import Choice, Field, FieldType, Role, Text

_ALL = Text("Mọi hệ thống", "Every system")
BASIS = Field("basis", Text("Văn bản căn cứ", "Document it rests on"), FieldType.TEXT,
              sample="QĐ 12/QĐ-SYT ngày 05/01/2026")  # fmt: skip
_CLOSING = Text(
    "Tài khoản đóng hẳn: mọi quyền, ủy quyền và phiên đăng nhập kết thúc.",
    "The account is closed for good: every right, delegation and session ends.",
)
REASON = Field("reason", Text("Lý do", "Reason"), FieldType.TEXT, sample="Nghỉ thai sản")
_NAME = Field("full_name", Text("Họ và tên", "Full name"), FieldType.NAME, sample="Nông Thị Mai")
_EMAIL = Field("email", Text("Thư điện tử", "E-mail"), FieldType.EMAIL, sample="mai@example.vn")
_PHONE = Field("phone", Text("Điện thoại", "Phone"), FieldType.PHONE, sample="0205 3800 111",
               required=False)  # fmt: skip
_POSITION = Field("position", Text("Chức vụ", "Position"), FieldType.TEXT, sample="Chuyên viên")
# As Decree 30/2020, Art. 13 and Appendix I (6a), name them.
_CAPACITIES: Mapping[str, Text] = {
    "": Text("Người đứng đầu", "The head"),
    "Q.": Text("Q. (quyền người đứng đầu)", "Q. (acting head)"),
    "KT.": Text("KT. (ký thay: cấp phó)", "KT. (deputy, in place of the head)"),
    "TL.": Text("TL. (ký thừa lệnh: cấp phòng)", "TL. (by order: head of a division)"),
    "TUQ.": Text("TUQ. (ký thừa ủy quyền)", "TUQ. (by delegation)"),
}


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


def _capacity() -> Field:
    choices = tuple(Choice(c or people.HEAD, label) for c, label in _CAPACITIES.items())
    return Field("capacity", Text("Thẩm quyền ký", "Signs as"), FieldType.CHOICE, sample="KT.",
                 choices=choices, when=("role", Role.SIGNER),
                 hint=Text("Của vai trò Lãnh đạo.", "Of the role of a leader."))  # fmt: skip


def capacity_name(capacity: str) -> Text:
    """Return how somebody signs, as people read it."""
    return _CAPACITIES.get(capacity, Text(capacity))


def _unit() -> Field:
    choices = tuple(Choice(u.symbol, Text(u.name)) for u in people.units())
    return Field("unit", Text("Phòng", "Division"), FieldType.CHOICE, sample="", choices=choices)


def invitation() -> tuple[Field, ...]:
    """Return what is asked of somebody new."""
    return (
        _NAME,
        Field("username", Text("Tên đăng nhập", "Sign-in name"), FieldType.TEXT, sample="mai",
              max_length=50),
        _EMAIL,
        _PHONE,
        _POSITION,
        _unit(),
        _role(),
        _system(),
        _capacity(),
        BASIS,
    )  # fmt: skip


def act_fields(act: str, user: User) -> tuple[Field, ...]:
    """Return what an act on a person asks for."""
    match act:
        case "grant":
            return (_role(), _system(), _capacity(), BASIS)
        case "suspend":
            return (REASON,)
        case "move":
            return (_unit(), _POSITION)
        case "correct":
            return (_NAME, _EMAIL, _PHONE)
        case "leave":
            return (replace(BASIS, hint=_CLOSING),)
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


def known(act: str, user: User) -> dict[str, str]:
    """Return what a form begins with: what is changed stands there as it is."""
    now = {"unit": user.unit.symbol, "position": user.position, "full_name": user.full_name,
           "email": user.email, "phone": user.phone}  # fmt: skip
    return {f.name: now[f.name] for f in act_fields(act, user) if f.name in now}


LABELS: Mapping[str, Text] = {
    "grant": Text("Phân quyền", "Give a right"),
    "reset_password": Text("Gửi liên kết đặt lại mật khẩu", "Send a link to a new password"),
    "reset_otp": Text("Đặt lại mật khẩu và ứng dụng xác thực", "Reset password and authenticator"),
    "suspend": Text("Tạm ngừng", "Suspend"),
    "resume": Text("Mở lại tài khoản", "Reopen the account"),
    "move": Text("Chuyển phòng, chức vụ", "Move"),
    "correct": Text("Sửa thông tin", "Correct the data"),
    "hand_over": Text("Phân công lại hồ sơ", "Re-assign the dossiers"),
    "leave": Text("Đóng tài khoản (thôi việc)", "Close the account (leaves)"),
}


def state_of(user: User, opened: Container[int]) -> tuple[str, str]:
    """Return how an account stands: a tone of the badges, and its word."""
    if user.left_at:
        return "closed", say(Text("Đã thôi việc", "Left"))
    if not user.is_active:
        return "refused", say(Text("Tạm ngừng", "Suspended"))
    if user.id not in opened:
        return "waiting", say(Text("Chưa kích hoạt", "Not opened yet"))
    return "done", say(Text("Đang dùng", "In use"))
