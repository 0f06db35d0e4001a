"""Premises of actions: look at plain facts, return None or the sentence that says why not.

The facts a dossier has are gathered in app/services/facts.py; a guard never asks for more.
"""

from workflows.definition import Facts
from workflows.text import Text


def no_account_yet(facts: Facts) -> Text | None:
    """A1: one account per unit and system."""
    account = facts.get("account")
    if account is None:
        return None
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
    return Text(
        "Cơ sở chưa có tài khoản trên hệ thống này nên không thể thực hiện yêu cầu.",
        "The facility has no account on this system, so the request cannot be carried out.",
    )


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
