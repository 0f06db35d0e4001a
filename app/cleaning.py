"""What people send is written anew in a confined process before anything of ours keeps it."""

import json
from pathlib import Path

from app.confined import Reader
from app.errors import AppError
from workflows import Text

READER = Reader(
    # By its path and isolated: the process needs two libraries and nothing of ours.
    ("-I", str(Path(__file__).with_name("cleaner.py"))),
    Text(
        "Nhiều người đang gửi tệp cùng lúc. Ông/Bà gửi lại sau ít phút.",
        "Many people are sending files right now. Please send it again in a few minutes.",
    ),
)
_SENTENCES = {
    "unreadable": Text(
        "Chọn tệp PDF, JPG hoặc PNG; tệp này không đọc được.",
        "Choose a PDF, JPG or PNG file; this one cannot be read.",
    ),
    "encrypted": Text(
        "Tệp PDF đặt mật khẩu hoặc hạn chế quyền; gửi bản không đặt mật khẩu.",
        "The PDF has a password or restricted rights; send one without.",
    ),
    "active": Text(
        "Tệp PDF ký số có kèm mã lệnh, liên kết hoặc tệp khác; gửi bản không kèm các nội dung này.",
        "The signed PDF carries scripts, links or other files; send one without them.",
    ),
    "too large": Text(
        "Tệp quá lớn sau khi xử lý; giảm kích thước ảnh hoặc số trang rồi gửi lại.",
        "The file is too large after processing; make it smaller and send it again.",
    ),
}


class Unclean(AppError):
    """A file that cannot be kept; the sentence says what to do."""


def clean(content: bytes, max_bytes: int) -> tuple[str, bytes]:
    """Return the type of a file and its clean bytes; raise Unclean, or Conflict when too busy."""
    request = json.dumps({"max_bytes": max_bytes}).encode() + b"\n" + content
    head, _, cleaned = (READER.answer(request) or b"{}").partition(b"\n")
    said = json.loads(head)
    if "type" not in said:
        # A file that exhausts or kills its reader cannot be read either.
        raise Unclean(_SENTENCES[said.get("problem", "unreadable")])
    if len(cleaned) > max_bytes:
        raise Unclean(_SENTENCES["too large"])
    return said["type"], cleaned
