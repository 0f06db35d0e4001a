"""Why a mail was not sent: two exceptions, and a sentence for staff per reason."""

import re
import smtplib
import socket
import ssl

from app.language import stored as _

STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")

EXPLANATIONS = {
    "relay_unreachable": _("Không kết nối được máy chủ thư. Hệ thống sẽ tự gửi lại."),
    "relay_unknown": _("Không tìm thấy địa chỉ của máy chủ thư. Hệ thống sẽ tự gửi lại."),
    "relay_refused": _("Máy chủ thư chưa nhận kết nối. Hệ thống sẽ tự gửi lại."),
    "relay_busy": _("Máy chủ thư đang bận. Hệ thống sẽ tự gửi lại."),
    "timeout": _("Máy chủ thư trả lời quá chậm. Hệ thống sẽ tự gửi lại."),
    "disconnected": _("Máy chủ thư ngắt kết nối giữa chừng. Hệ thống sẽ tự gửi lại."),
    "outcome_unknown": _(
        "Đã chuyển thư nhưng chưa có xác nhận của máy chủ thư. "
        "Hệ thống sẽ gửi lại với cùng mã thư để không tính là hai thư."
    ),
    "starttls_missing": _(
        "Máy chủ thư không cho mã hóa đường truyền nên thư chưa được gửi. "
        "Quản trị viên cần kiểm tra cấu hình thư."
    ),
    "certificate_invalid": _(
        "Chứng thư của máy chủ thư không hợp lệ nên thư chưa được gửi. "
        "Quản trị viên cần kiểm tra cấu hình thư."
    ),
    "tls_failed": _("Không thiết lập được đường truyền mã hóa. Hệ thống sẽ tự gửi lại."),
    "auth_refused": _(
        "Máy chủ thư từ chối tài khoản gửi thư của hệ thống. "
        "Quản trị viên cần kiểm tra tên và mật khẩu gửi thư."
    ),
    "deferred": _("Máy chủ thư tạm hoãn nhận thư này. Hệ thống sẽ tự gửi lại."),
    "bad_reply": _("Máy chủ thư trả lời không đúng giao thức. Hệ thống sẽ tự gửi lại."),
    "mailbox_full": _("Hộp thư của người nhận đã đầy."),
    "recipient_unknown": _("Địa chỉ thư của người nhận không tồn tại."),
    "recipient_refused": _("Máy chủ thư không nhận thư cho người nhận này."),
    "sender_refused": _("Máy chủ thư không nhận địa chỉ gửi của hệ thống."),
    "too_large": _("Thư vượt quá dung lượng mà máy chủ thư cho phép."),
    "content_refused": _("Máy chủ thư không nhận nội dung thư này."),
    "sms_unreachable": _("Không kết nối được cổng tin nhắn. Hệ thống sẽ tự gửi lại."),
    "sms_busy": _("Cổng tin nhắn chưa nhận tin. Hệ thống sẽ tự gửi lại."),
    "sms_refused": _("Cổng tin nhắn từ chối tin này. Quản trị viên cần kiểm tra cấu hình SMS."),
    "sms_uncertain": _(
        "Không rõ cổng tin nhắn đã nhận tin chưa. Mã không được gửi lần thứ hai; "
        "người nhận có thể yêu cầu mã mới."
    ),
    "sms_off": _("Hệ thống chưa được cấu hình để gửi tin nhắn SMS."),
}

# RFC 4954 6: the account of the desk is in question, not the letter.
AUTH_CODES = frozenset({530, 534, 535, 538})
REFUSED_AT = {"mail": "sender_refused", "rcpt": "recipient_refused"}
# RFC 3463: what the enhanced status says more exactly than the place of the refusal.
BY_STATUS = {
    "1.1": "recipient_unknown",
    "1.10": "recipient_unknown",
    "2.2": "mailbox_full",
    "2.3": "too_large",
    "3.4": "too_large",
}


def explain(reason: str) -> str:
    """Return the Vietnamese sentence of a reason that was stored with a mail."""
    return EXPLANATIONS[reason]


