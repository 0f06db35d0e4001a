"""Bàn giao tài khoản: a new custodian takes over; the old access is dead on approval."""

from workflows.account_fields import (
    ACCOUNT,
    CUSTODIAN,
    CUSTODIAN_NAME,
    CUSTODIAN_PHONE,
    DATA_CONSENT,
    FACILITY_NAME,
    LICENCE_NO,
    PAPERS,
    REQUEST_SCAN,
    SYSTEM,
)
from workflows.common import REISSUE, STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import BASIC, Choice, Field, FieldType
from workflows.guards import account_exists
from workflows.text import Text

WORKFLOW = Workflow(
    title=Text("Bàn giao tài khoản", "Handover of an account"),
    summary=Text(
        "Chuyển tài khoản cho người giữ mới khi thay đổi nhân sự.",
        "Pass the account to a new custodian when people change.",
    ),
    audience=Text(
        "Người nhận bàn giao; địa chỉ thư điện tử xác thực là của người giữ tài khoản mới.",
        "The one who takes over; the verified e-mail is the new custodian's.",
    ),
    bring=(
        Text("Số giấy chứng nhận của cơ sở", "The number of the facility's licence"),
        Text(
            "Biên bản bàn giao có chữ ký của người giao và người nhận",
            "Handover minutes signed by both custodians",
        ),
        Text(
            "Văn bản đề nghị có chữ ký của người đứng đầu cơ sở",
            "A written request signed by the head of the facility",
        ),
    ),
    working_days=5,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=(
        *standard(grant="account_handover", effect="hand_over", guard=account_exists),
        REISSUE,
    ),
    fields=(
        SYSTEM,
        FACILITY_NAME,
        LICENCE_NO,
        Field("former_custodian", Text("Họ và tên người giao", "Name of the former custodian"),
              FieldType.NAME, sample="Nông Văn Hòa", group=ACCOUNT, sensitivity=BASIC),
        CUSTODIAN_NAME,
        Field("custodian_gender", Text("Giới tính", "Sex"), FieldType.CHOICE,
              sample="female", group=CUSTODIAN, sensitivity=BASIC, choices=(
                  Choice("female", Text("Nữ", "Female")), Choice("male", Text("Nam", "Male")))),
        Field("custodian_position", Text("Chức vụ", "Position"), FieldType.TEXT,
              sample="Dược sĩ phụ trách", group=CUSTODIAN),
        CUSTODIAN_PHONE,
        Field("handover_minutes", Text("Biên bản bàn giao", "Handover minutes"), FieldType.FILE,
              sample="bien-ban.pdf", group=PAPERS),
        REQUEST_SCAN,
        DATA_CONSENT,
    ),
)  # fmt: skip
