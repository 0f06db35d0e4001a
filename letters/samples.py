"""An invented department and dossier: the facts every letter may count on, for every kind.

A template that uses a name outside these and its own `[sample]` does not render in the tests.
"""

from collections.abc import Mapping
from datetime import date

from letters.data import Fact, Office, Signer, SigningCapacity

OFFICE = Office(
    parent="UBND TỈNH LẠNG SƠN",
    name="SỞ Y TẾ",
    place="Lạng Sơn",
    address="Số 1, đường Mẫu Sơn, phường Lương Văn Tri, tỉnh Lạng Sơn",
    phone="0205 3000 000",
    email="vanthu@soyte.example",
    website="soyte.example",
)
SIGNER = Signer(
    name="Lương Thị Thu Hà",
    position="PHÓ GIÁM ĐỐC",
    capacity=SigningCapacity.DEPUTY,
    head_title="GIÁM ĐỐC",
)
SYMBOL = "SYT-NVD"
ARCHIVE = "VT, NVD"
NUMBER = 5
ISSUED_ON = date(2026, 12, 7)
FACTS: Mapping[str, Fact] = {
    "dossier_code": "H37.15-261120-0008",
    "kind_title": "Cấp tài khoản kết nối liên thông",
    "facility_name": "Nhà thuốc An Bình",
    "applicant_name": "Hoàng Thị Minh Châu",
    "applicant_email": "nhathuoc.anbinh@email.example",
    "applicant_phone": "0912 000 000",
    "applicant_address": "Số 12, đường Hoa Đào, phường Kỳ Lừa, tỉnh Lạng Sơn",
    "system_name": "Hệ thống cơ sở dữ liệu về dược",
    "submitted_on": "20/11/2026",
    "submitted_at": "08 giờ 05 phút, ngày 20/11/2026",
    "received_at": "08 giờ 05 phút, ngày 20/11/2026",
    "due_on": "07/12/2026",
    "working_days": "10",
    "officer_name": "Vi Văn Khánh",
    "officer_phone": "0205 3000 011",
    "unit_name": "Phòng Nghiệp vụ Dược",
    "unit_phone": "0205 3000 010",
    "reason": (
        "Ảnh chụp Giấy chứng nhận đủ điều kiện kinh doanh dược bị mờ, không đọc được số và ngày"
        " cấp.\nTên cơ sở trong hồ sơ khác với tên ghi trên Giấy chứng nhận."
    ),
    "documents": (
        "Giấy chứng nhận đủ điều kiện kinh doanh dược",
        "Hợp đồng bảo mật thông tin với đơn vị cung cấp phần mềm",
    ),
    "missing": (
        "Bản chụp rõ đủ các trang của Giấy chứng nhận đủ điều kiện kinh doanh dược.",
        "Tên cơ sở ghi đúng như trên Giấy chứng nhận.",
    ),
    "supplement_due_on": "04/12/2026",
    "account_username": "lso.1234",
    "status_url": "https://motcua.soyte.example/dossiers/k7Qm2xV9tR",
}