def from_reply(code: int, reply: object, stage: str) -> "MailFailure":
    """Return the failure that a refusing reply means."""
    raw = reply if isinstance(reply, bytes) else str(reply).encode()
    match = STATUS.match(raw.decode("ascii", "replace"))
    status = match.group(1) if match else ""
    if code == 421:
        return TemporaryFailure("relay_busy", stage, code, status, relay_wide=True)
    if stage == "auth" or code in AUTH_CODES:
        return TemporaryFailure("auth_refused", stage, code, status, relay_wide=True)
    if stage in {"greeting", "ehlo", "helo"}:
        return TemporaryFailure("relay_refused", stage, code, status, relay_wide=True)
    if stage == "starttls":
        return TemporaryFailure("tls_failed", stage, code, status, relay_wide=True)
    # RFC 5321 4.2.3: 552 is the quota of the mail box when a recipient is named, else the size.
    by_code = {552: "mailbox_full" if stage == "rcpt" else "too_large"}
    detail = BY_STATUS.get(status[2:], by_code.get(code, ""))
    if 400 <= code <= 499:
        full = "mailbox_full" if detail == "mailbox_full" else "deferred"
        return TemporaryFailure(full, stage, code, status)
    if 500 <= code <= 599:
        reason = detail or REFUSED_AT.get(stage, "content_refused")
        return PermanentFailure(reason, stage, code, status)
    # A reply that is none, after the final dot: the letter may have been taken.
    return TemporaryFailure("bad_reply", stage, uncertain=stage == "final")


def from_error(error: Exception, stage: str, *, timed_out: bool) -> "MailFailure":
    """Return the failure that an exception of smtplib, ssl or the socket means."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(error.recipients.values()))
            return from_reply(code, reply, "rcpt")
        case smtplib.SMTPSenderRefused():
            return from_reply(error.smtp_code, error.smtp_error, "mail")
        case smtplib.SMTPResponseException() if isinstance(error.smtp_error, str):
            # Not the relay's words but smtplib's own: a reply longer than it reads.
            return TemporaryFailure("bad_reply", stage, uncertain=stage == "final")
        case smtplib.SMTPResponseException():
            place = "final" if stage == "rset" else stage
            return from_reply(error.smtp_code, error.smtp_error, place)
        case ssl.SSLCertVerificationError():
            return TemporaryFailure("certificate_invalid", stage, relay_wide=True)
        case ssl.SSLError():
            return TemporaryFailure("tls_failed", stage, relay_wide=True)
        case smtplib.SMTPNotSupportedError() if stage in {"ehlo", "helo", "starttls"}:
            return TemporaryFailure("starttls_missing", stage, relay_wide=True)
        case socket.gaierror():
            return TemporaryFailure("relay_unknown", stage, relay_wide=True)
    relay_wide = stage not in {"mail", "rcpt", "data", "final", "rset"}
    if stage == "final":
        return TemporaryFailure("outcome_unknown", stage, uncertain=True)
    if timed_out or isinstance(error, TimeoutError):
        return TemporaryFailure("timeout", stage, relay_wide=relay_wide)
    if stage == "connect":
        return TemporaryFailure("relay_unreachable", stage, relay_wide=True)
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return TemporaryFailure("disconnected", stage, relay_wide=relay_wide)
    reason = "auth_refused" if stage == "auth" else "bad_reply"
    return TemporaryFailure(reason, stage, relay_wide=relay_wide)


class MailFailure(Exception):
    """A mail was not sent; nothing in here names a person or holds a secret.

    `reason` is a key of EXPLANATIONS, `code` and `status` are the numbers of the reply,
    `relay_wide` says that the next mail would fare no better, `uncertain` that the relay may
    have taken this one: send it again only with the same Message-ID.
    """

    def __init__(
        self,
        reason: str,
        stage: str,
        code: int | None = None,
        status: str = "",
        *,
        relay_wide: bool = False,
        uncertain: bool = False,
    ) -> None:
        answer = " ".join(part for part in (str(code or ""), status) if part)
        super().__init__(f"{reason} at {stage}" + (f" ({answer})" if answer else ""))
        self.reason = reason
        self.stage = stage
        self.code = code
        self.status = status
        self.relay_wide = relay_wide
        self.uncertain = uncertain

    @property
    def sentence(self) -> str:
        """What staff read."""
        return explain(self.reason)


class TemporaryFailure(MailFailure):
    """Worth another try later."""


class PermanentFailure(MailFailure):
    """The relay refused this mail for good: a person must look."""
