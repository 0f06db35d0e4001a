"""Signatures of a letter: the person's, then the body's, each an update after the other.

Knows keys, certificates and PDF; importing it loads none of their libraries.
"""

from letters.signing.port import (
    DEMONSTRATION,
    KeyProblem,
    Level,
    Party,
    Role,
    Signer,
    SigningError,
    Wording,
)

__all__ = [
    "DEMONSTRATION",
    "KeyProblem",
    "Level",
    "Party",
    "Role",
    "Signer",
    "SigningError",
    "Wording",
]
