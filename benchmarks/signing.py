"""P12: both signatures of a letter with software keys, beside drawing that letter."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import letters
from app import rendering
from benchmarks.measure import Row, at_most, interleave, middle, ratios, timed
from benchmarks.scene import stage
from letters.signing import Party, Role, Wording
from letters.signing.pictures import Pictures
from letters.signing.sign import sign
from letters.signing.software import SoftwareSigner

LETTERS = 5


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure a one-page dispatch."""
    data = letters.sample("account_grant")
    parties = [Party(Role.PERSON, "person", "Vi Thị Kim Chi"), Party(Role.BODY, "body", "SỞ Y TẾ")]
    with stage(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signer = SoftwareSigner(folder, {}, Pictures(folder, draws=True), makes=True)
        unsigned = rendering.letter(data)
        ways = [
            timed(lambda: sign(unsigned, parties, signer, Wording("")), LETTERS),
            timed(lambda: rendering.letter(data), LETTERS),
        ]
        signing, drawing = interleave(ways, options.rounds, warm_up=2)
    what, peer = f"two signatures ({middle(signing)})", f"drawing the letter ({middle(drawing)})"
    yield Row("P12", what, peer, at_most(1.0), ratios(signing, drawing))
