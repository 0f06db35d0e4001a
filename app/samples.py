"""The department, people and dossiers that `vanthu serve` shows in development.

All names and numbers are invented.
"""

import base64
import hashlib
import io
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from PIL import Image, ImageDraw
from sqlalchemy import select

import workflows
from app import clock
from app.config import ROOT
from app.extensions import db
from app.models import Department, Dossier, Place, TargetSystem, Unit, User
from app.security import keys
from app.security.actors import applicant, staff
from app.security.passwords import hash_password
from app.services import attachments, dossiers, filling, places
from app.transaction import transaction

# Of the invented people, in development only. The policy would refuse it as anybody's new
# password: it is easy to read from a page and to type, which is all it is for.
PASSWORD = "VanThu@2026"  # noqa: S105

# username, name, position, unit, roles, capacity
PEOPLE = (
    ("an", "Lương Thị An", "Chuyên viên", "NVD", ["officer"], ""),
    ("binh", "Nông Văn Bình", "Chuyên viên", "NVD", ["officer"], ""),
    ("chi", "Vi Thị Kim Chi", "Phó Giám đốc", "VP", ["signer"], "KT."),
    ("dung", "Hoàng Quốc Dũng", "Giám đốc", "VP", ["signer"], ""),
    ("giang", "Lý Hương Giang", "Văn thư", "VP", ["clerk"], ""),
    ("hanh", "Chu Thị Hạnh", "Chuyên viên", "NVD", ["officer"], ""),
    ("quantri", "Triệu Minh Hải", "Quản trị hệ thống", "VP", ["admin"], ""),
)
# Who comes for the first time: no phone and no second factor yet.
NEWCOMER = "hanh"
_SYSTEMS = (
    ("CSDL-DUOC", "Cơ sở dữ liệu Dược quốc gia", "National pharmaceutical database"),
    ("DTQG", "Hệ thống đơn thuốc quốc gia", "National e-prescription system"),
    ("TIEMCHUNG", "Nền tảng quản lý tiêm chủng", "Vaccination platform"),
)
# facility, e-mail, licence, custodian, commune, how far it went
_DOSSIERS = (
    ("Nhà thuốc Mẫu Sơn", "mauson@example.vn", "1101/ĐKKDD-LSO",
     "Hoàng Thị Minh Châu", "Xã Mẫu Sơn", "submit"),
    ("Quầy thuốc Kỳ Cùng", "kycung@example.vn", "1102/ĐKKDD-LSO",
     "Nông Thị Bích Ngọc", "Phường Kỳ Lừa", "submit"),
    ("Nhà thuốc Đèo Giang", "deogiang@example.vn", "1110/ĐKKDD-LSO",
     "Vy Quang Huy", "Phường Tam Thanh", "submit"),
    ("Nhà thuốc Tô Thị", "tothi@example.vn", "1111/ĐKKDD-LSO",
     "Lê Ngọc Ánh", "Phường Đông Kinh", "submit"),
    ("Nhà thuốc Hoa Hồi", "hoahoi@example.vn", "1103/ĐKKDD-LSO",
     "Triệu Thị Lan", "Xã Văn Quan", "submit claim"),
    ("Quầy thuốc Tràng Định", "trangdinh@example.vn", "1112/ĐKKDD-LSO",
     "Đàm Văn Khoa", "Xã Thất Khê", "submit claim"),
    ("Nhà thuốc Tam Thanh", "tamthanh@example.vn", "1104/ĐKKDD-LSO",
     "Phùng Thu Hằng", "Phường Tam Thanh", "submit claim ask_supplement"),
    ("Quầy thuốc Bắc Sơn", "bacson@example.vn", "1105/ĐKKDD-LSO",
     "Dương Hữu Phúc", "Xã Bắc Sơn", "submit claim propose_grant"),
    ("Nhà thuốc Lộc Bình", "locbinh@example.vn", "1113/ĐKKDD-LSO",
     "Chu Thị Hạnh", "Xã Lộc Bình", "submit claim propose_grant"),
    ("Nhà thuốc Đồng Đăng", "dongdang@example.vn", "1106/ĐKKDD-LSO",
     "Lâm Tuấn Kiệt", "Xã Đồng Đăng", "submit claim propose_refusal"),
    ("Nhà thuốc Chi Lăng", "chilang@example.vn", "1107/ĐKKDD-LSO",
     "Ma Thị Thơm", "Xã Chi Lăng", "submit claim propose_grant approve"),
    ("Nhà thuốc Phai Vệ", "phaive@example.vn", "1108/ĐKKDD-LSO",
     "Hứa Văn Thịnh", "Phường Lương Văn Tri", "submit claim propose_grant approve issue"),
    ("Quầy thuốc Na Sầm", "nasam@example.vn", "1109/ĐKKDD-LSO",
     "Bế Thị Duyên", "Xã Na Sầm", "submit claim propose_refusal approve issue"),
)  # fmt: skip
# The vendor comes first, then those it connects, then its wish to give the account back.
_VENDOR = {
    "vendor_name": "Công ty TNHH Giải pháp số Mẫu Sơn",
    "vendor_tax_code": "4909999026",
    "product_name": "Mẫu Sơn Pharma 3.1",
    "custodian_name": "Hứa Thị Ngọc Lan",
}
_CONNECTED = (
    ("Nhà thuốc Hữu Lũng", "huulung@example.vn", "1114/ĐKKDD-LSO",
     "Triệu Thị Xuân", "Xã Hữu Lũng"),
    ("Quầy thuốc Bình Gia", "binhgia@example.vn", "1115/ĐKKDD-LSO",
     "Nông Đức Toàn", "Xã Bình Gia"),
    ("Nhà thuốc Đình Lập", "dinhlap@example.vn", "1116/ĐKKDD-LSO",
     "Hoàng Thị Như Quỳnh", "Xã Đình Lập"),
)  # fmt: skip
_SUPPLIED = {
    "reason": "Bản chụp giấy chứng nhận không đọc được số và ngày cấp.",
    "missing": "Bản chụp rõ Giấy chứng nhận đủ điều kiện kinh doanh dược",
}
_WHOLE_WAY = "submit claim propose_grant approve issue"
_ACTORS = {
    "claim": "an", "ask_supplement": "an", "propose_grant": "an", "propose_refusal": "an",
    "approve": "chi", "issue": "giang",
}  # fmt: skip


