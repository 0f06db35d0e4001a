"""Keys of a remote service that speaks the CSC API (v1): the digest travels, not the letter."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from pyhanko.sign.general import SigningError as PyhankoError
from pyhanko.sign.signers import Signer as KeySigner
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)

from letters.signing.pictures import Pictures
from letters.signing.port import KeyProblem, Party, SigningError, pin_of

_SECONDS = 30


class PinAuthorization(CSCAuthorizationManager):
    """Asks for leave to sign one digest, with the PIN of the credential."""

    def __init__(self, session: aiohttp.ClientSession, pin: str, **about: object) -> None:
        super().__init__(**about)  # type: ignore[arg-type]  # as the parent has them
        self._session = session
        self._pin = pin

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        """Call credentials/authorize; raise SigningError when the service says no."""
        info = self.csc_session_info
        asked = self.format_csc_auth_request(
            num_signatures=len(hash_b64s), pin=self._pin, hash_b64s=hash_b64s
        )
        async with self._session.post(
            info.endpoint_url("credentials/authorize"), headers=self.auth_headers, json=asked
        ) as answer:
            if answer.status in (400, 401, 403):
                raise SigningError(KeyProblem.REFUSED, info.credential_id, str(answer.status))
            answer.raise_for_status()
            return self.parse_csc_auth_response(await answer.json())


def _staying() -> aiohttp.TraceConfig:
    """Return what keeps a session at the address it was given: no redirect carries a PIN away."""

    async def refuse(*_: object) -> None:
        raise aiohttp.ClientError("the service answered with a redirect")

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    return trace


class RemoteSigner:
    """Credentials of one account at a service."""

    def __init__(
        self, service: str, access: str, pins: Mapping[str, str], pictures: Pictures
    ) -> None:
        self._service = service.rstrip("/")
        self._access = access
        self._pins = pins
        self._pictures = pictures
        self._refused: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def opened(self, party: Party) -> AsyncIterator[KeySigner]:
        """Give the credential for one signature; raise SigningError."""
        pin = pin_of(self._pins, party)
        # As with a token: a few wrong PINs lock the credential.
        if (party.key, pin) in self._refused:
            raise SigningError(KeyProblem.REFUSED, party.key, "not tried again")
        where = CSCServiceSessionInfo(self._service, party.key, oauth_token=self._access or None)
        try:
            async with aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_SECONDS), trace_configs=[_staying()]
            ) as session:
                credential = await fetch_certs_in_csc_credential(session, where, _SECONDS)
                leave = PinAuthorization(
                    session, pin, csc_session_info=where, credential_info=credential
                )
                yield CSCSigner(session, leave, sign_timeout=_SECONDS, embed_roots=False)
        except SigningError as error:
            if error.problem is KeyProblem.REFUSED:
                self._refused.add((party.key, pin))
            raise
        except (PyhankoError, aiohttp.ClientError, TimeoutError) as error:
            raise SigningError(KeyProblem.UNREACHABLE, party.key, str(error)) from error

    def image(self, party: Party) -> bytes:
        """Return the PNG for a signature; raise SigningError."""
        return self._pictures.of(party)
