"""Cấp tài khoản: a facility asks for its interoperability account on a national system."""

from workflows.account_fields import DATA_CONSENT, LICENCE_NO, through_vendor
from workflows.common import REISSUE, STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import BASIC, Choice, Field, FieldType
from workflows.guards import every, no_account_yet, vendor_is_connected
from workflows.rules import pharmacies_have_their_licence
from workflows.text import Text

_FACILITY = Text("Cơ sở", "The facility")
_LICENCE = Text("Giấy chứng nhận", "The licence")
_CONNECTION = Text("Kết nối", "The connection")
_PERSON = Text("Người chịu trách nhiệm chuyên môn", "The responsible pharmacist")
_CUSTODIAN = Text("Người giữ tài khoản", "The custodian of the account")
_PAPERS = Text("Giấy tờ kèm theo", "Papers to attach")

WORKFLOW = Workflow(
    title=Text("Cấp tài khoản kết nối liên thông", "Interoperability account"),
    summary=Text(
        "Đăng ký tài khoản để cơ sở kết nối liên thông với hệ thống quốc gia.",
        "Register an account that connects your facility to a national system.",
    ),
    audience=Text(
        "Giám đốc hoặc người chịu trách nhiệm chuyên môn của cơ sở đã có giấy chứng nhận đủ"
        " điều kiện kinh doanh dược.",
        "The director or the responsible pharmacist of a facility that holds its licence.",
    ),
    bring=(
        Text(
            "Địa chỉ thư điện tử của giám đốc hoặc người chịu trách nhiệm chuyên môn",
            "The e-mail address of the director or the responsible pharmacist",
        ),
        Text(
            "Giấy chứng nhận đủ điều kiện kinh doanh dược, hoặc giấy phép hoạt động của cơ sở khám"
            " bệnh, tiêm chủng (ảnh chụp hoặc bản quét)",
            "The pharmacy licence, or the licence to operate of a clinic (photo or scan)",
        ),
        Text("Mã số thuế của cơ sở", "The tax code of the facility"),
        Text(
            "Hợp đồng bảo mật thông tin với đơn vị phần mềm và biên bản xác nhận liên thông, nếu cơ"
            " sở kết nối qua phần mềm của đơn vị đó",
            "The confidentiality contract with your software vendor and the confirmation minutes,"
            " if you connect through its software",
        ),
        Text(
            "Số chứng chỉ hành nghề dược và số định danh cá nhân của người giữ tài khoản",
            "The practice licence number and the personal ID number of the custodian",
        ),
    ),
    working_days=10,  # seed letter on QR registration: 10 working days from the registration
    rules=(pharmacies_have_their_licence,),
    once=Once.UNTIL_REFUSED,
    initial="draft",
    states=STATES,
    actions=(
        *standard(grant="account_grant", effect="grant_account",
                  guard=every(no_account_yet, vendor_is_connected)),
        REISSUE,
    ),
    fields=(
        Field("system", Text("Hệ thống cần kết nối", "System to connect to"), FieldType.CHOICE,
              sample="CSDL-DUOC", group=_FACILITY, choices_from="systems"),
        Field("facility_name", Text("Tên cơ sở", "Name of the facility"), FieldType.TEXT,
              sample="Nhà thuốc An Bình", group=_FACILITY,
              hint=Text("Đúng như trên giấy chứng nhận.", "As printed on the licence.")),
        Field("facility_kind", Text("Loại hình", "Type"), FieldType.CHOICE,
              sample="pharmacy", group=_FACILITY, choices=(
                  Choice("pharmacy", Text("Nhà thuốc", "Pharmacy")),
                  Choice("counter", Text("Quầy thuốc", "Drug counter")),
                  Choice("cabinet", Text("Tủ thuốc trạm y tế", "Health station cabinet")),
                  Choice("wholesale", Text("Cơ sở bán buôn thuốc", "Wholesaler")),
                  Choice("clinic", Text("Cơ sở khám bệnh, chữa bệnh", "Clinic or hospital")),
                  Choice("vaccination", Text("Trạm y tế, cơ sở tiêm chủng",
                                             "Health station or vaccination site")))),
        Field("address", Text("Số nhà, đường hoặc thôn", "House number and street"),
              FieldType.TEXT, sample="Số 12, đường Lê Lợi", group=_FACILITY),
        Field("commune", Text("Xã, phường", "Commune or ward"), FieldType.CHOICE,
              sample="06187", group=_FACILITY, choices_from="communes"),
        Field("tax_code", Text("Mã số thuế", "Tax code"), FieldType.TAX_CODE,
              sample="0100109106", group=_FACILITY, sensitivity=BASIC,
              hint=Text("Hộ kinh doanh dùng số định danh 12 chữ số của chủ hộ.",
                        "A household business uses the owner's 12-digit personal number.")),
        Field(LICENCE_NO.name, LICENCE_NO.label, LICENCE_NO.type, sample=LICENCE_NO.sample,
              group=_LICENCE, hint=LICENCE_NO.hint),
        Field("licence_issued_on", Text("Ngày cấp", "Date of issue"), FieldType.DATE,
              sample="2026-01-05", group=_LICENCE),
        Field("connection", Text("Cách kết nối", "How the facility connects"), FieldType.CHOICE,
              sample="direct", group=_CONNECTION, choices=(
                  Choice("direct", Text("Cơ sở kết nối trực tiếp", "By itself")),
                  Choice("vendor", Text("Qua phần mềm của đơn vị cung cấp",
                                        "Through a vendor's software")))),
        *through_vendor("connection", "vendor"),
        Field("pharmacist_name", Text("Họ và tên người chịu trách nhiệm chuyên môn",
                                      "Name of the responsible pharmacist"),
              FieldType.NAME, sample="Hoàng Thị Minh Châu", group=_PERSON, sensitivity=BASIC),
        Field("pharmacist_licence_no", Text("Số chứng chỉ hành nghề dược",
                                            "Practice licence number"),
              FieldType.PRACTICE_LICENCE, sample="05123/CCHN-D-SYT-LSO", group=_PERSON,
              hint=Text("Ví dụ: 05123/CCHN-D-SYT-LSO", "For example: 05123/CCHN-D-SYT-LSO")),
        Field("custodian_name", Text("Họ và tên", "Full name"), FieldType.NAME,
              sample="Hoàng Thị Minh Châu", group=_CUSTODIAN, sensitivity=BASIC),
        Field("custodian_gender", Text("Giới tính", "Sex"), FieldType.CHOICE,
              sample="female", group=_CUSTODIAN, sensitivity=BASIC, choices=(
                  Choice("female", Text("Nữ", "Female")), Choice("male", Text("Nam", "Male")))),
        Field("custodian_position", Text("Chức vụ", "Position"), FieldType.CHOICE,
              sample="pharmacist", group=_CUSTODIAN, choices=(
                  Choice("director", Text("Giám đốc, chủ cơ sở", "Director or owner")),
                  Choice("pharmacist", Text("Người chịu trách nhiệm chuyên môn",
                                            "Responsible pharmacist")))),
        Field("custodian_phone", Text("Số điện thoại di động", "Mobile phone"), FieldType.MOBILE,
              sample="0912345678", group=_CUSTODIAN, sensitivity=BASIC,
              hint=Text("Tài khoản gắn với số này.", "The account is tied to this number.")),
        Field("custodian_id", Text("Số định danh cá nhân", "Personal ID number"),
              FieldType.PERSONAL_ID, sample="020185001234", group=_CUSTODIAN, sensitivity=BASIC,
              hint=Text("12 chữ số trên thẻ căn cước.", "12 digits on the ID card.")),
        Field("licence_scan", Text("Giấy chứng nhận hoặc giấy phép hoạt động",
                                   "Licence of the facility"),
              FieldType.FILE, sample="giay-chung-nhan.pdf", group=_PAPERS,
              hint=Text("Ảnh chụp rõ hoặc bản quét, đủ các trang.",
                        "A clear photo or scan of every page.")),
        Field("truth", Text("Tôi cam đoan thông tin trên là đúng và chịu trách nhiệm về địa chỉ"
                            " thư điện tử nhận kết quả.",
                            "I declare the above is true and answer for the e-mail address that"
                            " receives the result."),
              FieldType.CONSENT, sample="yes", group=_PAPERS),
        DATA_CONSENT,
    ),
)  # fmt: skip
