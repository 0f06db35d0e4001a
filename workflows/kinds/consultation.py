"""Lấy ý kiến dự thảo: a draft to many bodies, their answers by a deadline (seed 001, rule V3)."""

from workflows.basis import BASIS
from workflows.common import STATES
from workflows.definition import Action, Clock, Once, Phase, Role, State, Workflow
from workflows.dispatching import (
    CONTENT,
    STATES_AFTER,
    STATES_BEFORE,
    concluding,
    sending,
)
from workflows.fields import BASIC, PUBLIC, Choice, Field, FieldType
from workflows.guards import may_summarise, somebody_is_silent
from workflows.handing_over import NOTE
from workflows.rules import all_or_none, one_of
from workflows.text import Text

_O = frozenset({Role.OFFICER})
_DRAFT = Text("Dự thảo", "The draft")

DEADLINE = Field("deadline", Text("Góp ý chậm nhất ngày", "Comments until"), FieldType.DEADLINE,
                 sample="2099-12-31", group=_DRAFT)  # fmt: skip
CONCLUSION = Field("conclusion", Text("Kết luận, hướng tiếp thu", "Conclusion"),
                   FieldType.PARAGRAPHS, required=False, max_length=4000,
                   sample="Tiếp thu các ý kiến góp ý và hoàn thiện dự thảo.")  # fmt: skip

WORKFLOW = Workflow(
    title=Text("Lấy ý kiến dự thảo", "Consultation on a draft"),
    summary=Text(
        "Gửi dự thảo tới các cơ quan, đơn vị; nhận và tổng hợp ý kiến đúng hạn.",
        "Send a draft to many bodies, collect and summarise their comments in time.",
    ),
    audience=Text("Chuyên viên Sở Y tế lập.", "Filed by an officer of the department."),
    working_days=30,
    once=Once.AS_OFTEN,
    filed_by=Role.OFFICER,
    initial="draft",
    subject_fields=("draft_title",),
    applicant_field="",
    phone_field="",
    states=(
        *STATES_BEFORE,
        State("collecting", Text("Đang lấy ý kiến", "Collecting comments"), Phase.OUTSIDE,
              Text("Các cơ quan, đơn vị đang góp ý.", "The bodies are commenting.")),
        next(s for s in STATES if s.name == "in_review"),
        *STATES_AFTER,
    ),
    actions=(
        *sending(letter="consultation", outside="collecting", effect="cite", sends="consulted"),
        Action("extend", Text("Gia hạn góp ý", "Extend the deadline"),
               Text("đã gia hạn góp ý", "extended the deadline"),
               _O, ("collecting",), "collecting", effect="extend", asks=(DEADLINE, NOTE)),
        Action("remind", Text("Nhắc đơn vị chưa góp ý", "Remind who has not answered"),
               Text("đã nhắc các đơn vị chưa góp ý", "reminded those who were silent"),
               _O, ("collecting",), "collecting", guard=somebody_is_silent, effect="remind"),
        Action("summarise", Text("Kết thúc lấy ý kiến", "Close the consultation"),
               Text("đã kết thúc lấy ý kiến", "closed the consultation"),
               _O, ("collecting",), "in_review", guard=may_summarise, tone="primary"),
        *concluding(letter="consultation_summary", sends="summarised", asks=(CONCLUSION, NOTE),
                    label=Text("Trình văn bản tổng hợp ý kiến", "Propose the summary")),
        Action("reopen", Text("Tiếp tục lấy ý kiến", "Go on collecting"),
               Text("đã mở lại việc lấy ý kiến", "reopened the consultation"),
               _O, ("in_review",), "collecting", clock=Clock.KEEP),
    ),
    rules=(
        one_of("draft_text", "draft_file", says=Text(
            "Nhập nội dung dự thảo hoặc đính kèm tệp dự thảo.",
            "Enter the text of the draft or attach its file.")),
        all_or_none("basis_sender", "basis_reference", "basis_on"),
    ),
    fields=(
        Field("draft_title", Text("Tên dự thảo", "Title of the draft"), FieldType.TEXT,
              sample="Hướng dẫn liên thông đơn thuốc điện tử", group=_DRAFT,
              hint=Text("Viết tiếp sau chữ «dự thảo».", "Continues the words “the draft of”.")),
        DEADLINE,
        Field("urgency", Text("Độ khẩn", "Urgency"), FieldType.CHOICE, sample="normal",
              group=_DRAFT, choices=(
                  Choice("normal", Text("Thường", "Normal")),
                  Choice("urgent", Text("Khẩn", "Urgent")),
                  Choice("immediate", Text("Thượng khẩn", "Very urgent")),
                  Choice("flash", Text("Hỏa tốc", "Flash")))),
        Field("draft_text", Text("Nội dung dự thảo", "Text of the draft"), FieldType.PARAGRAPHS,
              sample="Điều 1. Phạm vi áp dụng", group=_DRAFT, required=False, max_length=60000,
              hint=Text("In thành phụ lục có dấu DỰ THẢO. Để trống nếu gửi bằng tệp.",
                        "Printed as an annex marked as a draft. Leave empty to send a file.")),
        Field("draft_file", Text("Tệp dự thảo", "File of the draft"), FieldType.FILE,
              sample="du-thao.pdf", group=_DRAFT, required=False,
              hint=Text("Đơn vị tải về tại trang góp ý.", "Offered on the page for comments.")),
        Field(CONTENT.name, CONTENT.label, CONTENT.type, sample=CONTENT.sample, group=_DRAFT,
              required=False, max_length=CONTENT.max_length),
        *BASIS,
    ),
    recipient_asks=(
        Field("answer", Text("Ý kiến", "Opinion"), FieldType.CHOICE, sample="agree", choices=(
            Choice("agree", Text("Nhất trí", "Agree")),
            Choice("amend", Text("Nhất trí, có góp ý", "Agree with comments")),
            Choice("disagree", Text("Không nhất trí", "Disagree")))),
        Field("comment", Text("Nội dung góp ý", "Comments"), FieldType.PARAGRAPHS,
              sample="Đề nghị làm rõ thời hạn tại Điều 3.", required=False, max_length=8000,
              hint=Text("Ghi rõ điều, khoản và nội dung đề nghị sửa.",
                        "Name the article and what should change.")),
        Field("answer_file", Text("Văn bản góp ý", "Written comments"), FieldType.FILE,
              sample="gop-y.pdf", required=False),
        Field("answered_by", Text("Họ và tên, chức vụ người góp ý", "Name and position"),
              FieldType.TEXT, sample="Hoàng Thị Minh Châu, Trưởng phòng", sensitivity=BASIC),
    ),
    recipients=(
        Field("name", Text("Tên cơ quan, đơn vị", "Name of the body"), FieldType.TEXT,
              sample="Phòng Quản lý bán lẻ thuốc"),
        Field("email", Text("Thư điện tử", "E-mail"), FieldType.EMAIL,
              sample="banle@example.vn", sensitivity=PUBLIC),
    ),
)  # fmt: skip
