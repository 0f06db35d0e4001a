"""What a password of the staff may be: both profiles, lists of leaked ones, the person's words."""

import unicodedata
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app import samples
from app.security import passwords
from app.services import own_password, staff
from tests.helpers import user

GOOD = "Thuyền#giấy-27"


@pytest.fixture
def rules(context: Flask) -> Iterator[dict[str, object]]:
    """The settings of passwords; a test changes them, the next one finds the default."""
    config = context.config["VANTHU"]
    changed: dict[str, object] = {}

    class Settings(dict[str, object]):
        def __setitem__(self, name: str, value: object) -> None:
            context.config["VANTHU"] = context.config["VANTHU"].model_copy(update={name: value})

    yield Settings(changed)
    context.config["VANTHU"] = config


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Ngắn#1", "ít nhất 8 ký tự; mật khẩu vừa nhập có 6"),
        ("thuyền#giấy-27", "còn thiếu: chữ in hoa."),
        ("THUYỀN#GIẤY-27", "còn thiếu: chữ thường."),
        ("Thuyền#giấy-xa", "còn thiếu: chữ số."),
        ("Thuyền giấy 27", "còn thiếu: ký tự đặc biệt"),
        ("thuyền giấy xa", "còn thiếu: chữ in hoa, chữ số, ký tự đặc biệt"),
        ("Qq1!Qq1!Qq1!", "phần lớn là ký tự lặp lại"),
        ("Abcdefgh1!", "phần lớn là dãy ký tự liên tiếp"),
        ("Aa1!" + "x" * 197, "nhiều nhất 200 ký tự"),
    ],
)
def test_a_refusal_says_what_to_change(context: Flask, typed: str, sentence: str) -> None:
    assert sentence in str(passwords.weakness(typed))


@pytest.mark.parametrize(
    "typed",
    ["Abc@1234", "Abc@12345", "Password@123", "P@ssw0rd#1", "Qwerty@123", "Admin@123",
     "Matkhau@123", "Mậtkhẩu@123", "M@tkh4u#2026", "Soyte@2026", "SoYTe#2026!", "Aa@123456",
     "Vanthu#2026!", "Donthuoc@2024"],
)  # fmt: skip
def test_attack_the_first_words_somebody_would_guess(context: Flask, typed: str) -> None:
    assert passwords.weakness(typed) is not None


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("Luong-Thi.An#90", "luongthian"),
        ("Lu0ng#Thác-4x", "luong"),
        ("Xanh#LươngHoa3", "luong"),
        ("Biển#langson-8x", "langson"),
        ("Duoc!nghiepvuduoc7", "nghiepvuduoc"),
        ("NVD#thuyền-giấy3", "nvd"),
        ("Giấy#thuyen3800112X", "3800112"),
    ],
)
def test_attack_what_is_known_of_the_person_and_the_body(
    context: Flask, typed: str, word: str
) -> None:
    problem = passwords.weakness(typed, about=own_password.about(user("an")))

    assert f"«{word}»" in str(problem)


@pytest.mark.parametrize("typed", [GOOD, "T5!mQz8w", "Machine#47-Delta", "Hồ#sơn-Phong 12"])
def test_good_ones_pass(context: Flask, typed: str) -> None:
    assert passwords.weakness(typed, about=own_password.about(user("chi"))) is None


def test_long_ones_are_taken_whole(context: Flask) -> None:
    phrase = (
        "Sông#nước 7 ngả thuyền trôi, trăng rơi mặt vịnh; ai mua chè đắng, ai bán hoa hồi,"
        " đêm nghe tiếng đàn, sáng nhìn mây kéo qua đèo"
    )

    assert len(phrase) > 64 + 50
    assert passwords.weakness(phrase) is None
    stored = passwords.hash_password(phrase)
    assert passwords.verify(stored, phrase)
    assert not passwords.verify(stored, phrase[:-1])


def test_both_spellings_of_a_vietnamese_letter_are_one_password(context: Flask) -> None:
    apart = unicodedata.normalize("NFD", GOOD)

    assert apart != GOOD
    assert passwords.verify(passwords.hash_password(apart), GOOD)
    assert passwords.verify(passwords.hash_password(GOOD), apart)


def test_a_hash_of_older_costs_is_made_anew_at_the_next_sign_in(context: Flask) -> None:
    person = user("an")
    person.password_hash = old = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(
        samples.PASSWORD
    )
    assert staff.check_password("an", "wrong") is None
    assert person.password_hash == old

    assert staff.check_password("an", samples.PASSWORD) is person
    assert not passwords.is_outdated(person.password_hash)
    assert passwords.verify(person.password_hash, samples.PASSWORD)


def test_nist_asks_for_length_and_nothing_else(rules: dict[str, object]) -> None:
    rules["password_profile"] = "nist"

    assert "ít nhất 15 ký tự" in str(passwords.weakness(GOOD))
    assert passwords.weakness("thuyền giấy trên sông") is None
    assert passwords.weakness("mat khau soyte dai that dai") is not None
    assert own_password.due_on(user("an")) is None


def test_the_shortest_length_is_a_setting(rules: dict[str, object]) -> None:
    rules["password_min"] = 16
    assert "ít nhất 16 ký tự" in str(passwords.weakness(GOOD))

    rules["password_profile"], rules["password_min"] = "nist", 8
    assert passwords.weakness("thuyền giấy") is None


def test_first_passwords_of_other_systems_meet_rule_a3(context: Flask) -> None:
    for _ in range(20):
        assert passwords.weakness(passwords.random_password()) is None
