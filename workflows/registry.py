"""Find the request types: every file in workflows/kinds/, its name is the kind."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from workflows import kinds
from workflows.definition import Role, Workflow
from workflows.errors import DefinitionError, UnknownWorkflow


@cache
def all_workflows() -> Mapping[str, Workflow]:
    """Return kind → workflow, in the order of their titles' files."""
    found: dict[str, Workflow] = {}
    for module in pkgutil.iter_modules(kinds.__path__):
        workflow = getattr(
            importlib.import_module(f"{kinds.__name__}.{module.name}"), "WORKFLOW", None
        )
        if not isinstance(workflow, Workflow):
            raise DefinitionError(f"workflows/kinds/{module.name}.py has no WORKFLOW")
        found[module.name] = replace(workflow, kind=module.name)
    return found


@cache
def masked_names() -> frozenset[str]:
    """Return the names of all fields that hold a number of a person, in any request type."""
    return frozenset(f.name for w in all_workflows().values() for f in w.all_fields if f.is_masked)


def filed_by(role: Role) -> list[Workflow]:
    """Return the workflows that applicants file, or those that officers file."""
    return [w for w in all_workflows().values() if w.filed_by is role]


def get(kind: str, filer: Role | None = None) -> Workflow:
    """Return one workflow; raise UnknownWorkflow, also when somebody else files it."""
    workflow = all_workflows().get(kind)
    if workflow is None or filer not in (None, workflow.filed_by):
        raise UnknownWorkflow(kind)
    return workflow
