"""A clerk's process for the numbering test: numbers of every sort, until a book has enough.

Run as `python -m tests.app.services.taking DATABASE_URL FOLDER SEED ENOUGH`; it may be killed
at any moment.
"""

import random
import sys
from pathlib import Path

from sqlalchemy import select

from app import clock, create_app
from app.extensions import db
from app.models import NumberBook
from app.security.actors import staff
from app.services import ledger
from app.transaction import transaction
from tests.conftest import make_config
from tests.helpers import user

SAID = {
    "form": "dispatch", "symbol": "SYT-VP", "subject": "Việc", "addressee": "Nơi nhận",
    "reason": "Văn bản giấy",
}  # fmt: skip


def main(database_url: str, folder: str, seed: str, enough: str) -> None:
    """Reserve, and enter, void or leave what was reserved, by chance."""
    app = create_app(make_config(Path(folder), database_url))
    chance = random.Random(seed)
    with app.app_context():
        while (last() or 0) < int(enough):
            with transaction():
                clerk = staff(user("giang"))
                entry = ledger.reserve(SAID, clerk)
                if chance.random() < 0.3:
                    ledger.void(entry.id, "Ghi nhầm", clerk)
                elif chance.random() < 0.5:
                    today = clock.today().isoformat()
                    paper = SAID | {"issued_on": today, "signer_name": "Vi Thị Kim Chi"}
                    ledger.issue_on_paper(entry.id, paper, clerk)


def last() -> int | None:
    """Return the last number of the book of dispatches."""
    found = db.session.scalars(
        select(NumberBook.last_number).where(NumberBook.name == "dispatch")
    ).first()
    db.session.rollback()
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
