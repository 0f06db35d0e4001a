"""The stretch that request types share: intake, review, signature, issue."""

from workflows.basis import NAMED
from workflows.definition import DRAFTED, Action, Clock, Guard, Phase, Role, State
from workflows.fields import Field, FieldType
from workflows.guards import access_unused, not_extended_yet
from workflows.handing_over import NOTE, reassigned
from workflows.text import Text

_A = frozenset({Role.APPLICANT})
_O = frozenset({Role.OFFICER})
_S = frozenset({Role.SIGNER})
_C = frozenset({Role.CLERK})
_SYSTEM = frozenset({Role.SYSTEM})

STATES = (
    State(
        "draft",
        Text("Bản nháp", "Draft"),
        Phase.DRAFT,
        Text(
            "Hoàn thiện các mục còn thiếu rồi nộp hồ sơ.",
            "Complete what is missing, then submit.",
        ),
    ),
    State(
        "submitted",
        Text("Chờ tiếp nhận xử lý", "Waiting for an officer"),
        Phase.QUEUE,
        Text(
            "Chuyên viên sẽ nhận và kiểm tra hồ sơ.", "An officer will take and check the dossier."
        ),
    ),
    State(
        "in_review",
        Text("Đang thẩm định", "Under review"),
        Phase.REVIEW,
        Text(
            "Chuyên viên đang kiểm tra hồ sơ và sẽ trình lãnh đạo.",
            "The officer is checking the dossier and will propose a result.",
        ),
    ),
    State(
        "supplement_requested",
        Text("Chờ bổ sung hồ sơ", "Waiting for your supplement"),
        Phase.WAITING,
        Text(
            "Ông/Bà bổ sung các nội dung được yêu cầu; thời hạn giải quyết tính lại từ đầu"
            " sau khi nhận đủ.",
            "Please supply what was asked for; the period is counted anew once it has arrived.",
        ),
    ),
    State(
        "pending_grant",
        Text("Chờ lãnh đạo duyệt", "Waiting for the leader"),
        Phase.SIGNATURE,
        Text("Lãnh đạo Sở xem xét và ký văn bản.", "The leader considers and signs the letter."),
    ),
    State(
        "pending_refusal",
        Text("Chờ lãnh đạo duyệt (từ chối)", "Waiting for the leader (refusal)"),
        Phase.SIGNATURE,
        Text("Lãnh đạo Sở xem xét và ký văn bản.", "The leader considers and signs the letter."),
    ),
    State(
        "signed_grant",
        Text("Đã duyệt, chờ phát hành", "Approved, to be issued"),
        Phase.ISSUE,
        Text("Văn thư cấp số và gửi kết quả.", "The clerk numbers the letter and sends it."),
    ),
    State(
        "signed_refusal",
        Text("Đã duyệt từ chối, chờ phát hành", "Refusal approved, to be issued"),
        Phase.ISSUE,
        Text("Văn thư cấp số và gửi kết quả.", "The clerk numbers the letter and sends it."),
    ),
    State(
        "granted",
        Text("Đã giải quyết", "Granted"),
        Phase.DONE,
        Text("Kết quả đã gửi tới thư điện tử của Ông/Bà.", "The result was sent to your e-mail."),
    ),
    State(
        "refused",
        Text("Từ chối giải quyết", "Refused"),
        Phase.REFUSED,
        Text(
            "Lý do đã gửi tới thư điện tử của Ông/Bà; địa chỉ này được mở lại để đăng ký.",
            "The reason was sent to your e-mail; that address is open to register again.",
        ),
    ),
    State(
        "intake_refused",
        Text("Từ chối tiếp nhận", "Not accepted"),
        Phase.REFUSED,
        Text(
            "Lý do đã gửi tới thư điện tử của Ông/Bà; địa chỉ này được mở lại để đăng ký.",
            "The reason was sent to your e-mail; that address is open to register again.",
        ),
    ),
    State(
        "withdrawn",
        Text("Người nộp đã rút", "Withdrawn"),
        Phase.CLOSED,
        Text("Hồ sơ đã kết thúc theo đề nghị của Ông/Bà.", "The dossier ended at your request."),
    ),
    State(
        "lapsed",
        Text("Dừng giải quyết do không bổ sung", "Stopped: no supplement came"),
        Phase.CLOSED,
        Text(
            "Quá thời hạn bổ sung; Ông/Bà có thể nộp hồ sơ mới.",
            "The time to supplement is over; you may file again.",
        ),
    ),
)

