"""The one error of this package."""


class LetterError(Exception):
    """A letter cannot be made as its data and template say; nothing was produced."""
