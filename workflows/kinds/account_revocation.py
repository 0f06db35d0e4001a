"""Thu hồi tài khoản: a facility gives its account back, by written notice (rule A2)."""

from workflows.account_fields import (
    ACCOUNT,
    BRING,
    CUSTODIAN_NAME,
    CUSTODIAN_PHONE,
    DATA_CONSENT,
    FACILITY_NAME,
    HOLDER,
    LICENCE_NO,
    REQUEST_SCAN,
    SYSTEM,
)
from workflows.common import STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import Choice, Field, FieldType
from workflows.guards import account_exists
from workflows.text import Text

WORKFLOW = Workflow(
    title=Text("Thu hồi tài khoản", "Revocation of an account"),
    summary=Text(
        "Dành cho cơ sở ngừng hoạt động hoặc không còn sử dụng tài khoản.",
        "For a facility that closes or no longer uses its account.",
    ),
    audience=HOLDER,
    bring=BRING,
    working_days=5,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=standard(grant="account_revocation", effect="close_account", guard=account_exists),
    fields=(
        SYSTEM,
        FACILITY_NAME,
        LICENCE_NO,
        Field("cause", Text("Lý do thu hồi", "Why"), FieldType.CHOICE,
              sample="closed", group=ACCOUNT, choices=(
                  Choice("closed", Text("Cơ sở ngừng hoạt động", "The facility closes")),
                  Choice("unused", Text("Không còn nhu cầu sử dụng", "No longer needed")),
                  Choice("person", Text("Thay đổi người giữ tài khoản, chưa có người thay thế",
                                        "The custodian left and nobody takes over yet")))),
        CUSTODIAN_NAME,
        CUSTODIAN_PHONE,
        REQUEST_SCAN,
        DATA_CONSENT,
    ),
)  # fmt: skip
