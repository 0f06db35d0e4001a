"""Đề nghị và phân bổ tài khoản: asked of the superior body, then ONE dispatch to all (seed 000)."""

from workflows.account_fields import CUSTODIAN_NAME, CUSTODIAN_PHONE, SYSTEM
from workflows.basis import BASIS
from workflows.common import BACK, REASON, STATES
from workflows.definition import DRAFTED, Action, Clock, Once, Phase, Role, State, Workflow
from workflows.dispatching import (
    CONTENT,
    RECEIVED_BY,
    STATES_AFTER,
    STATES_BEFORE,
    STATES_REFUSED,
    concluding,
    sending,
)
from workflows.fields import BASIC, PUBLIC, Choice, Field, FieldType
from workflows.guards import no_unit_has_an_account, somebody_is_silent
from workflows.handing_over import NOTE
from workflows.rules import all_or_none
from workflows.text import Text

_O = frozenset({Role.OFFICER})
_S = frozenset({Role.SIGNER})
_C = frozenset({Role.CLERK})
_REQUEST = Text("Đề nghị cấp trên", "The request to the superior body")

REPLY = (
    Field("reply_sender", Text("Cơ quan trả lời", "Who replied"), FieldType.TEXT,
          sample="Cục Quản lý Khám, chữa bệnh"),
    Field("reply_reference", Text("Số, ký hiệu văn bản trả lời", "Number of the reply"),
          FieldType.TEXT, sample="136/KCB-QLCL"),
    Field("reply_on", Text("Ngày văn bản trả lời", "Date of the reply"), FieldType.DATE,
          sample="2026-01-27"),
    Field("reply_file", Text("Bản quét văn bản trả lời", "Scan of the reply"), FieldType.FILE,
          sample="tra-loi.pdf"),
)  # fmt: skip

UNIT_EMAIL = Field(
    "unit_email", Text("Thư điện tử của đơn vị", "E-mail of the unit"), FieldType.EMAIL,
    sample="bacson@example.vn", sensitivity=PUBLIC,
    hint=Text("Liên kết cũ mất hiệu lực; đơn vị nhận thư mới.",
              "The old link is dead; the unit gets a new mail."),
)  # fmt: skip

