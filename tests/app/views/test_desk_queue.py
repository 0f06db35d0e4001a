"""The queue: what is due first, a page at a time, and no query more for more rows."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask

from app import clock, formats
from app.extensions import db
from app.models import Dossier
from app.services import queue
from tests.app.views.desk_walk import Queries, act, at_desk, filed
from tests.helpers import user

PHASES = {"submitted": "queue", "in_review": "review", "supplement_requested": "waiting",
          "pending_grant": "signature", "signed_grant": "issue", "granted": "done",
          "lapsed": "closed"}  # fmt: skip


def row(n: int, state: str = "submitted", due: date | None = None, officer: str = "") -> Dossier:
    """Make a bare row; its history is not what these tests are about."""
    now = clock.now()
    return Dossier(
        key=f"key{n}",
        code=f"H37.12-261120-{n:04d}",
        kind="account_issuance",
        state=state,
        phase=PHASES[state],
        email=f"n{n}@example.vn",
        subject=f"Nhà thuốc số {n}",
        folded=formats.fold(f"Nhà thuốc số {n} {n}/ĐKKDD-LSO"),
        answers={},
        typed={},
        officer_id=user(officer).id if officer else None,
        created_at=now,
        changed_at=now,
        submitted_at=now,
        due_on=due or (None if state == "supplement_requested" else clock.today()),
    )


def put(app: Flask, *rows: Dossier) -> None:
    db.session.add_all(rows)
    db.session.commit()


def walk(view: str, username: str = "an") -> list[list[str]]:
    """Return the codes page by page, forwards; check that backwards gives the same."""
    who = user(username)
    chosen = next(v for v in queue.views_of(who) if v.name == view)
    page = queue.page(chosen, who)
    pages = [page]
    while page.next:
        page = queue.page(chosen, who, after=page.next)
        pages.append(page)
    back = [page]
    while page.previous:
        page = queue.page(chosen, who, before=page.previous)
        back.append(page)
    seen = [[str(d.code) for d in p.rows] for p in pages]
    assert [[str(d.code) for d in p.rows] for p in reversed(back)] == seen
    return seen


def test_what_is_due_first_stands_first_across_phases_and_pages(context: Flask) -> None:
    start = clock.today()
    states = ["submitted", "in_review", "pending_grant", "signed_grant"]
    put(context, *(row(n, states[n % 4], start + timedelta(days=n * 7 % 31)) for n in range(60)),
        *(row(n, "supplement_requested") for n in range(60, 66)),
        row(70, "granted"))  # fmt: skip

    pages = walk("all")

    assert [len(p) for p in pages] == [25, 25, 16]
    found = [code for page in pages for code in page]
    numbers = [int(code[-4:]) for code in found]
    assert numbers[:60] == sorted(range(60), key=lambda n: (n * 7 % 31, n))
    # Nobody is waited for at the desk while the applicant supplements.
    assert numbers[60:] == list(range(60, 66))


def test_finished_dossiers_stand_newest_first_and_undated_ones_last(context: Flask) -> None:
    start = clock.today()
    put(context, *(row(n, "granted", start + timedelta(days=n)) for n in range(30)))
    lost = [row(n, "lapsed") for n in range(30, 33)]
    for dossier in lost:
        dossier.due_on = None
    put(context, *lost)

    numbers = [int(code[-4:]) for page in walk("done") for code in page]

    assert numbers == [*reversed(range(30)), 32, 31, 30]


def test_mine_is_what_i_hold(context: Flask) -> None:
    put(context, row(1, "in_review", officer="an"), row(2, "in_review", officer="binh"))

    assert walk("mine", "an") == [["H37.12-261120-0001"]]


def test_tallies_count_each_part_and_what_is_late(context: Flask) -> None:
    late = clock.today() - timedelta(days=1)
    put(context, row(1), row(2, due=late), row(3, "in_review", late, "an"),
        row(4, "in_review", officer="binh"), row(5, "granted"))  # fmt: skip
    who = user("an")

    tallies = queue.tallies(who, queue.views_of(who))

    assert tallies["new"] == queue.Tally(2, 1)
    assert tallies["mine"] == queue.Tally(1, 1)
    assert tallies["all"] == queue.Tally(4, 2)
    assert "done" not in tallies


@pytest.mark.parametrize(
    "typed", ["nha thuoc so 7", "NHÀ THUỐC SỐ 7", "7/dkkdd", "0007", "7/ĐKKDD-LSO"]
)
def test_search_finds_with_and_without_marks(context: Flask, typed: str) -> None:
    put(context, row(7), row(8))

    assert [d.code for d in queue.search(typed, user("an")).rows] == ["H37.12-261120-0007"]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'", "nha%thuoc"])
def test_search_takes_marks_of_the_database_as_text(context: Flask, typed: str) -> None:
    put(context, row(7))

    assert queue.search(typed, user("an")).rows == []


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "2026-11-20",
        "2026-11-20.x",
        "9999-99-99.1",
        "2026-11-20.99999999999999999999",
        ".",
        "0001-01-01.-5",
    ],
)
def test_a_cursor_that_somebody_made_up_does_no_harm(app: Flask, cursor: str) -> None:
    filed(app)
    client = at_desk(app, "an")

    assert client.get("/desk", query_string={"after": cursor}).status_code == 200
    assert client.get("/desk", query_string={"before": cursor, "q": "nha"}).status_code == 200


@pytest.mark.parametrize("address", ["/desk", "/desk?view=all", "/desk?view=done", "/desk?q=nha"])
def test_the_queue_needs_no_query_more_for_more_dossiers(app: Flask, address: str) -> None:
    client = at_desk(app, "an")
    counts = []
    for numbers in (range(1, 6), range(6, 61)):
        with app.app_context():
            for n in numbers:
                state = "granted" if n % 3 == 0 else "submitted" if n % 3 else "in_review"
                put(app, row(n, state, officer="an"))
        with Queries(app) as queries:
            page = client.get(address)
        assert page.status_code == 200
        counts.append(queries.count)

    assert counts[0] == counts[1]
    assert counts[1] <= 12, queries.statements


def test_an_exact_code_leads_to_its_dossier(app: Flask) -> None:
    code = filed(app)

    answer = at_desk(app, "an").get("/desk", query_string={"q": code.lower()})

    assert (answer.status_code, answer.location) == (303, f"/desk/dossiers/{code}")


def test_each_role_begins_where_its_work_is(app: Flask) -> None:
    filed(app)

    for username, tab in (("an", "Chờ nhận"), ("chi", "Chờ ký"), ("giang", "Chờ phát hành")):
        page = at_desk(app, username).get("/desk").text
        tabs = page[page.index("vt-tabs") :]
        assert re.search(rf'aria-current="page">{tab}', tabs), username


def test_an_overdue_dossier_says_so_also_on_a_weekend(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        found = queue.find(code, user("an"))
        assert found is not None
        found.due_on = clock.today() - timedelta(days=1)
        db.session.commit()

    page = at_desk(app, "an").get("/desk").text

    assert "Quá hạn 01 ngày làm việc" in page
    assert "1 hồ sơ đã quá hạn" in page


def test_a_dossier_is_claimed_from_the_list(app: Flask) -> None:
    code = filed(app)
    client = at_desk(app, "an")
    assert f"/desk/dossiers/{code}/actions/claim" in client.get("/desk").text

    answer = act(client, code, "claim")

    assert answer.location == f"/desk/dossiers/{code}"
    assert "Nhận xử lý" not in client.get("/desk?view=all").text
    assert "Nhận xử lý" not in at_desk(app, "chi").get("/desk?view=all").text
