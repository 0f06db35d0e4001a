"""The audit trail: every sign-in, view of personal data, change, export and act, to the person.

Acts on dossiers are rows of their own history (services.history); everything else is a row here.
A row is sealed with a key outside the database over all it says and the row before it in its
lane, so that nobody who can only write the database can forge one.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from flask import has_request_context
from sqlalchemy import select, update

from app import clock
from app.database import insert_into
from app.extensions import db
from app.formats import mask_email
from app.models import AuditEvent, AuditHead
from app.security import keys, sessions
from app.security.actors import ROLE_NAMES, Actor
from workflows import Role, Text

# Different pages of one thing that are looked for among the last rows about it.
_SAME = 20
NOBODY = Actor(name="")
"""Who tried to come in and is not known to be anybody."""

# Every word a row may carry, and how a page says it.
WHAT: Mapping[str, Text] = {
    "signed_in": Text("đăng nhập", "signed in"),
    "password_given": Text("nhập đúng mật khẩu", "gave the right password"),
    "sign_in_refused": Text("đăng nhập không thành công", "failed to sign in"),
    "signed_out": Text("đăng xuất", "signed out"),
    "new_device": Text("đăng nhập từ thiết bị mới", "signed in by a new device"),
    "password_changed": Text("đổi mật khẩu", "changed the password"),
    "password_refused": Text("nhập sai mật khẩu hiện tại", "gave a wrong current password"),
    "session_ended": Text("kết thúc phiên đăng nhập khác", "ended another session"),
    "code_refused": Text("nhập sai mã xác thực", "gave a wrong one-time code"),
    "confirmed": Text("xác nhận bằng mã", "confirmed with a code"),
    "right_proposed": Text("đề nghị phân quyền", "proposed a right"),
    "rights_changed": Text("thay đổi quyền", "changed rights"),
    "rights_confirmed": Text("rà soát, xác nhận quyền", "reviewed and confirmed rights"),
    "person_invited": Text("mời người dùng", "invited a person"),
    "person_suspended": Text("tạm ngừng tài khoản", "suspended an account"),
    "person_resumed": Text("mở lại tài khoản", "reopened an account"),
    "person_corrected": Text("sửa thông tin người dùng", "corrected the data of a person"),
    "person_moved": Text("chuyển phòng, chức vụ", "moved a person"),
    "person_left": Text("đóng tài khoản của người thôi việc", "closed the account of a leaver"),
    "access_reset": Text("gửi liên kết đặt lại", "sent a link to reset access"),
    "dossiers_handed_over": Text("phân công lại hồ sơ", "re-assigned dossiers"),
    "delegated": Text("ghi nhận ủy quyền ký", "entered a delegation of signing"),
    "delegation_revoked": Text("chấm dứt ủy quyền ký", "revoked a delegation of signing"),
    "exported": Text("kết xuất dữ liệu", "exported data"),
    "consents_chosen": Text("chọn mục đích sử dụng dữ liệu", "chose purposes of personal data"),
    "data_copied": Text("lấy bản sao dữ liệu của mình", "took a copy of their own data"),
    "data_requested": Text("yêu cầu về dữ liệu cá nhân", "asked about personal data"),
    "data_request_answered": Text(
        "trả lời yêu cầu về dữ liệu cá nhân", "answered a request about personal data"
    ),
    "erased": Text("xóa dữ liệu cá nhân", "erased personal data"),
    "personal_data_seen": Text("xem đầy đủ số của cá nhân", "saw a person's numbers in full"),
    "dossier_seen": Text("xem hồ sơ", "looked at a dossier"),
    "letter_seen": Text("xem văn bản", "looked at a letter"),
    "register_seen": Text("xem mục trong sổ đăng ký", "looked at an entry of the registers"),
    "list_seen": Text("xem danh sách", "looked at a list"),
    "person_searched": Text("tìm một người", "looked for a person"),
    "link_opened": Text("mở liên kết trong thư", "opened a link of a mail"),
    "code_sent": Text("yêu cầu gửi mã", "asked for a code"),
    "access_shown": Text("nhận mật khẩu lần đầu", "was shown the first password"),
    "acknowledged": Text("xác nhận đã nhận hoặc góp ý", "acknowledged or commented"),
    "draft_begun": Text("lập bản nháp hồ sơ", "began a draft"),
    "wording_changed": Text("sửa lời văn của văn bản", "changed the wording of a letter"),
    "arrival_entered": Text("vào sổ văn bản đến", "entered an incoming dispatch"),
    "mail_retried": Text("gửi lại thư", "sent a mail again"),
    "signing_retried": Text("yêu cầu ký lại văn bản", "asked to sign a letter again"),
    "list_compared": Text("đối chiếu danh sách với sổ", "compared a list with the registers"),
    "audit_seen": Text("xem nhật ký", "looked at the audit trail"),
    "check_asked": Text("yêu cầu kiểm tra nhật ký", "asked to verify the audit trail"),
    "sealed": Text("niêm phong nhật ký của ngày", "sealed the evidence of a day"),
    "department_loaded": Text("nạp dữ liệu cơ quan", "loaded the department's data"),
    "book_planned": Text("quy định sổ lấy số", "decided which book numbers come from"),
    "schema_changed": Text("thay đổi cấu trúc cơ sở dữ liệu", "changed the database schema"),
    "file_seen": Text("xem tệp", "looked at a file"),
    "upload_refused": Text("gửi tệp có mã độc, bị từ chối", "sent an infected file, refused"),
    "factor_added": Text("thêm cách xác thực", "added a second factor"),
    "factor_removed": Text("gỡ cách xác thực", "removed a second factor"),
    "factor_preferred": Text("chọn cách xác thực dùng trước", "chose the first second factor"),
    "factor_locked": Text("bị khóa xác thực hai lớp", "was locked out of the second step"),
    "factors_reset": Text("đặt lại xác thực hai lớp", "reset somebody's second factors"),
    "recovery_made": Text("tạo mã khôi phục", "made recovery codes"),
    "recovery_used": Text("dùng mã khôi phục", "used a recovery code"),
}


def record(
    what: str, actor: Actor, about: str = "", details: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Write one row behind the actor's last one, in the caller's transaction."""
    if what not in WHAT:
        raise KeyError(what)
    lane = _lane(actor)
    db.session.execute(
        insert_into(db.engine, AuditHead)
        .values(lane=lane, seq=0, hash="")
        .on_conflict_do_nothing(index_elements=[AuditHead.lane])
    )
    # Locked to the end of the transaction: rows of one lane are written one after another.
    previous = db.session.execute(
        select(AuditHead.seq, AuditHead.hash).where(AuditHead.lane == lane).with_for_update()
    ).one()
    event = AuditEvent(
        lane=lane,
        seq=previous.seq + 1,
        at=clock.now(),
        what=what,
        user_id=actor.user_id,
        actor_name=_name(actor),
        about=about,
        details=dict(details or {}),
        client=sessions.client() if has_request_context() else "",
        previous_hash=previous.hash,
    )
    event.hash = digest(event)
    db.session.add(event)
    db.session.execute(
        update(AuditHead).where(AuditHead.lane == lane).values(seq=event.seq, hash=event.hash)
    )
    return event