REASON = Field(
    "reason",
    Text("Lý do", "Reason"),
    FieldType.PARAGRAPHS,
    sample="Giấy chứng nhận đủ điều kiện kinh doanh dược đã hết hiệu lực.",
    hint=Text(
        "Ghi rõ căn cứ và nội dung chưa đáp ứng; nội dung này in trong văn bản gửi người nộp.",
        "State what is not met and why; this text is printed in the letter to the applicant.",
    ),
    max_length=2000,
)
WHY_LATE = Field(
    "reason",
    Text("Lý do chưa trả kết quả đúng hẹn", "Why the result is late"),
    FieldType.PARAGRAPHS,
    sample="Cần xác minh Giấy chứng nhận với cơ quan đã cấp.",
    hint=Text(
        "Nội dung này in trong văn bản xin lỗi gửi người nộp.",
        "This text is printed in the apology to the applicant.",
    ),
    max_length=2000,
)
NEW_DUE = Field(
    "new_due_on",
    Text("Ngày hẹn trả mới", "New day of the result"),
    FieldType.DEADLINE,
    sample="2099-12-31",
    hint=Text(
        "Một ngày làm việc sau ngày đã hẹn. Chỉ được hẹn lại một lần.",
        "A working day after the one promised. It can be put off once.",
    ),
)
MISSING = Field(
    "missing",
    Text("Nội dung cần bổ sung", "What is missing"),
    FieldType.LINES,
    sample="Bản chụp rõ mặt sau Giấy chứng nhận đủ điều kiện kinh doanh dược",
    hint=Text(
        "Mỗi dòng một nội dung. Yêu cầu một lần, đầy đủ.",
        "One item a line. Ask once, and for everything.",
    ),
    max_length=2000,
)
BACK = Field(
    "note",
    Text("Nội dung cần xem lại", "What to look at again"),
    FieldType.PARAGRAPHS,
    sample="Kiểm tra lại số giấy chứng nhận.",
    max_length=2000,
)


# Where the house has the dossier and owes its result.
_OWED = ("in_review", "pending_grant", "pending_refusal", "signed_grant", "signed_refusal")


