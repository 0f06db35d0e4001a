"""Cấp lại mật khẩu: a facility that lost its password gets a new first access, never a password."""

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
from workflows.common import REISSUE, STATES, standard
from workflows.definition import Once, Workflow
from workflows.fields import Choice, Field, FieldType
from workflows.guards import by_the_custodian
from workflows.text import Text

WORKFLOW = Workflow(
    title=Text("Cấp lại mật khẩu", "New password"),
    summary=Text(
        "Dành cho cơ sở đã có tài khoản nhưng quên hoặc lộ mật khẩu.",
        "For a facility that has an account and forgot its password, or fears it is known.",
    ),
    audience=HOLDER,
    bring=BRING,
    working_days=3,
    once=Once.ONE_AT_A_TIME,
    initial="draft",
    states=STATES,
    actions=(
        *standard(grant="password_reset", effect="reset_access", guard=by_the_custodian),
        REISSUE,
    ),
    fields=(
        SYSTEM,
        FACILITY_NAME,
        LICENCE_NO,
        Field("cause", Text("Lý do đề nghị", "Why you ask"), FieldType.CHOICE,
              sample="forgotten", group=ACCOUNT, choices=(
                  Choice("forgotten", Text("Quên mật khẩu", "The password was forgotten")),
                  Choice("leaked", Text("Nghi ngờ lộ mật khẩu", "Others may know it")),
                  Choice("locked", Text("Tài khoản bị khóa", "The account is locked")))),
        CUSTODIAN_NAME,
        CUSTODIAN_PHONE,
        REQUEST_SCAN,
        DATA_CONSENT,
    ),
)  # fmt: skip