WORKFLOW = Workflow(
    title=Text("Đề nghị và phân bổ tài khoản theo danh sách", "Accounts for a list of units"),
    summary=Text(
        "Đề nghị cấp trên cấp tài khoản cho nhiều đơn vị, rồi phân bổ bằng một công văn.",
        "Ask the superior body for accounts of many units, then distribute them by one dispatch.",
    ),
    audience=Text("Chuyên viên Sở Y tế lập.", "Filed by an officer of the department."),
    working_days=30,
    once=Once.AS_OFTEN,
    filed_by=Role.OFFICER,
    initial="draft",
    subject_fields=("title",),
    applicant_field="",
    phone_field="",
    states=(
        *STATES_BEFORE,
        State("awaiting_reply", Text("Chờ cấp trên trả lời", "Waiting for the reply"),
              Phase.OUTSIDE,
              Text("Ghi nhận văn bản trả lời khi có.", "Record the reply when it comes.")),
        next(s for s in STATES if s.name == "in_review"),
        *STATES_AFTER,
        *STATES_REFUSED,
    ),
    actions=(
        *sending(letter="bulk_request", outside="awaiting_reply", effect="cite",
                 mail="request_sent", mail_to="superior_email"),
        Action("record_reply", Text("Ghi nhận văn bản trả lời", "Record the reply"),
               Text("đã ghi nhận văn bản trả lời", "recorded the reply"),
               _O, ("awaiting_reply",), "in_review", effect="record_reply", asks=REPLY,
               tone="primary"),
        Action("revise", Text("Chỉnh sửa danh sách", "Revise the list"),
               Text("đã mở lại danh sách để chỉnh sửa", "reopened the list"),
               _O, ("awaiting_reply", "in_review"), "revising", asks=(BACK,)),
        *concluding(letter="bulk_distribution", effect="grant_units", sends="distributed",
                    guard=no_unit_has_an_account,
                    label=Text("Trình phân bổ tài khoản", "Propose the distribution")),
        Action("propose_refusal", Text("Trình thông báo không được cấp", "Propose the refusal"),
               Text("đã trình thông báo không được cấp", "proposed the refusal"),
               _O, ("in_review",), "pending_refusal", drafts="bulk_refusal",
               asks=(REASON, NOTE), tone="warning"),
        Action("send_back", Text("Trả lại chuyên viên", "Send back"),
               Text("đã trả lại chuyên viên", "sent the letter back"),
               _S, ("pending_refusal",), "in_review", effect="give_back", asks=(BACK,)),
        Action("approve", Text("Ký thông báo", "Sign the notice"),
               Text("đã ký thông báo không được cấp", "signed the refusal"),
               _S, ("pending_refusal",), "signed_refusal", signs=True, tone="primary"),
        Action("issue", Text("Cấp số và phát hành", "Number and issue"),
               Text("đã phát hành văn bản", "issued the letter"),
               _C, ("signed_refusal",), "refused", issues=DRAFTED, sends="bulk_refused",
               clock=Clock.END, tone="primary"),
        Action("reissue_unit",
               Text("Cấp lại liên kết cho một đơn vị", "Issue the link of one unit again"),
               Text("đã cấp lại liên kết kích hoạt", "issued an activation link again"),
               _O, ("granted",), "granted", effect="reissue_unit", asks=(UNIT_EMAIL,)),
        Action("remind", Text("Nhắc đơn vị chưa xác nhận", "Remind who has not acknowledged"),
               Text("đã nhắc các đơn vị chưa xác nhận", "reminded those who were silent"),
               _O, ("granted",), "granted", guard=somebody_is_silent, effect="remind"),
    ),
    rules=(all_or_none("basis_sender", "basis_reference", "basis_on"),),
    fields=(
        Field("title", Text("Tên việc", "Title"), FieldType.TEXT, group=_REQUEST,
              sample="Tài khoản quản trị đơn thuốc quốc gia cho các văn phòng",
              hint=Text("Để tìm lại trong danh sách hồ sơ.", "To find it again in the lists.")),
        Field(SYSTEM.name, Text("Hệ thống", "System"), FieldType.CHOICE, sample=SYSTEM.sample,
              group=_REQUEST, choices_from="systems"),
        Field("superior", Text("Cơ quan cấp trên", "The superior body"), FieldType.TEXT,
              sample="Cục Quản lý Khám, chữa bệnh - Bộ Y tế", group=_REQUEST),
        Field("superior_email", Text("Thư điện tử của cơ quan cấp trên", "Its e-mail address"),
              FieldType.EMAIL, sample="vanthu@cuc.example.vn", group=_REQUEST,
              sensitivity=PUBLIC),
        Field(CONTENT.name, CONTENT.label, CONTENT.type, sample=CONTENT.sample, group=_REQUEST,
              required=False, max_length=CONTENT.max_length,
              hint=Text("Sự cần thiết; in trong công văn đề nghị.",
                        "Why; printed in the request.")),
        *BASIS,
    ),
    recipient_asks=(RECEIVED_BY,),
    recipients=(
        Field("name", Text("Tên đơn vị", "Name of the unit"), FieldType.TEXT,
              sample="Văn phòng HĐND và UBND xã Bắc Sơn"),
        Field("email", Text("Thư điện tử", "E-mail"), FieldType.EMAIL,
              sample="bacson@example.vn", sensitivity=PUBLIC,
              hint=Text("Cũng là tên đăng nhập.", "Also the username.")),
        Field("custodian_name", Text("Người quản lý tài khoản", "Custodian"), FieldType.NAME,
              sample=CUSTODIAN_NAME.sample, sensitivity=BASIC),
        Field("custodian_gender", Text("Giới tính", "Sex"), FieldType.CHOICE, sample="female",
              sensitivity=BASIC, choices=(Choice("female", Text("Nữ", "Female")),
                                          Choice("male", Text("Nam", "Male")))),
        Field("custodian_position", Text("Chức vụ", "Position"), FieldType.TEXT,
              sample="Chuyên viên"),
        Field("custodian_phone", Text("Số điện thoại di động", "Mobile phone"), FieldType.MOBILE,
              sample=CUSTODIAN_PHONE.sample, sensitivity=BASIC),
    ),
)  # fmt: skip