def standard(
    *,
    grant: str,
    effect: str,
    guard: Guard,
    grant_asks: tuple[Field, ...] = (NOTE,),
    submit_guard: Guard | None = None,
    grant_if: tuple[str, str, str] | None = None,
    sends: str = "",
) -> tuple[Action, ...]:
    """Return intake, review, signature and issue of a request with one letter as its result.

    `grant` names the letter of approval, `effect` what approval changes in the registers,
    `guard` the premise that must still hold when it is proposed and when it is approved,
    `grant_asks` what the officer supplies with the proposal, `submit_guard` a premise that
    stops the application itself, `grant_if` another letter of approval for one answer, `sends`
    the mail to those whom the result concerns beside the applicant.
    """
    return (
        Action("submit", Text("Nộp hồ sơ", "Submit"), Text("đã nộp hồ sơ", "submitted"),
               _A, ("draft",), "submitted", guard=submit_guard,
               issues="receipt", clock=Clock.START, mail="received", tone="primary"),
        Action("claim", Text("Nhận xử lý", "Take"), Text("đã nhận xử lý", "took the dossier"),
               _O, ("submitted",), "in_review", effect="assign", tone="primary"),
        Action("release", Text("Trả về hàng đợi", "Put back"),
               Text("đã trả hồ sơ về hàng đợi", "put the dossier back"),
               _O, ("in_review",), "submitted", effect="unassign", asks=(NOTE,)),
        # Decree 61/2018, Art. 17: at the counter the receiving officer refuses. What was accepted
        # is refused by a leader (Art. 19.8).
        Action("refuse_intake", Text("Từ chối tiếp nhận", "Refuse to accept"),
               Text("đã từ chối tiếp nhận hồ sơ", "refused to accept the dossier"),
               _O, ("submitted",), "intake_refused", issues="intake_refusal", effect="assign",
               clock=Clock.END, mail="intake_refused", asks=(REASON,), tone="warning"),
        Action("propose_grant", Text("Trình duyệt", "Propose approval"),
               Text("đã trình lãnh đạo duyệt", "proposed approval"),
               _O, ("in_review",), "pending_grant",
               guard=guard, drafts=grant, drafts_if=grant_if, asks=grant_asks, tone="primary"),
        Action("cite", Text("Ghi văn bản thực hiện", "Name what it carries out"),
               Text("đã ghi văn bản mà hồ sơ này thực hiện", "named what this carries out"),
               _O, ("in_review",), "in_review", effect="cite", asks=NAMED),
        Action("ask_supplement", Text("Yêu cầu bổ sung", "Ask for a supplement"),
               Text("đã yêu cầu bổ sung hồ sơ", "asked for a supplement"),
               _O, ("in_review",), "supplement_requested",
               issues="supplement_request", clock=Clock.STOP, mail="supplement_asked",
               asks=(MISSING, REASON)),
        Action("propose_refusal", Text("Trình từ chối", "Propose refusal"),
               Text("đã trình lãnh đạo từ chối", "proposed refusal"),
               _O, ("in_review",), "pending_refusal",
               drafts="refusal", asks=(REASON, NOTE), tone="warning"),
        Action("supplement", Text("Gửi bổ sung", "Send the supplement"),
               Text("đã bổ sung hồ sơ", "supplemented the dossier"),
               _A, ("supplement_requested",), "in_review", issues="receipt",
               clock=Clock.RESTART, mail="supplement_received", tone="primary"),
        Action("lapse", Text("Dừng giải quyết", "Stop"),
               Text("đã dừng giải quyết do quá thời hạn bổ sung", "stopped: no supplement came"),
               _SYSTEM, ("supplement_requested",), "lapsed",
               issues="stop_notice", clock=Clock.END, mail="lapsed"),
        Action("approve", Text("Ký duyệt", "Approve and sign"),
               Text("đã ký duyệt", "approved and signed"),
               _S, ("pending_grant",), "signed_grant",
               guard=guard, effect=effect, signs=True, tone="primary"),
        Action("approve", Text("Ký văn bản từ chối", "Sign the refusal"),
               Text("đã ký văn bản từ chối", "signed the refusal"),
               _S, ("pending_refusal",), "signed_refusal", signs=True, tone="primary"),
        Action("refuse", Text("Không duyệt, soạn văn bản từ chối", "Refuse"),
               Text("đã quyết định từ chối", "decided to refuse"),
               _S, ("pending_grant",), "pending_refusal",
               drafts="refusal", asks=(REASON,), tone="warning"),
        Action("send_back", Text("Trả lại chuyên viên", "Send back"),
               Text("đã trả lại chuyên viên", "sent the dossier back"),
               _S, ("pending_grant", "pending_refusal"), "in_review",
               effect="give_back", asks=(BACK,)),
        Action("issue", Text("Cấp số và phát hành", "Number and issue"),
               Text("đã phát hành văn bản", "issued the letter"),
               _C, ("signed_grant",), "granted",
               issues=DRAFTED, clock=Clock.END, mail="granted", sends=sends, tone="primary"),
        Action("issue", Text("Cấp số và phát hành", "Number and issue"),
               Text("đã phát hành văn bản", "issued the letter"),
               _C, ("signed_refusal",), "refused",
               issues=DRAFTED, clock=Clock.END, mail="refused", tone="primary"),
        Action("withdraw", Text("Rút hồ sơ", "Withdraw"),
               Text("đã rút hồ sơ", "withdrew the dossier"),
               _A, ("submitted", "in_review", "supplement_requested"), "withdrawn",
               issues="stop_notice", clock=Clock.END, mail="withdrawn", tone="warning"),
        *(
            Action("extend", Text("Xin lỗi và hẹn lại ngày trả", "Apologise and set a new day"),
                   Text("đã xin lỗi và hẹn lại ngày trả", "apologised and set a new day"),
                   _O, (state,), state, guard=not_extended_yet, issues="apology",
                   clock=Clock.EXTEND, mail="apologised", asks=(WHY_LATE, NEW_DUE))
            for state in _OWED
        ),
        *reassigned("in_review", "supplement_requested"),
    )  # fmt: skip


# For request types whose grant gives a first access: the link got lost, or its time is over.
REISSUE = Action(
    "reissue",
    Text("Cấp lại liên kết kích hoạt", "Issue the activation link again"),
    Text("đã cấp lại liên kết kích hoạt", "issued the activation link again"),
    _O,
    ("granted",),
    "granted",
    guard=access_unused,
    effect="reissue_access",
    mail="reissued",
    asks=(NOTE,),
)