def is_recent(
    what: str, actor: Actor, about: str, *, details: Mapping[str, Any], within: timedelta
) -> bool:
    """Tell whether somebody's lane has the very same row of a moment ago."""
    found = db.session.scalars(
        select(AuditEvent.details)
        .where(
            AuditEvent.about == about,
            AuditEvent.at > clock.now() - within,
            AuditEvent.lane == _lane(actor),
            AuditEvent.what == what,
        )
        .order_by(AuditEvent.at.desc())
        .limit(_SAME)
    )
    return any(before == dict(details) for before in found)


def _lane(actor: Actor) -> str:
    if actor.is_console:
        return "console"
    if actor.user is not None:
        return f"user:{actor.user.id}"
    if actor.email:
        return f"portal:{keys.blind('audit', actor.email)}"
    return "nobody" if actor is NOBODY else "system"


def _name(actor: Actor) -> str:
    if actor.user is None and actor.email:
        # Nothing of the trail is ever erased: it knows a person by the lane, not by name.
        return mask_email(actor.email)
    return actor.name or ("" if actor is NOBODY else str(ROLE_NAMES[Role.SYSTEM]))


def digest(event: AuditEvent) -> str:
    """Return the seal of a row over all it says and the seal before it."""
    content = [
        event.lane, event.seq, event.at.isoformat(), event.what, event.user_id,
        event.actor_name, event.about, event.details, event.client, event.previous_hash,
    ]  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return keys.mac("audit", text)


def about(what: str, most: int = 50) -> list[AuditEvent]:
    """Return the last rows about something, the newest first."""
    query = select(AuditEvent).where(AuditEvent.about == what).order_by(AuditEvent.id.desc())
    return list(db.session.scalars(query.limit(most)))


def problems() -> Iterator[str]:
    """Yield one line for each row that was changed, removed or put elsewhere."""
    ends = {h.lane: (h.seq, h.hash) for h in db.session.scalars(select(AuditHead))}
    lane, last = "", (0, "")
    rows = db.session.scalars(
        select(AuditEvent)
        .order_by(AuditEvent.lane, AuditEvent.seq)
        .execution_options(yield_per=1000)
    )
    for event in rows:
        if event.lane != lane:
            yield from _cut_off(lane, last, ends)
            lane, last = event.lane, (0, "")
        where = f"audit row {event.id} ({event.lane}, {event.seq})"
        if (event.seq - 1, event.previous_hash) != last:
            yield f"{where}: does not follow the row before it"
        if not hmac.compare_digest(event.hash, digest(event)):
            yield f"{where}: was changed"
        last = (event.seq, event.hash)
    yield from _cut_off(lane, last, ends)
    yield from (f"audit lane {name}: all its rows are gone" for name, end in ends.items() if end[0])


def _cut_off(lane: str, last: tuple[int, str], ends: dict[str, tuple[int, str]]) -> Iterator[str]:
    if lane and ends.pop(lane, (0, "")) != last:
        yield f"audit lane {lane}: does not end where it was left, after row {last[0]}"
