"""Mail as people see it: what waits, what failed and why, and sending it again."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import db
from app.formats import mask_email, mask_number, short_moment
from app.language import say, say_stored
from app.models import OutgoingMail
from app.security.actors import staff
from app.services import audit, outbox, papers
from app.services import queue as queues
from app.transaction import transaction
from app.views import own_or_404
from app.views.desk import bp, for_administrators, mail_counts, me
from app.views.desk_pages import MAIL_STATES
from workflows import Text

_NAMES = {
    "code": Text("Mã xác thực", "One-time code"),
    "factor_changed": Text("Thay đổi xác thực hai lớp", "Change of second factors"),
    "recovery_used": Text("Đã dùng mã khôi phục", "Recovery code used"),
    "received": Text("Giấy tiếp nhận và hẹn trả", "Receipt"),
    "supplement_asked": Text("Yêu cầu bổ sung", "Supplement request"),
    "supplement_received": Text("Đã nhận bổ sung", "Supplement received"),
    "granted": Text("Kết quả giải quyết", "Result"),
    "refused": Text("Văn bản từ chối", "Refusal"),
    "withdrawn": Text("Xác nhận rút hồ sơ", "Withdrawal"),
    "lapsed": Text("Dừng giải quyết", "Stopped"),
    "staff_link": Text("Liên kết đặt mật khẩu", "Link to a password"),
    "staff_reset": Text("Liên kết đặt lại mật khẩu", "Link to reset a password"),
    "rights_changed": Text("Thay đổi quyền", "Changed rights"),
    "delegation": Text("Ủy quyền ký", "Delegation of signing"),
    "handed_over": Text("Phân công lại hồ sơ", "Dossiers re-assigned"),
    "address_changed": Text("Thay địa chỉ thư điện tử", "E-mail changed"),
    "idle_suspended": Text("Tạm ngừng do không sử dụng", "Suspended, not used"),
    "idle_suspended_list": Text("Tài khoản không sử dụng", "Accounts not used"),
    "reopened": Text("Mở lại quyền đăng ký", "Registration open again"),
    "new_device": Text("Đăng nhập từ thiết bị mới", "New device"),
    "password_changed": Text("Báo đã đổi mật khẩu", "Password changed"),
}


@bp.get("/desk/mail")
@for_administrators
def mail() -> ResponseReturnValue:
    """Show mails by state; an administrator sees neither recipients nor texts."""
    counts = mail_counts()
    moving = [s for s in papers.MAIL_STATES if counts.get(s)]
    state = request.args.get("state", "")
    if state not in papers.MAIL_STATES:
        state = moving[0] if moving else "sent"
    page = papers.mails(state, me(), after=request.args.get("after", ""))
    is_open = queues.may_see(me())
    return render_template(
        "desk/mail.html",
        state=state,
        tabs=[
            {
                "label": say(MAIL_STATES[s]),
                "href": url_for("desk.mail", state=s),
                "active": s == state,
                "count": counts.get(s, 0) if s in ("dead", "pending", "sending") else None,
            }
            for s in papers.MAIL_STATES
        ],
        rows=[_row(m, is_open=is_open) for m in page.rows],
        first=url_for("desk.mail", state=state) if request.args.get("after") else "",
        next=url_for("desk.mail", state=state, after=page.next) if page.next else "",
        is_open=is_open,
    )


def _row(mail: OutgoingMail, *, is_open: bool) -> dict[str, Any]:
    code = mail.dossier.code if mail.dossier else None
    # How a dossier was decided is part of what an administrator does not see.
    name = mail.name if is_open or mail.name != "refused" else "granted"
    return {
        "id": mail.id,
        "name": say(_NAMES.get(name, Text(name))),
        "subject": mail.subject if is_open else "",
        "recipient": _recipient(mail, is_open=is_open),
        "code": code or "",
        "dossier": url_for("desk.dossier", code=code) if code and is_open else "",
        "attempts": mail.attempts,
        "error": say_stored(mail.error),
        "created": short_moment(mail.created_at),
        "next": short_moment(mail.next_at),
        "sent": short_moment(mail.sent_at) if mail.sent_at else "",
        # A code whose fate is unknown must not go out twice; its owner asks for a new one.
        "dead": mail.state == "dead" and mail.channel == "mail",
    }


def _recipient(mail: OutgoingMail, *, is_open: bool) -> str:
    if mail.channel == "sms":
        return mask_number(mail.recipient)
    return mail.recipient if is_open else mask_email(mail.recipient)


@bp.post("/desk/mail/<int(max=2147483647):number>/retry")
@for_administrators
def retry(number: int) -> ResponseReturnValue:
    """Send a failed mail again."""
    with transaction():
        found: OutgoingMail = own_or_404(db.session.get(OutgoingMail, number, with_for_update=True))
        is_dead = found.state == "dead" and found.channel == "mail"
        if is_dead:
            outbox.retry(found)
        about = {"name": found.name, "was_dead": is_dead}
        audit.record("mail_retried", staff(me()), f"mail:{number}", about)
    if is_dead:
        flash(_("Thư được xếp gửi lại ngay."), "success")
    else:
        flash(_("Thư này không còn ở mục không gửi được."), "info")
    return redirect(url_for("desk.mail", state="dead"), 303)
