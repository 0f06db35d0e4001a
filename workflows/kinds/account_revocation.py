"""Thu hồi tài khoản: a facility or a vendor gives its account back, by written notice (A2)."""

from dataclasses import replace

from workflows.account_fields import (
    ACCOUNT,
    CUSTODIAN_NAME,
    CUSTODIAN_PHONE,
    DATA_CONSENT,
    FACILITY_NAME,
    LICENCE_NO,
    REQUEST_SCAN,
    SYSTEM,
    VENDOR_NAME,
    VENDOR_TAX_CODE,
)
from workflows.common import STATES, standard
from workflows.definition import Once, Workflow
from workflows.dispatching import RECEIVED_BY
from workflows.fields import Choice, Field, FieldType
from workflows.guards import account_exists, every, list_is_current
from workflows.text import Text

_FACILITY = Text("Cơ sở", "The facility")
_OF_FACILITY = ("holder", "facility")
_OF_VENDOR = ("holder", "vendor")

WORKFLOW = Workflow(
    title=Text("Thu hồi tài khoản", "Revocation of an account"),
    summary=Text(
        "Dành cho cơ sở, đơn vị phần mềm ngừng hoạt động hoặc không còn sử dụng tài khoản.",
        "For a facility or a vendor that closes or no longer uses its account.",
    ),
    audience=Text(
        "Người giữ tài khoản của cơ sở hoặc của đơn vị phần mềm đã được cấp tài khoản.",
        "The custodian of an account that was granted to a facility or a vendor.",
    ),
    bring=(
        Text(
            "Số giấy chứng nhận đủ điều kiện kinh doanh dược của cơ sở, hoặc mã số thuế của đơn vị"
            " phần mềm",
            "The number of the facility's pharmacy licence, or the vendor's tax code",
        ),
        Text(
            "Văn bản đề nghị có chữ ký của người đứng đầu (ảnh chụp hoặc bản quét)",
            "A written request signed by the head (photo or scan)",
        ),
    ),
    working_days=5,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=standard(
        grant="account_revocation",
        grant_if=(*_OF_VENDOR, "vendor_revocation"),
        effect="close_account",
        guard=every(account_exists, list_is_current),
        sends="cut_off",
    ),
    subject_fields=(FACILITY_NAME.name, VENDOR_NAME.name),
    recipient_asks=(RECEIVED_BY,),
    fields=(
        Field("holder", Text("Tài khoản của", "Whose account"), FieldType.CHOICE,
              sample="facility", group=ACCOUNT, choices=(
                  Choice("facility", Text("Cơ sở", "A facility")),
                  Choice("vendor", Text("Đơn vị cung cấp phần mềm", "A software vendor"))),
              hint=Text("Thu hồi tài khoản của đơn vị cung cấp phần mềm là ngắt kết nối tất cả các"
                        " cơ sở sử dụng phần mềm đó.",
                        "Revoking a vendor's account disconnects every facility that uses its"
                        " software.")),
        SYSTEM,
        Field("cause", Text("Lý do thu hồi", "Why"), FieldType.CHOICE,
              sample="closed", group=ACCOUNT, choices=(
                  Choice("closed", Text("Ngừng hoạt động", "It closes")),
                  Choice("unused", Text("Không còn nhu cầu sử dụng", "No longer needed")),
                  Choice("person", Text("Thay đổi người giữ tài khoản, chưa có người thay thế",
                                        "The custodian left and nobody takes over yet")),
                  Choice("contract", Text("Hợp đồng bảo mật thông tin hết hiệu lực",
                                          "The confidentiality contract has ended")))),
        replace(FACILITY_NAME, group=_FACILITY, when=_OF_FACILITY),
        replace(LICENCE_NO, group=_FACILITY, when=_OF_FACILITY),
        replace(VENDOR_NAME, when=_OF_VENDOR),
        replace(VENDOR_TAX_CODE, when=_OF_VENDOR),
        CUSTODIAN_NAME,
        CUSTODIAN_PHONE,
        REQUEST_SCAN,
        DATA_CONSENT,
    ),
)  # fmt: skip
