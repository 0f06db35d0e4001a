"""The dispatch that a dossier carries out (rule L4): asked in a form, or added by an officer."""

from dataclasses import replace

from workflows.fields import Field, FieldType
from workflows.text import Text

BASIS_GROUP = Text("Văn bản thực hiện", "What it carries out")
BASIS = (
    Field("basis_sender", Text("Cơ quan ban hành", "Issued by"), FieldType.TEXT,
          sample="Cục Quản lý Khám, chữa bệnh", group=BASIS_GROUP, required=False,
          hint=Text("Để trống nếu không thực hiện văn bản nào.", "Leave empty if there is none.")),
    Field("basis_reference", Text("Số, ký hiệu", "Number and symbol"), FieldType.TEXT,
          sample="136/KCB-QLCL", group=BASIS_GROUP, required=False),
    Field("basis_on", Text("Ngày ban hành", "Date of issue"), FieldType.DATE,
          sample="2026-01-05", group=BASIS_GROUP, required=False),
    Field("basis_subject", Text("Về việc", "Subject"), FieldType.TEXT,
          sample="triển khai đơn thuốc điện tử", group=BASIS_GROUP, required=False),
)  # fmt: skip
# An officer who names one names all of it.
NAMED = tuple(
    replace(f, required=f.name != "basis_subject", group=Text(""), hint=Text("")) for f in BASIS
)
