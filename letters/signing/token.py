"""Keys on a token or in an HSM, through its PKCS#11 library."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from threading import Lock

from letters.signing.pictures import Pictures
from letters.signing.port import KeyProblem, Party, SigningError, pin_of

try:
    import pkcs11
    from pkcs11 import exceptions as faults
except ImportError as error:  # the extra `pkcs11` is not installed
    raise SigningError(KeyProblem.UNREACHABLE, "python-pkcs11", str(error)) from error

from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer as KeySigner

_REFUSED = (
    faults.PinIncorrect,
    faults.PinLocked,
    faults.PinInvalid,
    faults.PinLenRange,
    faults.PinExpired,
    faults.UserPinNotInitialized,
)
# One library, one login: what two threads do in it at once depends on the maker.
_lock = Lock()


class TokenSigner:
    """Keys of one token; key and certificate have the same label."""

    def __init__(
        self, library: str, token: str, pins: Mapping[str, str], pictures: Pictures
    ) -> None:
        self._library = library
        self._token = token
        self._pins = pins
        self._pictures = pictures
        self._refused: set[str] = set()

    @asynccontextmanager
    async def opened(self, party: Party) -> AsyncIterator[KeySigner]:
        """Log in for one signature; raise SigningError."""
        pin = pin_of(self._pins, party)
        # A few wrong PINs lock a token for good: one that was refused is not tried again.
        if pin in self._refused:
            raise SigningError(KeyProblem.REFUSED, party.key, "not tried again")
        with _lock:
            try:
                with closing(self._session(pin)) as session:
                    signer = PKCS11Signer(session, cert_label=party.key, embed_roots=False)
                    await self._loaded(signer, party)
                    yield signer
            except _REFUSED as error:
                self._refused.add(pin)
                raise SigningError(KeyProblem.REFUSED, party.key, type(error).__name__) from error
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                detail = type(error).__name__
                raise SigningError(KeyProblem.UNREACHABLE, party.key, detail) from error

    def image(self, party: Party) -> bytes:
        """Return the PNG for a signature; raise SigningError."""
        return self._pictures.of(party)

    def _session(self, pin: str) -> pkcs11.Session:
        criteria = TokenCriteria(label=self._token) if self._token else None
        return open_pkcs11_session(self._library, token_criteria=criteria, user_pin=pin)

    @staticmethod
    async def _loaded(signer: PKCS11Signer, party: Party) -> None:
        try:
            await signer.ensure_objects_loaded()
        except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned, faults.PKCS11Error) as error:
            raise SigningError(KeyProblem.MISSING, party.key, type(error).__name__) from error
