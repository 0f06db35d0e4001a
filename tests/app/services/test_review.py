"""The review: who is listed and why, page by page, in a constant number of statements."""

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.extensions import db
from app.services import review
from app.services.registers import PAGE, Page
from tests.app.services.reviewing import account, facility, prescriber
from tests.app.views.desk_walk import Queries


def numbers(page: Page[object]) -> list[str]:
    return [getattr(row, "number", None) or getattr(row, "licence_no", "") for row in page.rows]


def selects(queries: Queries) -> int:
    return len([s for s in queries.statements if s.startswith("SELECT")])


def test_facilities_without_a_code_stand_by_name_and_can_be_narrowed_by_kind(
    context: Flask,
) -> None:
    facility("1/A", "Quầy thuốc Ấm", kind="counter")
    facility("2/A", "Nhà thuốc Đức", kind="pharmacy")
    facility("3/A", "Nhà thuốc Ánh")
    facility("4/A", "Nhà thuốc Bình", code="20A01", kind="pharmacy")
    db.session.commit()

    assert numbers(review.page("facilities")) == ["3/A", "2/A", "1/A"]
    assert numbers(review.page("facilities", "pharmacy")) == ["2/A"]
    assert numbers(review.page("facilities", review.NO_KIND)) == ["3/A"]
    assert numbers(review.page("facilities", "nothing")) == []
    assert review.counts().kinds == {"counter": 1, "pharmacy": 1, review.NO_KIND: 1}
    assert review.counts().facilities == 3


def test_prescribers_without_a_code_stand_by_licence(context: Flask) -> None:
    prescriber("000002/LSO-GPHN")
    prescriber("000001/LSO-GPHN")
    prescriber("000003/LSO-GPHN", code="KD-1")
    db.session.commit()

    assert numbers(review.page("prescribers")) == ["000001/LSO-GPHN", "000002/LSO-GPHN"]
    assert review.counts().prescribers == 2


@pytest.mark.parametrize("name", ["facilities", "prescribers", "accounts"])
def test_pages_follow_each_other_and_lead_back(context: Flask, name: str) -> None:
    today = clock.today()
    for n in range(2 * PAGE + 3):
        match name:
            case "facilities":
                facility(f"{n}/A", f"Quầy thuốc số {n % 7}")
            case "prescribers":
                prescriber(f"{n:06d}/LSO-GPHN")
            case _:
                account(f"{n}/B", "active", due_on=today - timedelta(days=1))
    db.session.commit()

    whole = [row.id for row in review.everything(name)]
    pages = [review.page(name)]
    while pages[-1].next:
        pages.append(review.page(name, after=pages[-1].next))
    back = [pages[-1]]
    while back[0].previous:
        back.insert(0, review.page(name, before=back[0].previous))

    assert [row.id for page in pages for row in page.rows] == whole
    assert [[row.id for row in p.rows] for p in back] == [[row.id for row in p.rows] for p in pages]
    assert len(whole) == 2 * PAGE + 3
    assert (pages[0].previous, pages[-1].next) == (0, 0)
    assert review.page(name, after=2**31 - 1).rows == review.page(name).rows  # nobody's id


def test_one_tax_code_and_two_codes_are_shown_once(context: Flask) -> None:
    tax = "0100109106"
    facility("1/A", "Phòng khám Sao", "20A01", tax_code=tax, address="Số 1, Xã Lộc Bình")
    facility("2/A", "Phòng khám Sao", "20A02", tax_code=tax, address="Số 2, Xã Lộc Bình")
    facility("3/A", "Phòng khám Mai", "", tax_code=tax)
    facility("4/A", "Phòng khám Đào", "20A04", tax_code="0100109107")
    db.session.commit()

    (found,) = review.doubles()

    assert found.why == "tax_code"
    assert [(h.number, h.code) for h in found.holders] == [("1/A", "20A01"), ("2/A", "20A02")]
    assert review.counts().doubles == 1


def test_one_name_in_one_commune_and_two_codes_are_found(context: Flask) -> None:
    facility("1/A", "Phòng khám Đức", "20A01", address="Số 1, Xã Lộc Bình")
    facility("2/A", "PHÒNG KHÁM  đức", "20A02", address="Số 9, thôn Bó, xã lộc bình")
    facility("3/A", "Phòng khám Đức", "20A03", address="Số 1, Xã Bắc Sơn")
    facility("4/A", "Phòng khám Đức", "", address="Số 1, Xã Lộc Bình")
    facility("5/A", "Phòng khám Đức 1", "20A05", address="Số 1, Xã Lộc Bình")
    db.session.commit()

    (found,) = review.doubles()

    assert found.why == "place"
    assert {h.number for h in found.holders} == {"1/A", "2/A"}


def test_one_person_by_name_and_phone_and_two_codes_are_found_without_the_name(
    context: Flask,
) -> None:
    prescriber("1/LSO-GPHN", "Đàm Thị Xuân", "KD-1", "+84912000111")
    prescriber("2/LSO-GPHN", "ĐÀM THỊ XUÂN", "KD-2", "+84912000111")
    prescriber("3/LSO-GPHN", "Đàm Thị Xuân", "KD-3", "+84912000222")
    prescriber("4/LSO-GPHN", "Đàm Thị Xuân", "", "+84912000111")
    prescriber("5/LSO-GPHN", "Đàm Thị Thu", "KD-5")
    prescriber("6/LSO-GPHN", "Đàm Thị Thu", "KD-6")
    db.session.commit()

    (found,) = review.doubles()

    assert found.why == "person"
    assert [(h.number, h.code, h.name) for h in found.holders] == [
        ("1/LSO-GPHN", "KD-1", ""),
        ("2/LSO-GPHN", "KD-2", ""),
    ]


def test_accounts_are_listed_past_their_review_only(context: Flask) -> None:
    today = clock.today()
    account("1/B", "active", due_on=today - timedelta(days=1))
    account("2/B", "active", due_on=today)
    account("3/B", "active", due_on=None, days_old=900)
    account("4/B", "granted", days_old=91)
    account("5/B", "granted", days_old=89)
    account("6/B", "closed", due_on=today - timedelta(days=9), days_old=900)
    db.session.commit()

    found = review.everything("accounts")

    assert [a.username for a in found] == ["lso.1/B", "lso.4/B"]
    assert [review.is_unused(a) for a in found] == [False, True]
    assert review.counts().accounts == 2


def test_each_list_takes_the_same_statements_however_long_it_is(context: Flask) -> None:
    def measured() -> list[int]:
        taken = []
        for name in ("facilities", "prescribers", "accounts"):
            for call in (lambda n=name: review.page(n), lambda n=name: review.everything(n)):
                db.session.expunge_all()
                with Queries(context) as queries:
                    rows = call()
                    for row in getattr(rows, "rows", rows):
                        if name == "accounts":
                            assert row.holder.name
                            assert row.system.name
                taken.append(selects(queries))
        for count in (review.doubles, review.counts):
            with Queries(context) as queries:
                count()
            taken.append(selects(queries))
        return taken

    def fill(numbers: range) -> None:
        for n in numbers:
            facility(f"{n}/A", f"Quầy thuốc {n}")
            prescriber(f"{n:06d}/LSO-GPHN")
            account(f"{n}/B", "granted", days_old=100)
            for copy in (1, 2):
                facility(f"{n}-{copy}/C", f"Sao {n}", f"C{n}{copy}X", address="Xã Bắc Sơn")
        db.session.commit()

    fill(range(1, 3))
    few = measured()
    fill(range(3, 60))

    assert measured() == few
    assert few == [1, 1, 1, 1, 1, 1, 2, 5]
