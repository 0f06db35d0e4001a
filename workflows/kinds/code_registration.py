"""Đăng ký mã liên thông: one code per facility, one per prescriber (rule C1)."""

from workflows.account_fields import CUSTODIAN_PHONE, DATA_CONSENT, PAPERS, REQUEST_SCAN
from workflows.common import STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import BASIC, Choice, Field, FieldType
from workflows.guards import no_code_yet
from workflows.handing_over import NOTE
from workflows.text import Text

_HOLDER = Text("Đối tượng đăng ký", "Who the code is for")
_FACILITY = Text("Cơ sở", "The facility")
_PRESCRIBER = Text("Người kê đơn", "The prescriber")
_CONTACT = Text("Người liên hệ", "Contact")
_FOR_PRESCRIBER = ("holder", "prescriber")

CODE = Field(
    "assigned_code",
    Text("Mã liên thông được cấp", "The code assigned"),
    FieldType.CODE,
    sample="20A01",
    hint=Text(
        "Mã cơ sở khám bệnh, chữa bệnh gồm 5 ký tự; mã người kê đơn ghi đúng như hệ thống cấp.",
        "A facility's code has 5 characters; a prescriber's is written as the system gave it.",
    ),
    max_length=64,
)

WORKFLOW = Workflow(
    title=Text("Đăng ký mã liên thông", "Registration of an interoperability code"),
    summary=Text(
        "Mỗi cơ sở và mỗi người kê đơn có một mã duy nhất trên hệ thống đơn thuốc quốc gia.",
        "Each facility and each prescriber has exactly one code on the e-prescription system.",
    ),
    audience=Text(
        "Cơ sở khám bệnh, chữa bệnh; người kê đơn làm việc tại cơ sở.",
        "Clinics and hospitals, and the prescribers who work there.",
    ),
    bring=(
        Text("Số giấy phép của cơ sở", "The number of the facility's licence"),
        Text("Số chứng chỉ hành nghề nếu đăng ký cho người kê đơn",
             "The practice licence number, for a prescriber"),
        Text("Văn bản đề nghị có chữ ký của người đứng đầu cơ sở",
             "A written request signed by the head of the facility"),
    ),
    working_days=5,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=standard(grant="code_registration", effect="register_code", guard=no_code_yet,
                     submit_guard=no_code_yet, grant_asks=(CODE, NOTE)),
    applicant_field="contact_name",
    fields=(
        Field("holder", Text("Đăng ký mã cho", "The code is for"), FieldType.CHOICE,
              sample="facility", group=_HOLDER, choices=(
                  Choice("facility", Text("Cơ sở", "The facility")),
                  Choice("prescriber", Text("Người kê đơn tại cơ sở", "A prescriber")))),
        Field("facility_name", Text("Tên cơ sở", "Name of the facility"), FieldType.TEXT,
              sample="Phòng khám Hoa Sen", group=_FACILITY),
        Field("licence_no", Text("Số giấy phép hoạt động", "Number of the licence"),
              FieldType.LICENCE, sample="123/LSO-GPHĐ", group=_FACILITY,
              hint=Text("Ghi như trên giấy phép, ví dụ: 123/LSO-GPHĐ",
                        "As printed on the licence, for example 123/LSO-GPHĐ")),
        Field("address", Text("Số nhà, đường hoặc thôn", "House number and street"),
              FieldType.TEXT, sample="Số 5, đường Hoàng Văn Thụ", group=_FACILITY),
        Field("commune", Text("Xã, phường", "Commune or ward"), FieldType.CHOICE,
              sample="05977", group=_FACILITY, choices_from="communes"),
        Field("prescriber_name", Text("Họ và tên người kê đơn", "Name of the prescriber"),
              FieldType.NAME, sample="Lục Thị Mai", group=_PRESCRIBER, when=_FOR_PRESCRIBER,
              sensitivity=BASIC),
        Field("prescriber_licence_no", Text("Số chứng chỉ hành nghề", "Practice licence number"),
              FieldType.PRACTICE_LICENCE, sample="009999/LSO-GPHN", group=_PRESCRIBER,
              when=_FOR_PRESCRIBER,
              hint=Text("Ví dụ: 009999/LSO-GPHN", "For example: 009999/LSO-GPHN")),
        Field("contact_name", Text("Họ và tên", "Full name"), FieldType.NAME,
              sample="Lục Thị Mai", group=_CONTACT, sensitivity=BASIC),
        Field(CUSTODIAN_PHONE.name, CUSTODIAN_PHONE.label, FieldType.MOBILE,
              sample="0912345678", group=_CONTACT, sensitivity=BASIC),
        Field("licence_scan", Text("Giấy phép hoạt động của cơ sở", "The facility's licence"),
              FieldType.FILE, sample="giay-phep.pdf", group=PAPERS),
        REQUEST_SCAN,
        DATA_CONSENT,
    ),
)  # fmt: skip
