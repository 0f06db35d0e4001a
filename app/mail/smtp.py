"""Send envelopes to a relay over one kept connection: Flask-Mail without its traps."""

import smtplib
import ssl
import time
from types import TracebackType
from typing import Self

import flask_mail

from app.mail import failures
from app.mail.envelope import Address, Envelope
from app.mail.failures import MailFailure
from app.mail.mime import EnvelopeMessage
from app.mail.session import Clock, Session
from app.mail.settings import SmtpSettings

__all__ = ["SmtpSettings", "Transport"]

# After so long a silent connection is asked first: a firewall may have forgotten it, and then
# the next command would wait for its whole time-out.
IDLE = 10.0
# Neither is ever said of a mail whose outcome is open (that is "outcome_unknown").
LOST = frozenset({"disconnected", "relay_busy"})


def _mail(settings: SmtpSettings) -> flask_mail.Mail:
    mail = flask_mail.Mail()
    mail.state = mail.init_mail(
        {
            "MAIL_SERVER": settings.host,
            "MAIL_PORT": settings.port,
            "MAIL_USERNAME": settings.username or None,
            "MAIL_PASSWORD": settings.password or None,
            "MAIL_USE_TLS": settings.starttls,
            "MAIL_USE_SSL": settings.implicit_tls,
        }
    )
    return mail


class Transport(flask_mail.Connection):
    """Flask-Mail's connection with an end to every wait and an answer to every failure.

    Connects with the first mail and keeps the connection until `close`; one thread at a time.
    `send` returns when the relay has taken the mail, or raises TemporaryFailure or
    PermanentFailure, never another exception of smtplib, ssl or the socket.
    """

    host: Session | None

    def __init__(self, settings: SmtpSettings) -> None:
        super().__init__(_mail(settings))
        self.settings = settings
        # Flask-Mail's STARTTLS verifies nothing. A CA file that is missing is told at the start.
        self._context = ssl.create_default_context(cafile=settings.ca_file)
        self._clock = Clock(settings.timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the relay; the next mail connects again."""
        session, self.host = self.host, None
        if session is not None:
            session.leave()

    def check(self) -> None:
        """Raise the TemporaryFailure that the next mail would meet before it is even shown."""
        self._clock = Clock(self.settings.timeout)
        self._drop_if_dead(idle=0.0)
        failure = self._try(None)
        if failure is not None:
            raise failure

    def send(
        self,
        message: flask_mail.Message | Envelope,
        envelope_from: str | tuple[str, str] | None = None,
    ) -> None:
        """Send one envelope; `envelope_from` replaces the sender as the address for bounces."""
        if isinstance(message, Envelope):
            message = EnvelopeMessage(message)
        if not isinstance(message, EnvelopeMessage) or isinstance(envelope_from, tuple):
            raise TypeError("build an Envelope: a bare Message has not been checked")
        sender = Address.parse(envelope_from).email if envelope_from else message.sender
        mail = (str(sender), str(message.recipients[0]), message.as_bytes())
        self._clock = Clock(self.settings.timeout)
        self._drop_if_dead(idle=IDLE)
        kept = self.host is not None
        failure = self._try(mail)
        if failure is not None and kept and failure.reason in LOST:
            # The relay ended a connection it had kept open: not yet a word about this mail.
            failure = self._try(mail)
        if failure is not None:
            # Raised outside of any except block: smtplib's own exceptions hold addresses.
            raise failure
        self.num_emails += 1

    def configure_host(self) -> Session:
        """Open a connection whose every wait ends and whose certificate is verified."""
        self.host = Session(self.settings, self._clock, self._context)
        self.host.open()
        return self.host

    def _drop_if_dead(self, *, idle: float) -> None:
        if self.host is None or time.monotonic() - self.host.used_at < idle:
            return
        # A part of the time for the question leaves enough to connect again.
        self.host.clock = Clock(self.settings.timeout / 3)
        if not self.host.is_alive():
            self.host.close()
            self.host = None

    def _try(self, mail: tuple[str, str, bytes] | None) -> MailFailure | None:
        try:
            session = self.host or self.configure_host()
            session.clock, session.timed_out = self._clock, False
            if mail is not None:
                session.sendmail(*mail)
            session.used_at = time.monotonic()
        except OSError as error:
            return self._failed(error)
        return None

    def _failed(self, error: OSError) -> MailFailure:
        session = self.host
        if session is None:
            return failures.from_error(error, "connect", timed_out=False)
        failure = failures.from_error(error, session.stage, timed_out=session.timed_out)
        # After a refusal smtplib resets the connection, except after a refused DATA; only one
        # that was reset is in a state in which the next mail may use it.
        is_reset = session.stage == "rset" and session.sock is not None
        if is_reset and isinstance(error, smtplib.SMTPException) and not failure.relay_wide:
            session.used_at = time.monotonic()
        else:
            # No goodbye to a relay that may be the one that does not answer.
            session.close()
            self.host = None
        return failure
