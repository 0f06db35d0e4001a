"""Two tiers since 1 July 2025: what is offered, what a place was, what came of the districts."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import formats, samples
from app.extensions import db
from app.models import Facility, Place
from app.security.actors import applicant
from app.services import dossiers, facts, filling, places
from app.transaction import transaction
from tests.app.services.test_dossiers import EMAIL, GRANT, filed, walked
from tests.helpers import dossier
from workflows import Choice, Field, FieldError, FieldType, Text

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
LOC_BINH, CAO_LOC, MAU_SON, KY_LUA = "188", "183", "06541", "06187"
COMMUNE = Field(
    "commune", Text("Xã, phường", "Commune"), FieldType.CHOICE, sample=KY_LUA,
    choices_from="communes",
)  # fmt: skip


def place(code: str) -> Place:
    found = places.by_code(code)
    assert found is not None
    return found


def without_places() -> None:
    with transaction():
        db.session.execute(Place.__table__.delete())


def test_a_code_is_given_once(context: Flask) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            Place.__table__.insert().values(code=MAU_SON, name="Xã Khác", level="commune")
        )


def test_nobody_belongs_to_a_place_that_is_not_there(context: Flask) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Place(code="99999", name="Xã Lạ", level="commune", parent_code="98"))


def test_the_sample_province_has_61_communes_4_wards_and_11_districts_of_the_past(
    context: Flask,
) -> None:
    today = [p.name.split()[0] for p in places.of_level("commune", NEW)]

    assert (today.count("Xã"), today.count("Phường")) == (61, 4)
    assert places.of_level("district", NEW) == []
    assert len(places.of_level("district", OLD)) == 11
    assert places.of_level("commune", OLD) == []
    assert [p.code for p in places.of_level("province", OLD)] == ["20"]


def test_communes_are_offered_in_vietnamese_order_of_their_own_names(context: Flask) -> None:
    offered = [c.label for c in places.communes()]

    assert offered[:3] == ["Xã Ba Sơn", "Xã Bắc Sơn", "Xã Bằng Mạc"]
    assert offered.index("Xã Đình Lập") == offered.index("Xã Điềm He") + 1
    assert offered.index("Xã Điềm He") > offered.index("Xã Công Sơn")
    assert offered.index("Phường Kỳ Lừa") == offered.index("Xã Kiên Mộc") + 1
    assert "Huyện Lộc Bình" not in offered


@pytest.mark.parametrize(
    "ordered",
    ["a ă â b c d đ e ê", "o ô ơ u ư", "ma mà mả mã má mạ", "van vạn văn vân", "tam tâm tân tấn"],
)
def test_vietnamese_sorts_letters_before_tones(ordered: str) -> None:
    words = ordered.split()
    mixed = words[::-1]

    mixed.sort(key=formats.alphabetical)

    assert mixed == words


def test_a_place_is_found_as_it_was_on_a_day(context: Flask) -> None:
    commune, district = place(MAU_SON), place(LOC_BINH)

    assert places.on(commune, NEW) == commune
    assert places.on(commune, OLD) == district
    assert places.on(district, OLD) == district
    assert places.on(district, NEW) is None, "no single commune took the district over"
    assert places.on(place(KY_LUA), OLD) is None, "made of parts of two districts"


def test_a_district_is_followed_by_the_communes_made_of_it(context: Flask) -> None:
    names = [p.name for p in places.successors(place(LOC_BINH))]

    assert names == [
        "Xã Khuất Xá", "Xã Lộc Bình", "Xã Lợi Bác", "Xã Mẫu Sơn", "Xã Na Dương",
        "Xã Thống Nhất", "Xã Xuân Dương",
    ]  # fmt: skip
    assert places.successors(place(MAU_SON)) == []


def test_a_merged_commune_leads_to_its_successor_and_never_in_circles(context: Flask) -> None:
    with transaction():
        place(MAU_SON).valid_until = date(2026, 8, 31)
        place(MAU_SON).successor_code = KY_LUA
        place(KY_LUA).valid_until = date(2026, 9, 30)
        place(KY_LUA).successor_code = MAU_SON

    assert places.on(place(MAU_SON), date(2026, 8, 31)) == place(MAU_SON)
    assert places.on(place(MAU_SON), date(2026, 9, 1)) == place(KY_LUA)
    assert places.on(place(MAU_SON), date(2026, 10, 1)) is None
    assert [p.code for p in places.successors(place(MAU_SON))] == [KY_LUA]


def test_a_name_means_a_place_when_only_one_has_it(context: Flask) -> None:
    assert places.find("Xã Mẫu Sơn") == place(MAU_SON) == places.find(MAU_SON)
    assert places.find("Xã Mau Son") is None
    assert places.find("Huyện Lộc Bình") is None
    assert places.find("") is None
    with transaction():
        db.session.add(Place(code="00001", name="Xã Mẫu Sơn", level="commune"))
    assert places.find("Xã Mẫu Sơn") is None


def test_only_communes_of_today_are_taken(context: Flask) -> None:
    offered = facts.with_catalogues(COMMUNE)

    assert offered.check(MAU_SON) == MAU_SON
    for wrong in (LOC_BINH, "20", "99999", "Xã Mẫu Sơn"):
        with pytest.raises(FieldError, match="Chọn một trong các mục của danh sách"):
            offered.check(wrong)


def test_what_a_dossier_kept_is_history_and_stays(context: Flask) -> None:
    with transaction():
        place(MAU_SON).valid_until = OLD
    assert MAU_SON not in {c.value for c in facts.with_catalogues(COMMUNE).choices}

    gone = facts.with_catalogues(COMMUNE, MAU_SON)
    words = facts.with_catalogues(COMMUNE, "Phường Kỳ Lừa")

    assert gone.check(MAU_SON) == MAU_SON
    assert gone.choices[0] == Choice(MAU_SON, Text("Xã Mẫu Sơn"))
    assert words.check("Phường Kỳ Lừa") == "Phường Kỳ Lừa"
    assert [c.label for c in words.choices].count("Phường Kỳ Lừa") == 1
    assert facts.shown(COMMUNE, MAU_SON) == "Xã Mẫu Sơn"
    assert facts.shown(COMMUNE, "Phường Kỳ Lừa") == "Phường Kỳ Lừa"


def test_a_department_without_places_lets_people_type(context: Flask) -> None:
    without_places()

    key = samples.submit_sample(
        "Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO",
        answers={"commune": "Xã Mẫu Sơn"},
    )  # fmt: skip

    assert facts.with_catalogues(COMMUNE).type is FieldType.TEXT
    assert dossier(key).answers["commune"] == "Xã Mẫu Sơn"
    assert facts.address(dossier(key)).endswith(", xã Mẫu Sơn")
    walked(key, *GRANT)
    assert db.session.scalars(select(Facility.place_code)).one() is None


def test_the_code_is_kept_and_the_name_is_read(context: Flask) -> None:
    key = filed()
    walked(key, *GRANT)

    stored = dossier(key)
    assert stored.answers["commune"] == KY_LUA
    assert facts.for_letter(stored, {})["commune"] == "Phường Kỳ Lừa"
    assert facts.address(stored) == "Số 12, đường Lê Lợi, phường Kỳ Lừa, tỉnh Lạng Sơn"
    assert "phuong ky lua" in stored.folded
    assert KY_LUA not in stored.folded
    facility = db.session.scalars(select(Facility)).one()
    assert facility.place_code == KY_LUA
    assert facility.address.endswith("phường Kỳ Lừa, tỉnh Lạng Sơn")


def test_a_dossier_of_before_the_list_is_supplemented_and_finds_its_place(context: Flask) -> None:
    key = filed()
    walked(key, ("an", "claim"), ("an", "ask_supplement"))
    with transaction():
        old = dossier(key)
        old.answers = old.answers | {"commune": "Phường Kỳ Lừa"}

    assert "commune" not in filling.errors(dossier(key))
    with transaction():
        filling.type_in(dossier(key), {"address": "Số 14, đường Lê Lợi"})
        dossiers.act(key, "supplement", applicant(EMAIL, "Hoàng Thị Minh Châu"))
    walked(key, *GRANT[1:])

    assert dossier(key).answers["commune"] == "Phường Kỳ Lừa"
    assert "phuong ky lua" in dossier(key).folded
    assert db.session.scalars(select(Facility.place_code)).one() == KY_LUA
