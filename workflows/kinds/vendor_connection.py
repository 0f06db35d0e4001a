"""Đăng ký kết nối của đơn vị cung cấp phần mềm: one account for all its facilities (V2)."""

from dataclasses import replace

from workflows.account_fields import (
    CONTRACT,
    CUSTODIAN,
    CUSTODIAN_NAME,
    CUSTODIAN_PHONE,
    DATA_CONSENT,
    GENDER,
    MINUTES,
    PERSONAL_ID,
    SYSTEM,
    VENDOR,
    VENDOR_NAME,
    VENDOR_TAX_CODE,
)
from workflows.common import REISSUE, STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import Field, FieldType
from workflows.guards import no_account_yet
from workflows.text import Text

_DECLARATION = Text("Cam kết", "Declaration")
_PROOF = Text("Hợp đồng và biên bản", "Contract and minutes")

WORKFLOW = Workflow(
    title=Text(
        "Đăng ký kết nối của đơn vị cung cấp phần mềm", "Connection of a software vendor"
    ),
    summary=Text(
        "Một tài khoản duy nhất của đơn vị cho tất cả các cơ sở sử dụng phần mềm của đơn vị.",
        "One account of the vendor for all the facilities that use its software.",
    ),
    audience=Text(
        "Đơn vị cung cấp phần mềm quản lý nhà thuốc, cơ sở khám bệnh, chữa bệnh đã xác nhận liên"
        " thông với hệ thống quốc gia.",
        "Vendors of software for pharmacies and clinics whose interoperability was confirmed.",
    ),
    bring=(
        Text("Mã số thuế của đơn vị", "The tax code of the vendor"),
        Text(
            "Hợp đồng bảo mật thông tin đã ký (bản quét)",
            "The signed confidentiality contract (scan)",
        ),
        Text(
            "Biên bản xác nhận việc liên thông (bản quét)",
            "The interoperability confirmation minutes (scan)",
        ),
        Text(
            "Số định danh cá nhân và số điện thoại của người giữ tài khoản",
            "The personal ID number and the phone of the custodian",
        ),
    ),
    working_days=10,
    once=Once.UNTIL_REFUSED,
    initial="draft",
    subject_fields=(VENDOR_NAME.name,),
    states=STATES,
    actions=(
        *standard(grant="vendor_connection", effect="grant_account", guard=no_account_yet),
        REISSUE,
    ),
    fields=(
        replace(SYSTEM, label=Text("Hệ thống cần kết nối", "System to connect to"), group=VENDOR),
        VENDOR_NAME,
        VENDOR_TAX_CODE,
        Field("product_name", Text("Tên và phiên bản phần mềm", "Software and its version"),
              FieldType.TEXT, sample="Sao Mai Pharma 5.2", group=VENDOR),
        Field("address", Text("Số nhà, đường hoặc thôn", "House number and street"),
              FieldType.TEXT, sample="Số 8, đường Trần Đăng Ninh", group=VENDOR),
        # A vendor may sit in another province, whose communes no catalogue of ours has.
        Field("commune", Text("Xã, phường, tỉnh", "Commune and province"), FieldType.TEXT,
              sample="Phường Tam Thanh, tỉnh Lạng Sơn", group=VENDOR),
        Field("contract_no", Text("Số hợp đồng bảo mật thông tin", "Number of the contract"),
              FieldType.TEXT, sample="27/2026/HĐBM", group=_PROOF),
        Field("contract_on", Text("Ngày ký hợp đồng", "Date of the contract"), FieldType.DATE,
              sample="2026-01-12", group=_PROOF),
        replace(CONTRACT, group=_PROOF),
        Field("minutes_no", Text("Số biên bản xác nhận liên thông", "Number of the minutes"),
              FieldType.TEXT, sample="15/BBXN", group=_PROOF),
        Field("minutes_on", Text("Ngày lập biên bản", "Date of the minutes"), FieldType.DATE,
              sample="2026-02-02", group=_PROOF),
        replace(MINUTES, group=_PROOF),
        CUSTODIAN_NAME,
        GENDER,
        Field("custodian_position", Text("Chức vụ", "Position"), FieldType.TEXT,
              sample="Trưởng phòng Kỹ thuật", group=CUSTODIAN),
        CUSTODIAN_PHONE,
        PERSONAL_ID,
        Field("truth", Text("Tôi cam đoan thông tin trên là đúng, dùng tài khoản này cho tất cả các"
                            " cơ sở sử dụng phần mềm và giữ bí mật dữ liệu của các cơ sở.",
                            "I declare the above is true, use this account for all the facilities"
                            " and keep their data confidential."),
              FieldType.CONSENT, sample="yes", group=_DECLARATION),
        replace(DATA_CONSENT, group=_DECLARATION),
    ),
)  # fmt: skip
