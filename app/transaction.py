"""The one owner of commit and rollback: `with transaction():` in a view or a command."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm.exc import StaleDataError

from app.database import WRITES
from app.errors import Conflict
from app.extensions import db
from workflows import Text

log = logging.getLogger(__name__)
_AFTER = "after_commit"


@contextmanager
def transaction() -> Iterator[None]:
    """Commit on leaving; roll back and raise again on anything.

    What was read before is forgotten, so that rules look at the rows as they are now.
    Raises Conflict when somebody else changed a row meanwhile.
    """
    session = db.session
    session.rollback()
    session.info[_AFTER] = []
    session.connection(execution_options={WRITES: True})
    try:
        yield
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Conflict(
            Text(
                "Hồ sơ vừa được người khác xử lý. Vui lòng xem lại trước khi thao tác tiếp.",
                "Somebody else has just handled this dossier. Please look again first.",
            )
        ) from None
    except BaseException:
        session.rollback()
        raise
    for call in session.info.pop(_AFTER, ()):
        try:
            call()
        except Exception:
            # A lost hint costs a minute: the worker's sweep finds every waiting row.
            log.warning("after-commit hint failed", exc_info=True)


def after_commit(call: Callable[[], None]) -> None:
    """Run something that may fail once this transaction is safe."""
    db.session.info.setdefault(_AFTER, []).append(call)
