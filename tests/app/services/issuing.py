"""A clerk's process for the numbering test: issue everything that waits, in its own order.

Run as `python -m tests.app.services.issuing DATABASE_URL FOLDER SEED`; it may be killed at
any moment.
"""

import random
import sys
from pathlib import Path

from sqlalchemy import select

from app import create_app
from app.errors import AppError
from app.extensions import db
from app.models import Dossier
from app.security.actors import staff
from app.services import dossiers
from app.transaction import transaction
from tests.conftest import make_config
from tests.helpers import user
from workflows import ActionRefused, Phase


def main(database_url: str, folder: str, seed: str) -> None:
    """Issue until nothing waits."""
    app = create_app(make_config(Path(folder), database_url))
    order = random.Random(seed)
    with app.app_context():
        while keys := db.session.scalars(
            select(Dossier.key).where(Dossier.phase == Phase.ISSUE)
        ).all():
            for key in order.sample(keys, len(keys)):
                try:
                    with transaction():
                        dossiers.act(key, "issue", staff(user("giang")))
                except (AppError, ActionRefused):
                    continue


if __name__ == "__main__":
    main(*sys.argv[1:])
