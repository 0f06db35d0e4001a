"""Premises of actions: look at plain facts, return None or the sentence that says why not.

The facts a dossier has are gathered in app/services/facts.py; a guard never asks for more.
"""

from workflows.definition import Facts, Guard
from workflows.text import Text


def every(*guards: Guard) -> Guard:
    """Return the premise that all of these hold; the first that does not has the word."""

    def guard(facts: Facts) -> Text | None:
        return next((reason for each in guards if (reason := each(facts)) is not None), None)

    return guard


def not_extended_yet(facts: Facts) -> Text | None:
    """Decree 61/2018, Art. 19.9: the day of the result is put off once at most."""
    if not facts.get("extended_from"):
        return None
    return Text(
        "Ngày hẹn trả đã được lùi một lần (trước đó hẹn ngày {day}); pháp luật chỉ cho hẹn lại"
        " một lần.",
        "The day of the result was put off before (it was {day}); the law allows it once.",
    ).fill(day=facts["extended_from"])


def no_account_yet(facts: Facts) -> Text | None:
    """A1: one account per unit and system; V2: one for all the facilities of a vendor."""
    account = facts.get("account")
    if account is None:
        return None
    if facts.get("is_vendor"):
        return Text(
            "Đơn vị cung cấp phần mềm đã có tài khoản {username} trên {system}, cấp theo hồ sơ"
            " {dossier}. Mỗi đơn vị dùng một tài khoản chung cho tất cả các cơ sở sử dụng phần"
            " mềm của mình.",
            "The vendor already has the account {username} on {system}, granted by dossier"
            " {dossier}. A vendor has one account for all the facilities that use its software.",
        ).fill(**account)
    return Text(
        "Cơ sở đã có tài khoản {username} trên {system}, cấp theo hồ sơ {dossier}."
        " Mỗi cơ sở chỉ có một tài khoản trên mỗi hệ thống.",
        "The facility already has the account {username} on {system}, granted by dossier"
        " {dossier}. A facility has one account per system.",
    ).fill(**account)


def account_exists(facts: Facts) -> Text | None:
    """An account that is not there cannot be changed."""
    if facts.get("account") is not None:
        return None
    if facts.get("is_vendor"):
        return Text(
            "Đơn vị cung cấp phần mềm chưa có tài khoản trên hệ thống này nên không thể thực hiện"
            " yêu cầu.",
            "The vendor has no account on this system, so the request cannot be carried out.",
        )
    return Text(
        "Cơ sở chưa có tài khoản trên hệ thống này nên không thể thực hiện yêu cầu.",
        "The facility has no account on this system, so the request cannot be carried out.",
    )


def vendor_is_connected(facts: Facts) -> Text | None:
    """V1: a facility connects through a vendor while that vendor's own account is open."""
    vendor = facts.get("vendor")
    if vendor is None or vendor["is_open"]:
        return None
    return Text(
        "{name} không còn tài khoản kết nối nên cơ sở không thể kết nối qua phần mềm của đơn vị"
        " này. Yêu cầu bổ sung để cơ sở chọn đơn vị khác hoặc kết nối trực tiếp.",
        "{name} has no connection account any more, so nobody can connect through its software."
        " Ask for a supplement: another vendor, or a direct connection.",
    ).fill(**vendor)


def list_is_current(facts: Facts) -> Text | None:
    """The facilities in the letter that is signed are those that are cut off, no more, no less."""
    moved = facts.get("moved")
    if moved is None or not (moved["joined"] or moved["left"]):
        return None
    return Text(
        "Danh sách cơ sở đã thay đổi sau khi trình: thêm {joined}, bớt {left} cơ sở. Chọn «Trả lại"
        " chuyên viên» để trình lại với danh sách mới.",
        "The list of facilities has changed since the proposal: {joined} more, {left} fewer. Send"
        " it back, to be proposed again with the new list.",
    ).fill(**moved)


