"""Files as an attacker sends them, made here byte by byte."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (120, 80), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#c9a227").save(out, kind, **more)  # type: ignore[arg-type]  # as Pillow
    return out.getvalue()


def photo() -> bytes:
    """A photo taken upright on a phone that writes where and when."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 51.0, 11.0), 3: "E", 4: (106.0, 45.0, 40.0)})
    return picture(exif=exif, comment=b"secret comment")


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(595, 842))
        page.Contents = made.make_stream(b"BT /F1 24 Tf 72 700 Td (noi dung) Tj ET")
        if change is not None:
            change(made)
        made.save(out, **options)  # type: ignore[arg-type]  # as pikepdf
    return out.getvalue()


def _note(made: pikepdf.Pdf, **entries: object) -> None:
    note = Dictionary(Type=Name.Annot, Rect=[0, 0, 99, 99], **entries)
    made.pages[0].Annots = Array([made.make_indirect(note)])


def _script(made: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert('MARK')"))
    made.Root.OpenAction = action
    made.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("x"), made.make_indirect(action)]))
    )
    made.pages[0].AA = Dictionary(O=action)


def _deep(made: pikepdf.Pdf) -> None:
    last = Dictionary(S=Name.JavaScript, JS=String("MARK"))
    chain = Dictionary(S=Name.GoTo, D=Array([made.pages[0].obj, Name.Fit]), Next=Array([last]))
    _note(made, Subtype=Name.Link, A=chain)


def _enclosed(made: pikepdf.Pdf) -> None:
    made.attachments["hoa-don.exe"] = b"MZ MARK program"


def _xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(Fields=Array([]), XFA=String("<xdp>MARK</xdp>"))


def _elsewhere(made: pikepdf.Pdf) -> None:
    made.pages[0].Contents = made.make_stream(b"", F=String("\\\\MARK\\share\\x"))


def acts(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return lambda made: _note(made, Subtype=Name.Link, A=action)


# What acts or carries, each with the word MARK in it.
ACTIVE: dict[str, bytes] = {
    "javascript": pdf(_script),
    "javascript behind a jump": pdf(_deep),
    "javascript in an object stream": pdf(
        _script, object_stream_mode=pikepdf.ObjectStreamMode.generate
    ),
    "launch": pdf(acts(Dictionary(S=Name.Launch, F=String("MARK.exe")))),
    "submit": pdf(acts(Dictionary(S=Name.SubmitForm, F=String("https://MARK.example/")))),
    "remote": pdf(acts(Dictionary(S=Name.GoToR, F=String("//MARK/share"), D=String("x")))),
    "link": pdf(acts(Dictionary(S=Name.URI, URI=String("file:///MARK")))),
    "enclosed file": pdf(_enclosed),
    "xfa": pdf(_xfa),
    "rich media": pdf(lambda made: _note(made, Subtype=Name.RichMedia, T=String("MARK"))),
    "enclosed as a note": pdf(lambda m: _note(m, Subtype=Name.FileAttachment, T=String("MARK"))),
    "stream elsewhere": pdf(_elsewhere),
    "zip behind it": b"",
    "page before it": pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n<html><script>MARK</script>\n", 1),
    "picture with a page": picture(comment=b"<html><script>MARK</script>"),
    "picture with a zip": b"",
}


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("MARK.class", b"\xca\xfe\xba\xbe")
    return out.getvalue()


ACTIVE["zip behind it"] = pdf() + _zip()
ACTIVE["picture with a zip"] = picture("PNG") + _zip()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixel_bomb() -> bytes:
    """Fifty thousand dots square in a few kilobytes."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(6251) * 1000)
    end = _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + end


def stream_bomb() -> bytes:
    """A page that unpacks to 300 MB."""
    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(bytes(1 << 20)) for _ in range(300)) + pack.flush()

    def change(made: pikepdf.Pdf) -> None:
        bomb = pikepdf.Stream(made, packed)
        bomb.Filter = Name.FlateDecode
        made.pages[0].Contents = bomb

    return pdf(change, compress_streams=False)


def page_bomb() -> bytes:
    """Ten levels of ten times the same pages: 10^10 of them."""
    kids = ["3 0 R"]
    objects = ["1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj"]
    objects.append(f"2 0 obj <</Type/Pages/Count 1/Kids[{' '.join(kids * 10)}]>> endobj")
    for n in range(3, 12):
        below = f"{n + 1} 0 R " * 10
        objects.append(f"{n} 0 obj <</Type/Pages/Count 1/Kids[{below}]>> endobj")
    objects.append("12 0 obj <</Type/Page/MediaBox[0 0 9 9]>> endobj")
    body = "%PDF-1.4\n" + "\n".join(objects) + "\ntrailer <</Root 1 0 R/Size 13>>\n%%EOF\n"
    return body.encode()


def many_pages() -> bytes:
    with pikepdf.new() as made:
        for _ in range(1001):
            made.add_blank_page(page_size=(9, 9))
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def locked_pdf(user: str) -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="chu", user=user))
