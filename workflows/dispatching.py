"""The stretch of what the house itself sends to many: drafted, signed, sent, answered, closed."""

from workflows.common import BACK, STATES
from workflows.definition import DRAFTED, Action, Clock, Guard, Phase, Role, State
from workflows.fields import BASIC, Field, FieldType
from workflows.guards import has_recipients
from workflows.handing_over import NOTE, reassigned
from workflows.text import Text

_O = frozenset({Role.OFFICER})
_S = frozenset({Role.SIGNER})
_C = frozenset({Role.CLERK})
_COMMON = {s.name: s for s in STATES}

CONTENT = Field(
    "content", Text("Nội dung cần nêu trong văn bản", "What the letter should say"),
    FieldType.PARAGRAPHS,
    sample="Để quản lý đơn thuốc điện tử trên địa bàn tỉnh.",
    required=False, max_length=4000,
)  # fmt: skip

RECEIVED_BY = Field(
    "received_by", Text("Họ và tên người nhận", "Name of the person who received it"),
    FieldType.NAME, sample="Hoàng Thị Minh Châu", sensitivity=BASIC,
)  # fmt: skip

STATES_BEFORE = (
    State("draft", Text("Bản nháp", "Draft"), Phase.DRAFT,
          Text("Hoàn thiện nội dung và danh sách rồi trình ký.",
               "Complete the content and the list, then propose it.")),
    State("revising", Text("Đang chỉnh sửa", "Being revised"), Phase.REVIEW,
          Text("Chuyên viên chỉnh sửa rồi trình lại.", "The officer revises and proposes again.")),
    State("pending_request", Text("Chờ lãnh đạo duyệt văn bản gửi đi", "Waiting for the leader"),
          Phase.SIGNATURE,
          Text("Lãnh đạo Sở xem xét và ký văn bản.", "The leader considers and signs.")),
    State("signed_request", Text("Đã duyệt, chờ phát hành", "Approved, to be issued"),
          Phase.ISSUE,
          Text("Văn thư cấp số và gửi văn bản.", "The clerk numbers and sends the letter.")),
    State("cancelled", Text("Đã hủy", "Cancelled"), Phase.CLOSED,
          Text("Việc này đã dừng.", "This was stopped.")),
)  # fmt: skip
STATES_AFTER = tuple(_COMMON[n] for n in ("pending_grant", "signed_grant", "granted"))
STATES_REFUSED = tuple(_COMMON[n] for n in ("pending_refusal", "signed_refusal", "refused"))


def sending(
    *,
    letter: str,
    outside: str,
    effect: str = "",
    mail: str = "",
    mail_to: str = "",
    sends: str = "",
    guard: Guard = has_recipients,
) -> tuple[Action, ...]:
    """Return the way of a letter from the officer's draft to the bodies it waits for.

    `letter` is drafted, signed and issued; `outside` is the state in which others have to
    answer; `effect` is what the proposal writes down, `mail` and `sends` who is written to.
    """
    return (
        Action("propose_request", Text("Trình ký", "Propose"),
               Text("đã trình lãnh đạo văn bản gửi đi", "proposed the letter"),
               _O, ("draft",), "pending_request", guard=guard, drafts=letter,
               effect=effect, clock=Clock.START, tone="primary"),
        Action("propose_request", Text("Trình ký lại", "Propose again"),
               Text("đã trình lại văn bản gửi đi", "proposed the letter again"),
               _O, ("revising",), "pending_request", guard=guard, drafts=letter,
               effect=effect, clock=Clock.RESTART, tone="primary"),
        Action("approve", Text("Ký duyệt", "Approve and sign"),
               Text("đã ký duyệt", "approved and signed"),
               _S, ("pending_request",), "signed_request", signs=True, tone="primary"),
        Action("send_back", Text("Trả lại chuyên viên", "Send back"),
               Text("đã trả lại chuyên viên", "sent the letter back"),
               _S, ("pending_request",), "revising", effect="give_back", asks=(BACK,)),
        Action("issue", Text("Cấp số và phát hành", "Number and issue"),
               Text("đã phát hành văn bản", "issued the letter"),
               _C, ("signed_request",), outside,
               issues=DRAFTED, mail=mail, mail_to=mail_to, sends=sends, tone="primary"),
        Action("cancel", Text("Hủy việc này", "Cancel"),
               Text("đã hủy việc này", "cancelled this"),
               _O, ("revising", outside, "in_review"), "cancelled", clock=Clock.END,
               effect="tell_cancelled",
               asks=(BACK,), tone="warning"),
        *reassigned("revising", outside, "in_review"),
    )  # fmt: skip


def concluding(
    *,
    letter: str,
    effect: str = "",
    guard: Guard | None = None,
    sends: str,
    asks: tuple[Field, ...] = (NOTE,),
    label: Text,
) -> tuple[Action, ...]:
    """Return the way of the closing letter: proposed, signed, issued to every recipient."""
    return (
        Action("propose_grant", label, Text("đã trình lãnh đạo duyệt", "proposed the result"),
               _O, ("in_review",), "pending_grant", guard=guard, drafts=letter, asks=asks,
               tone="primary"),
        Action("approve", Text("Ký duyệt", "Approve and sign"),
               Text("đã ký duyệt", "approved and signed"),
               _S, ("pending_grant",), "signed_grant", guard=guard, effect=effect, signs=True,
               tone="primary"),
        Action("send_back", Text("Trả lại chuyên viên", "Send back"),
               Text("đã trả lại chuyên viên", "sent the letter back"),
               _S, ("pending_grant",), "in_review", effect="give_back", asks=(BACK,)),
        Action("issue", Text("Cấp số và phát hành", "Number and issue"),
               Text("đã phát hành văn bản", "issued the letter"),
               _C, ("signed_grant",), "granted", issues=DRAFTED, sends=sends, clock=Clock.END,
               tone="primary"),
    )  # fmt: skip
