"""Why an action or a definition was refused; nothing here knows about HTTP."""

from workflows.text import Text


class WorkflowError(Exception):
    """Base of everything this package raises."""


class DefinitionError(WorkflowError):
    """A workflow that is not sound: raised at import, never while people work."""


class UnknownWorkflow(WorkflowError):
    """No request type of that name."""


class ActionRefused(WorkflowError):
    """The subject was left untouched; `reason` is what a person may read."""

    def __init__(self, action: str, state: str, reason: Text) -> None:
        super().__init__(f"{action} refused in {state}")
        self.action = action
        self.state = state
        self.reason = reason


class WrongState(ActionRefused):
    """The action does not leave this state."""


class NotPermitted(ActionRefused):
    """None of the actor's roles may do this."""


class GuardFailed(ActionRefused):
    """The state and the role are right, a premise is not."""


class FieldError(ValueError):
    """What was typed cannot be taken; `message` says what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message
