"""Lines of the review, the same on the page and in its workbook, each with what to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app import formats
from app.language import say
from app.models import Account, Facility, Prescriber
from app.services import review
from app.services.review import Cluster, Holder
from app.views.desk_register_pages import kind_name
from app.views.desk_register_rows import account_row, day
from workflows import Text

_NO_KIND = Text("Chưa ghi loại hình", "No type on record")
_APPLY = Text(
    "Đề nghị cơ sở nộp hồ sơ đăng ký mã liên thông.", "Ask the facility to apply for a code."
)
_APPLY_FOR = Text(
    "Đề nghị nơi làm việc nộp hồ sơ đăng ký mã cho người kê đơn.",
    "Ask the place of work to apply for the prescriber's code.",
)
_REMIND = Text(
    "Nhắc người giữ đổi mật khẩu; không đổi thì đề nghị thu hồi tài khoản.",
    "Remind the custodian to change the password, else propose to revoke the account.",
)
_ACTIVATE = Text(
    "Nhắc người giữ kích hoạt; không có nhu cầu thì đề nghị thu hồi tài khoản.",
    "Remind the custodian to activate it; if it is not needed, propose to revoke it.",
)
_OVERDUE = Text("Quá hạn đổi mật khẩu từ {day}", "Password due since {day}")
_UNUSED = Text("Chưa kích hoạt từ {day}", "Not activated since {day}")
# why → what it is, what to do
_DOUBLES = {
    "tax_code": (
        Text("Cùng mã số thuế", "Same tax code"),
        Text(
            "Là một cơ sở thì giữ một mã, đề nghị hủy mã kia; là các chi nhánh thì giữ nguyên.",
            "If it is one facility, keep one code and ask for the other to be cancelled; branches"
            " keep theirs.",
        ),
    ),
    "place": (
        Text("Cùng tên, cùng xã, phường", "Same name in the same commune"),
        Text(
            "Đối chiếu giấy phép; là một cơ sở thì giữ một mã, đề nghị hủy mã kia.",
            "Compare the licences; if it is one facility, keep one code and ask for the other to"
            " be cancelled.",
        ),
    ),
    "person": (
        Text("Cùng họ tên và số điện thoại", "Same name and phone"),
        Text(
            "Đối chiếu chứng chỉ; là một người thì giữ một mã, đề nghị hủy mã kia.",
            "Compare the licences; if it is one person, keep one code and ask for the other to"
            " be cancelled.",
        ),
    ),
}
_PRESCRIBER = Text("Người kê đơn", "Prescriber")


@dataclass(frozen=True, slots=True)
class List:
    """One list: its name on the tab and in files, its line, its columns as (heading, key)."""

    label: Text
    file: str
    line: Callable[[Any], dict[str, Any]]
    columns: Sequence[tuple[Text, str]]
    empty: Text


def facility_line(facility: Facility) -> dict[str, Any]:
    return {
        "name": facility.name,
        "href": url_for("desk.organisation", number=facility.id),
        "licence": facility.licence_no,
        "kind": kind_label(facility.kind),
        "address": facility.address,
        "todo": say(_APPLY),
    }


def prescriber_line(prescriber: Prescriber) -> dict[str, Any]:
    """Return a prescriber by the licence; the name stands on the own page only (rule O4)."""
    return {
        "licence": prescriber.licence_no,
        "href": url_for("desk.prescriber", number=prescriber.id),
        "since": day(prescriber.created_at),
        "todo": say(_APPLY_FOR),
    }


def double_line(cluster: Cluster) -> dict[str, Any]:
    why, todo = _DOUBLES[cluster.why]
    return {
        "why": say(why),
        "holders": [_holder(h) for h in cluster.holders],
        "todo": say(todo),
    }


def account_line(account: Account) -> dict[str, Any]:
    if review.is_unused(account) or account.password_due_on is None:
        why, todo = _UNUSED.fill(day=day(account.created_at)), _ACTIVATE
    else:
        why, todo = _OVERDUE.fill(day=formats.day(account.password_due_on)), _REMIND
    return {**account_row(account), "why": say(why), "todo": say(todo)}


def _holder(holder: Holder) -> dict[str, str]:
    endpoint = "desk.organisation" if holder.sort == "facility" else "desk.prescriber"
    return {
        "name": holder.name or say(_PRESCRIBER),
        "href": url_for(endpoint, number=holder.id),
        "licence": holder.number,
        "code": holder.code,
    }


def kind_label(kind: str) -> str:
    """Return a type of facility as the forms call it."""
    return kind_name(kind) if kind and kind != review.NO_KIND else say(_NO_KIND)


def table(name: str, rows: Sequence[Any]) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of a list for a workbook; each of several holders has a row."""
    columns = LISTS[name].columns
    headings = [say(heading) for heading, _key in columns]
    lines = [LISTS[name].line(row) for row in rows]
    if name == "doubles":
        lines = [
            {**line, **holder, "group": str(n)}
            for n, line in enumerate(lines, start=1)
            for holder in line["holders"]
        ]
    return headings, [[str(line[key]) for _heading, key in columns] for line in lines]


_WHAT_TO_DO = (Text("Việc cần làm", "What to do"), "todo")
_LICENCE = (Text("Số giấy", "Licence"), "licence")

LISTS: Mapping[str, List] = {
    "facilities": List(
        Text("Cơ sở chưa có mã", "Facilities without a code"),
        "co-so-chua-co-ma",
        facility_line,
        (
            (Text("Cơ sở", "Facility"), "name"),
            _LICENCE,
            (Text("Loại hình", "Type"), "kind"),
            (Text("Địa chỉ", "Address"), "address"),
            _WHAT_TO_DO,
        ),
        Text("Mọi cơ sở trong sổ đều có mã", "Every facility of the register has its code"),
    ),
    "prescribers": List(
        Text("Người kê đơn chưa có mã", "Prescribers without a code"),
        "nguoi-ke-don-chua-co-ma",
        prescriber_line,
        (
            (Text("Số chứng chỉ hành nghề", "Practice licence"), "licence"),
            (Text("Vào sổ ngày", "Entered on"), "since"),
            _WHAT_TO_DO,
        ),
        Text("Mọi người kê đơn đều có mã", "Every prescriber of the register has a code"),
    ),
    "doubles": List(
        Text("Nghi có hai mã", "Perhaps two codes"),
        "nghi-co-hai-ma",
        double_line,
        (
            (Text("Nhóm", "Group"), "group"),
            (Text("Dấu hiệu", "Sign"), "why"),
            (Text("Đối tượng", "Holder"), "name"),
            _LICENCE,
            (Text("Mã liên thông", "Interoperability code"), "code"),
            _WHAT_TO_DO,
        ),
        Text("Không thấy ai có hai mã", "Nobody seems to have two codes"),
    ),
    "accounts": List(
        Text("Tài khoản quá hạn rà soát", "Accounts past their review"),
        "tai-khoan-qua-han",
        account_line,
        (
            (Text("Tên đăng nhập", "Username"), "username"),
            (Text("Cơ sở", "Facility"), "holder"),
            _LICENCE,
            (Text("Hệ thống", "System"), "system"),
            (Text("Trạng thái", "State"), "state"),
            (Text("Lý do", "Reason"), "why"),
            _WHAT_TO_DO,
        ),
        Text("Không có tài khoản nào quá hạn", "No account is past its review"),
    ),
}
