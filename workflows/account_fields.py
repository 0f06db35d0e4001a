"""The fields that requests about an existing account share."""

from workflows.fields import Field, FieldType
from workflows.text import Text

ACCOUNT = Text("Tài khoản", "The account")
CUSTODIAN = Text("Người giữ tài khoản", "The custodian of the account")
PAPERS = Text("Giấy tờ kèm theo", "Papers to attach")

SYSTEM = Field(
    "system",
    Text("Hệ thống", "System"),
    FieldType.CHOICE,
    sample="CSDL-DUOC",
    group=ACCOUNT,
    choices_from="systems",
)
FACILITY_NAME = Field(
    "facility_name",
    Text("Tên cơ sở", "Name of the facility"),
    FieldType.TEXT,
    sample="Nhà thuốc An Bình",
    group=ACCOUNT,
)
LICENCE_NO = Field(
    "licence_no",
    Text("Số giấy chứng nhận đủ điều kiện kinh doanh dược", "Pharmacy licence number"),
    FieldType.PHARMACY_LICENCE,
    sample="1234/ĐKKDD-LSO",
    group=ACCOUNT,
    hint=Text("Ví dụ: 1234/ĐKKDD-LSO", "For example: 1234/ĐKKDD-LSO"),
)
CUSTODIAN_NAME = Field(
    "custodian_name",
    Text("Họ và tên", "Full name"),
    FieldType.NAME,
    sample="Hoàng Thị Minh Châu",
    group=CUSTODIAN,
    personal=True,
)
CUSTODIAN_PHONE = Field(
    "custodian_phone",
    Text("Số điện thoại di động", "Mobile phone"),
    FieldType.MOBILE,
    sample="0912345678",
    group=CUSTODIAN,
    personal=True,
)
REQUEST_SCAN = Field(
    "request_scan",
    Text("Văn bản đề nghị", "Written request"),
    FieldType.FILE,
    sample="van-ban-de-nghi.pdf",
    group=PAPERS,
    hint=Text("Có chữ ký của người đứng đầu cơ sở.", "Signed by the head of the facility."),
)
DATA_CONSENT = Field(
    "data_consent",
    Text(
        "Tôi đồng ý để Sở Y tế xử lý dữ liệu cá nhân trong hồ sơ này để giải quyết yêu cầu.",
        "I agree that the department processes the personal data of this dossier in order to"
        " decide on this request.",
    ),
    FieldType.CONSENT,
    sample="yes",
    group=PAPERS,
)
BRING = (
    Text(
        "Số giấy chứng nhận đủ điều kiện kinh doanh dược của cơ sở",
        "The number of the facility's pharmacy licence",
    ),
    Text(
        "Văn bản đề nghị có chữ ký của người đứng đầu cơ sở (ảnh chụp hoặc bản quét)",
        "A written request signed by the head of the facility (photo or scan)",
    ),
)
HOLDER = Text(
    "Người giữ tài khoản của cơ sở đã được cấp tài khoản.",
    "The custodian of an account that was granted before.",
)
