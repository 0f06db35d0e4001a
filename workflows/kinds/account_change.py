"""Thay đổi thông tin tài khoản: new phone, e-mail or name on the record of an account."""

from workflows.account_fields import (
    BRING,
    CUSTODIAN_NAME,
    CUSTODIAN_PHONE,
    DATA_CONSENT,
    FACILITY_NAME,
    HOLDER,
    LICENCE_NO,
    REQUEST_SCAN,
    SYSTEM,
    through_vendor,
)
from workflows.common import STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import BASIC, Choice, Field, FieldType
from workflows.guards import account_exists, every, vendor_is_connected
from workflows.rules import one_of
from workflows.text import Text

_NEW = Text("Thông tin mới (chỉ ghi mục cần đổi)", "New particulars (only what changes)")

WORKFLOW = Workflow(
    title=Text("Thay đổi thông tin tài khoản", "Change of account particulars"),
    summary=Text(
        "Đổi số điện thoại, thư điện tử, tên cơ sở hoặc đơn vị phần mềm gắn với tài khoản đã cấp.",
        "Change the phone, the e-mail, the facility's name or its software vendor on an account.",
    ),
    audience=HOLDER,
    bring=BRING,
    working_days=5,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=standard(grant="account_change", effect="change_account",
                     guard=every(account_exists, vendor_is_connected)),
    rules=(one_of("new_phone", "new_email", "new_facility_name", "new_connection"),),
    fields=(
        SYSTEM,
        FACILITY_NAME,
        LICENCE_NO,
        CUSTODIAN_NAME,
        CUSTODIAN_PHONE,
        Field("new_phone", Text("Số di động mới", "New mobile phone"), FieldType.MOBILE,
              sample="0987654321", group=_NEW, required=False, sensitivity=BASIC),
        Field("new_email", Text("Thư điện tử mới", "New e-mail"), FieldType.EMAIL,
              sample="moi@example.vn", group=_NEW, required=False, sensitivity=BASIC),
        Field("new_facility_name", Text("Tên cơ sở mới", "New name of the facility"),
              FieldType.TEXT, sample="Nhà thuốc An Bình 2", group=_NEW, required=False,
              hint=Text("Đúng như trên giấy chứng nhận mới.", "As on the new licence.")),
        Field("new_connection", Text("Đổi đơn vị phần mềm", "Change of the software vendor"),
              FieldType.CHOICE, sample="", group=_NEW, required=False, choices=(
                  Choice("", Text("Không đổi", "No change")),
                  Choice("vendor", Text("Kết nối qua phần mềm của đơn vị khác",
                                        "Connect through another vendor")),
                  Choice("direct", Text("Kết nối trực tiếp", "Connect directly")))),
        *through_vendor("new_connection", "vendor"),
        REQUEST_SCAN,
        DATA_CONSENT,
    ),
)  # fmt: skip
