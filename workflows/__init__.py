"""What may happen: request types as data. Knows neither Flask nor the database nor letters."""

from workflows.definition import (
    DRAFTED,
    FINAL_PHASES,
    Action,
    Clock,
    Facts,
    Fired,
    Once,
    Phase,
    Role,
    State,
    Workflow,
)
from workflows.errors import (
    ActionRefused,
    DefinitionError,
    FieldError,
    GuardFailed,
    NotPermitted,
    UnknownWorkflow,
    WorkflowError,
    WrongState,
)
from workflows.fields import BASIC, PUBLIC, SENSITIVE, Choice, Field, FieldType, Sensitivity
from workflows.registry import all_workflows, filed_by, get, masked_names
from workflows.text import Text

__all__ = [
    "BASIC",
    "DRAFTED",
    "FINAL_PHASES",
    "PUBLIC",
    "SENSITIVE",
    "Action",
    "ActionRefused",
    "Choice",
    "Clock",
    "DefinitionError",
    "Facts",
    "Field",
    "FieldError",
    "FieldType",
    "Fired",
    "GuardFailed",
    "NotPermitted",
    "Once",
    "Phase",
    "Role",
    "Sensitivity",
    "State",
    "Text",
    "UnknownWorkflow",
    "Workflow",
    "WorkflowError",
    "WrongState",
    "all_workflows",
    "filed_by",
    "get",
    "masked_names",
]
