"""Cấp lại mật khẩu: a facility that lost its password gets a new first access, never a password."""

from workflows.common import STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import Choice, Field, FieldType
from workflows.guards import account_exists
from workflows.text import Text

_ACCOUNT = Text("Tài khoản", "The account")
_CUSTODIAN = Text("Người giữ tài khoản", "The custodian of the account")
_PAPERS = Text("Giấy tờ kèm theo", "Papers to attach")

WORKFLOW = Workflow(
    title=Text("Cấp lại mật khẩu", "New password"),
    summary=Text(
        "Dành cho cơ sở đã có tài khoản nhưng quên hoặc lộ mật khẩu.",
        "For a facility that has an account and forgot its password, or fears it is known.",
    ),
    audience=Text(
        "Người giữ tài khoản của cơ sở đã được cấp tài khoản.",
        "The custodian of an account that was granted before.",
    ),
    bring=(
        Text(
            "Số giấy chứng nhận đủ điều kiện kinh doanh dược của cơ sở",
            "The number of the facility's pharmacy licence",
        ),
        Text(
            "Văn bản đề nghị có chữ ký của người đứng đầu cơ sở (ảnh chụp hoặc bản quét)",
            "A written request signed by the head of the facility (photo or scan)",
        ),
    ),
    working_days=3,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=standard(grant="password_reset", effect="reset_access", guard=account_exists),
    fields=(
        Field("system", Text("Hệ thống", "System"), FieldType.CHOICE,
              sample="CSDL-DUOC", group=_ACCOUNT, choices_from="systems"),
        Field("facility_name", Text("Tên cơ sở", "Name of the facility"), FieldType.TEXT,
              sample="Nhà thuốc An Bình", group=_ACCOUNT),
        Field("licence_no", Text("Số giấy chứng nhận đủ điều kiện kinh doanh dược",
                                 "Pharmacy licence number"),
              FieldType.PHARMACY_LICENCE, sample="1234/ĐKKDD-LSO", group=_ACCOUNT,
              hint=Text("Ví dụ: 1234/ĐKKDD-LSO", "For example: 1234/ĐKKDD-LSO")),
        Field("cause", Text("Lý do đề nghị", "Why you ask"), FieldType.CHOICE,
              sample="forgotten", group=_ACCOUNT, choices=(
                  Choice("forgotten", Text("Quên mật khẩu", "The password was forgotten")),
                  Choice("leaked", Text("Nghi ngờ lộ mật khẩu", "Others may know it")),
                  Choice("locked", Text("Tài khoản bị khóa", "The account is locked")))),
        Field("custodian_name", Text("Họ và tên", "Full name"), FieldType.NAME,
              sample="Hoàng Thị Minh Châu", group=_CUSTODIAN, personal=True),
        Field("custodian_phone", Text("Số điện thoại di động", "Mobile phone"), FieldType.MOBILE,
              sample="0912345678", group=_CUSTODIAN, personal=True),
        Field("request_scan", Text("Văn bản đề nghị", "Written request"), FieldType.FILE,
              sample="van-ban-de-nghi.pdf", group=_PAPERS,
              hint=Text("Có chữ ký của người đứng đầu cơ sở.",
                        "Signed by the head of the facility.")),
        Field("data_consent", Text("Tôi đồng ý để Sở Y tế xử lý dữ liệu cá nhân trong hồ sơ này"
                                   " để giải quyết yêu cầu cấp lại mật khẩu.",
                                   "I agree that the department processes the personal data of"
                                   " this dossier in order to decide on this request."),
              FieldType.CONSENT, sample="yes", group=_PAPERS),
    ),
)  # fmt: skip