def totp_secret(username: str) -> str:
    """Return the fixed authenticator secret of an invented person."""
    digest = hashlib.sha256(f"vanthu sample {username}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def stored_secrets() -> Mapping[str, str]:
    """Return the authenticator secrets people have now, by user name (development only)."""
    rows = db.session.execute(select(User.username, User.totp_secret))
    return {name: keys.decrypt(sealed) for name, sealed in rows if sealed}


@cache
def licence_scan() -> bytes:
    """Draw a plain picture that stands for a scanned licence."""
    image = Image.new("RGB", (1240, 1754), "#fdfcf7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 1180, 1694), outline="#9b1c1c", width=6)
    draw.rectangle((90, 90, 1150, 1664), outline="#c9a227", width=2)
    for n in range(14):
        draw.line((180, 620 + n * 62, 1060 - (n % 4) * 120, 620 + n * 62), fill="#8d99a6", width=8)
    draw.ellipse((820, 1380, 1080, 1640), outline="#c1121f", width=10)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def received_scan() -> attachments.Received:
    """Return the picture as one that came through the gate; it is ours."""
    return attachments.Received("giay-chung-nhan.jpg", "image/jpeg", licence_scan())


def load_department() -> None:
    """Write department, people, systems and places; leave what is there alone."""
    with transaction():
        if db.session.scalars(select(Department)).first():
            return
        db.session.add(
            Department(
                name="SỞ Y TẾ",
                parent="UBND TỈNH LẠNG SƠN",
                full_name="Sở Y tế tỉnh Lạng Sơn",
                symbol="SYT",
                place="Lạng Sơn",
                agency_code="H37.12",
                address="Số 01, đường Mẫu, phường Lương Văn Tri, tỉnh Lạng Sơn",
                phone="0205 3800 000",
                email="soyte@example.vn",
                website="soyte.example.vn",
                head_title="Giám đốc",
            )
        )
        units = {
            "NVD": Unit(name="Phòng Nghiệp vụ Dược", symbol="NVD", phone="0205 3800 111"),
            "VP": Unit(name="Văn phòng Sở", symbol="VP", phone="0205 3800 100"),
        }
        db.session.add_all(units.values())
        db.session.flush()
        hashed = hash_password(PASSWORD)
        for username, name, position, unit, roles, capacity in PEOPLE:
            is_new = username == NEWCOMER
            db.session.add(
                User(
                    username=username,
                    full_name=name,
                    email=f"{username}@soyte.example.vn",
                    phone="" if is_new else "0205 3800 112",
                    position=position,
                    unit=units[unit],
                    roles=roles,
                    capacity=capacity,
                    password_hash=hashed,
                    totp_secret=None if is_new else keys.encrypt(totp_secret(username)),
                    totp_last_step=0 if is_new else 1,
                    created_at=clock.now(),
                )
            )
        for code, name, name_en in _SYSTEMS:
            db.session.add(TargetSystem(code=code, name=name, name_en=name_en))
        with (ROOT / "app" / "sample_places.toml").open("rb") as file:
            db.session.add_all(Place(**row) for row in tomllib.load(file)["places"])


def load_dossiers() -> None:
    """Walk invented dossiers through the real services, each as far as it went."""
    if db.session.scalars(select(Dossier)).first():
        return
    for *facility, way in _DOSSIERS:
        _walk(_submit(*facility), way)
    email = "ketnoi@mauson.example.vn"
    key = submit_sample("", email, "", kind="vendor_connection", answers=_VENDOR)
    _walk(key, _WHOLE_WAY)
    through = {"connection": "vendor", "software_vendor": _VENDOR["vendor_tax_code"]}
    for each in _CONNECTED:
        _walk(_submit(*each, **through), _WHOLE_WAY)
    ending = _VENDOR | {"holder": "vendor", "cause": "contract"}
    key = submit_sample("", email, "", kind="account_revocation", answers=ending)
    _walk(key, "submit claim")
    _age()


def _submit(
    facility: str, email: str, licence: str, custodian: str, commune: str, **answers: str
) -> str:
    place = places.find(commune)
    answers |= {
        "custodian_name": custodian,
        "pharmacist_name": custodian,
        "commune": place.code if place else commune,
    }
    if facility.startswith("Quầy"):
        answers["facility_kind"] = "counter"
    return submit_sample(facility, email, licence, answers=answers)


def _walk(key: str, way: str) -> None:
    for step in way.split()[1:]:
        with transaction():
            username = _ACTORS[step]
            user = db.session.scalars(select(User).where(User.username == username)).one()
            dossiers.act(key, step, staff(user), supplied=_SUPPLIED)


def submit_sample(
    facility: str,
    email: str,
    licence: str,
    *,
    kind: str = "account_issuance",
    answers: Mapping[str, str] | None = None,
) -> str:
    """File one invented request and return the key of its dossier."""
    typed = {f.name: f.sample for f in workflows.get(kind).fields}
    typed |= {"facility_name": facility, "licence_no": licence, **(answers or {})}
    with transaction():
        dossier = dossiers.begin(kind, email)
        filling.type_in(dossier, typed)
        for field in workflows.get(kind).fields:
            is_file = field.type is workflows.FieldType.FILE
            if is_file and field.required and field.applies(typed):
                scan = received_scan()
                attachments.attach(dossier, field.name, scan, 10)
        db.session.flush()
        key = dossier.key
    with transaction():
        dossiers.act(key, "submit", applicant(email, typed[workflows.get(kind).applicant_field]))
    return key


def _age() -> None:
    """Move the promises apart, so that the queue shows what is due and what is late."""
    from app.services.calendar import office

    days = office()
    with transaction():
        for n, dossier in enumerate(
            db.session.scalars(select(Dossier).where(Dossier.due_on.is_not(None)))
        ):
            start = clock.today() - timedelta(days=(n * 5) % 17)
            dossier.counted_from = start
            dossier.due_on = days.due(start, 10)