def by_the_custodian(facts: Facts) -> Text | None:
    """A first access goes to nobody but the custodian on record."""
    missing = account_exists(facts)
    if missing is not None or facts["account"]["custodian_email"] == facts["email"]:
        return missing
    return Text(
        "Thư điện tử nộp hồ sơ không phải của người giữ tài khoản trên sổ ({custodian}). Nếu đã"
        " đổi người giữ, cơ sở dùng thủ tục bàn giao tài khoản; nếu đổi thư điện tử, dùng thủ"
        " tục thay đổi thông tin tài khoản.",
        "The applicant's e-mail is not that of the custodian on record ({custodian}). For a new"
        " custodian use the handover; for a new e-mail use the change of particulars.",
    ).fill(**facts["account"])


def access_unused(facts: Facts) -> Text | None:
    """L3: a new link replaces one that nobody used; whoever lost a password asks for a reset."""
    access = facts.get("access")
    if access is None:
        return Text(
            "Hồ sơ này không có liên kết kích hoạt để cấp lại.",
            "This dossier has no activation link to issue again.",
        )
    if access["is_closed"]:
        return Text(
            "Tài khoản {username} đã được thu hồi nên không cấp lại liên kết kích hoạt.",
            "The account {username} was revoked, so its activation link is not issued again.",
        ).fill(**access)
    if access["replaced_by"]:
        return Text(
            "Liên kết của hồ sơ này đã được thay bằng liên kết của hồ sơ {replaced_by}. Nếu cần,"
            " cấp lại tại hồ sơ đó.",
            "The link of this dossier was replaced by that of dossier {replaced_by}. Issue it"
            " again there if need be.",
        ).fill(**access)
    if access["is_used"]:
        return Text(
            "Tài khoản {username} đã được kích hoạt. Nếu mất mật khẩu, người giữ tài khoản nộp hồ"
            " sơ «Cấp lại mật khẩu».",
            "The account {username} has been activated. A custodian who lost the password files"
            " “New password”.",
        ).fill(**access)
    return None


def no_code_yet(facts: Facts) -> Text | None:
    """C1: one code per facility and one per prescriber; a duplicate points to the first."""
    code = facts.get("code")
    if code is None:
        return None
    return Text(
        "Đã có mã liên thông {code}, cấp theo hồ sơ {dossier}. Mỗi cơ sở và mỗi người kê đơn chỉ"
        " có một mã.",
        "There is a code already: {code}, registered by dossier {dossier}. A facility and a"
        " prescriber have one code each.",
    ).fill(**code)


def has_recipients(facts: Facts) -> Text | None:
    """A dispatch to a list needs the list, and every row of it right."""
    rows = facts["recipients"]
    if rows["wrong"]:
        return Text(
            "Danh sách còn {wrong} dòng cần sửa. Mở danh sách, sửa hoặc bỏ các dòng đó.",
            "{wrong} rows of the list need attention. Open the list and mend or remove them.",
        ).fill(wrong=rows["wrong"])
    if rows["total"]:
        return None
    return Text(
        "Danh sách chưa có đơn vị nào. Thêm ít nhất một đơn vị nhận.",
        "The list is empty. Add at least one recipient.",
    )


def no_unit_has_an_account(facts: Facts) -> Text | None:
    """A1, for every unit of a list."""
    taken = facts["recipients"]["taken"]
    if not taken:
        return None
    return Text(
        "Đã có tài khoản trên hệ thống này: {names}. Chọn «Chỉnh sửa danh sách» để bỏ các đơn vị"
        " đó.",
        "These have an account on the system already: {names}. Revise the list to remove them.",
    ).fill(names="; ".join(taken))


def somebody_is_silent(facts: Facts) -> Text | None:
    """There is nobody to remind once all have answered."""
    if facts["recipients"]["silent"]:
        return None
    return Text("Tất cả đơn vị đã trả lời.", "Everybody has answered.")


def may_summarise(facts: Facts) -> Text | None:
    """V3: comments are open until their deadline, unless all have come."""
    rows = facts["recipients"]
    if not rows["silent"] or rows["is_over"]:
        return None
    return Text(
        "Còn {silent} đơn vị chưa góp ý và chưa hết hạn ngày {deadline}.",
        "{silent} bodies have not answered and the deadline, {deadline}, is not over.",
    ).fill(silent=rows["silent"], deadline=rows["deadline"])
