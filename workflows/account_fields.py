"""The fields that requests about accounts share."""

from dataclasses import replace

from workflows.fields import BASIC, Choice, Field, FieldType
from workflows.text import Text

ACCOUNT = Text("Tài khoản", "The account")
CUSTODIAN = Text("Người giữ tài khoản", "The custodian of the account")
PAPERS = Text("Giấy tờ kèm theo", "Papers to attach")
VENDOR = Text("Đơn vị cung cấp phần mềm", "The software vendor")

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
    Text("Số giấy chứng nhận hoặc giấy phép hoạt động của cơ sở", "Licence number of the facility"),
    FieldType.FACILITY_LICENCE,
    sample="1234/ĐKKDD-LSO",
    group=ACCOUNT,
    hint=Text(
        "Ví dụ: 1234/ĐKKDD-LSO hoặc 123/LSO-GPHĐ", "For example: 1234/ĐKKDD-LSO or 123/LSO-GPHĐ"
    ),
)
CUSTODIAN_NAME = Field(
    "custodian_name",
    Text("Họ và tên", "Full name"),
    FieldType.NAME,
    sample="Hoàng Thị Minh Châu",
    group=CUSTODIAN,
    sensitivity=BASIC,
)
CUSTODIAN_PHONE = Field(
    "custodian_phone",
    Text("Số điện thoại di động", "Mobile phone"),
    FieldType.MOBILE,
    sample="0912345678",
    group=CUSTODIAN,
    sensitivity=BASIC,
)
GENDER = Field(
    "custodian_gender",
    Text("Giới tính", "Sex"),
    FieldType.CHOICE,
    sample="female",
    group=CUSTODIAN,
    sensitivity=BASIC,
    choices=(
        Choice("female", Text("Nữ", "Female")),
        Choice("male", Text("Nam", "Male")),
    ),
)
PERSONAL_ID = Field(
    "custodian_id",
    Text("Số định danh cá nhân", "Personal ID number"),
    FieldType.PERSONAL_ID,
    sample="020185001234",
    group=CUSTODIAN,
    sensitivity=BASIC,
    hint=Text("12 chữ số trên thẻ căn cước.", "12 digits on the ID card."),
)
VENDOR_NAME = Field(
    "vendor_name",
    Text("Tên đơn vị", "Name of the vendor"),
    FieldType.TEXT,
    sample="Công ty TNHH Phần mềm Sao Mai",
    group=VENDOR,
    hint=Text(
        "Đúng như trên giấy chứng nhận đăng ký doanh nghiệp.",
        "As printed on the business registration.",
    ),
)
VENDOR_TAX_CODE = Field(
    "vendor_tax_code",
    Text("Mã số thuế", "Tax code"),
    FieldType.TAX_CODE,
    sample="4909999019",
    group=VENDOR,
)
CONTRACT = Field(
    "vendor_contract",
    Text("Hợp đồng bảo mật thông tin", "Confidentiality contract"),
    FieldType.FILE,
    sample="hop-dong.pdf",
    hint=Text("Bản quét đủ chữ ký và dấu của các bên.", "A scan with all signatures and seals."),
)
MINUTES = Field(
    "confirmation_minutes",
    Text("Biên bản xác nhận liên thông", "Interoperability confirmation minutes"),
    FieldType.FILE,
    sample="bien-ban.pdf",
    hint=Text("Bản quét đủ chữ ký và dấu của các bên.", "A scan with all signatures and seals."),
)


def through_vendor(name: str, answer: str) -> tuple[Field, ...]:
    """Return what a facility that connects through a vendor is asked, given an answer (V1)."""
    when = (name, answer)
    return (
        Field(
            "software_vendor",
            Text("Đơn vị phần mềm", "The vendor"),
            FieldType.CHOICE,
            sample=VENDOR_TAX_CODE.sample,
            group=VENDOR,
            choices_from="vendors",
            when=when,
            hint=Text(
                "Chỉ gồm đơn vị đã được cấp tài khoản kết nối. Nếu chưa có tên, đề nghị đơn vị nộp"
                " hồ sơ «Đăng ký kết nối của đơn vị cung cấp phần mềm» trước.",
                "Only vendors that have a connection account. If yours is missing, ask it to file"
                " “Connection of a software vendor” first.",
            ),
        ),
        replace(CONTRACT, group=VENDOR, when=when),
        replace(MINUTES, group=VENDOR, when=when),
    )


REQUEST_SCAN = Field(
    "request_scan",
    Text("Văn bản đề nghị", "Written request"),
    FieldType.FILE,
    sample="van-ban-de-nghi.pdf",
    group=PAPERS,
    sensitivity=BASIC,
    hint=Text("Có chữ ký của người đứng đầu cơ sở, đơn vị.", "Signed by the head of the body."),
)
DATA_CONSENT = Field(
    "data_consent",
    Text(
        # Told, not asked: a state body decides on requests by law (Law 91/2025, Art. 19.1).
        "Tôi đã được thông báo: Sở Y tế xử lý dữ liệu cá nhân trong hồ sơ này theo nhiệm vụ luật"
        " giao để giải quyết yêu cầu.",
        "I was told: the department processes the personal data of this dossier in order to decide"
        " on this request, as the law charges it to.",
    ),
    FieldType.CONSENT,
    sample="yes",
    group=PAPERS,
)
BRING = (
    Text(
        "Số giấy chứng nhận đủ điều kiện kinh doanh dược hoặc giấy phép hoạt động của cơ sở",
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
