"""The images of signatures and seal: a folder of PNG, or drawn for a demonstration."""

from dataclasses import dataclass
from pathlib import Path

from letters.signing.port import KeyProblem, Party, Role, SigningError


@dataclass(frozen=True)
class Pictures:
    """`<key>.png` in a folder; `draws` says whether absent ones are drawn, with a plain mark."""

    folder: Path
    seal_mm: float = 36.0
    draws: bool = False

    def of(self, party: Party) -> bytes:
        """Return the PNG of a party; raise SigningError when there is none."""
        name = f"{party.key}.png"
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            if not self.draws:
                raise SigningError(KeyProblem.NO_IMAGE, party.key, name) from error
        from letters.signing import images  # Pillow and fonts, only for what is drawn

        if party.role is Role.PERSON:
            return images.signature(party.name)
        return images.seal(party.name, self.seal_mm)
