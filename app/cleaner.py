"""One strange file, written anew without what could act: `python -I app/cleaner.py`.

Standard input has one line of JSON, {"max_bytes": …}, then the file. The answer is one line of
JSON, {"type": …} or {"problem": …}, then the clean file. The process imports nothing of ours, so
that it starts in a blink, and whoever starts it bounds it in memory and time.

A file is one of three things or refused: first bytes and parser must agree, for a parser alone
opens polyglots, and what is written anew is no polyglot any more. A signed PDF is the exception:
written anew its signature would be worth nothing, so it stays as it is or is refused.
"""

import io
import json
import os
import re
import sys
import warnings
import zlib
from collections.abc import Iterator
from typing import Any

MAX_PIXELS = 60_000_000
MAX_SIDE = 6000  # A4 at 500 dpi
MAX_PAGES = 1000
# A4 in colour at 600 dpi, unpacked; and what a whole file may unpack to.
MAX_STREAM = 128 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"

# What people look for in a document is on its pages; these act, carry or fetch.
_BAD_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/EF", "/RF", "/EmbeddedFiles", "/AF",
                       "/RichMediaContent", "/RichMediaSettings", "/Renditions",
                       "/AlternatePresentations"})  # fmt: skip
# A stream that lies in another file, or draws one.
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI")
_ROOT_KEYS = frozenset({"/OpenAction", "/Collection", "/URI", "/Perms", "/Legal", "/Metadata"})
_BAD_NOTES = frozenset({"/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia",
                        "/TrapNet"})  # fmt: skip
_GOOD_ACTIONS = frozenset({"/GoTo", "/Named"})
# What signed papers of authorities carry for machines, ours too (PDF/A-3).
_DATA_NAME = re.compile(r"[^/\\]+\.(xml|json|edxml|txt|csv)", re.IGNORECASE)
_WEB_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_MARKUP = re.compile(rb"<\s*(html|script|svg|body|iframe|!doctype html)", re.IGNORECASE)


class Refused(Exception):
    """The file cannot be kept; the word says why."""


def clean(content: bytes, max_bytes: int) -> tuple[str, bytes]:
    """Return the type and the clean bytes; raise Refused."""
    if content.startswith(b"%PDF-"):
        return PDF, _pdf(content)
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG, _image(content, "JPEG", max_bytes)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG, _image(content, "PNG", max_bytes)
    raise Refused("unreadable")


# --- pictures: drawn anew from their dots; where and when they were taken stays behind ---------


def _image(content: bytes, kind: str, max_bytes: int) -> bytes:
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=[kind]) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise Refused("unreadable")
                opened.load()  # verify() does not notice a picture that was cut off
                image = ImageOps.exif_transpose(opened)
        except (Image.DecompressionBombWarning, OSError, SyntaxError, ValueError, KeyError):
            raise Refused("unreadable") from None
    image.info.clear()  # text, profiles, comments
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    if kind == "PNG":
        image.convert("L" if image.mode.startswith("I") else image.mode).save(out, "PNG")
        return out.getvalue()
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    for quality in (90, 75, 60):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, subsampling=0 if quality == 90 else 2)
        if out.tell() <= max_bytes:
            break
    return out.getvalue()


# --- PDF ----------------------------------------------------------------------------------------


def _pdf(content: bytes) -> bytes:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise Refused("encrypted")
            if not 0 < len(pdf.pages) <= MAX_PAGES:
                raise Refused("unreadable")
            _refuse_bombs(pdf)
            if any("/ByteRange" in item for item in _dictionaries(pdf)):
                return _as_signed(pdf, content)
            _strip(pdf)
            out = io.BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
            return out.getvalue()
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, AttributeError):
        raise Refused("unreadable") from None


def _refuse_bombs(pdf: Any) -> None:
    """Refuse streams that unpack to what no page needs; the reader at the desk would choke."""
    import pikepdf

    total = 0
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        filters = item.get("/Filter")
        names = [str(n) for n in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
        if sum(n in ("/FlateDecode", "/Fl", "/LZWDecode", "/RunLengthDecode") for n in names) > 1:
            raise Refused("unreadable")
        if _number(item.get("/Width")) * _number(item.get("/Height")) > 4 * MAX_PIXELS:
            raise Refused("unreadable")
        if names[0] in ("/FlateDecode", "/Fl"):
            size = _unpacked(item.read_raw_bytes())
            total += size
            if size > MAX_STREAM or total > MAX_UNPACKED:
                raise Refused("unreadable")


def _number(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0


def _unpacked(packed: bytes) -> int:
    inflate, size, rest = zlib.decompressobj(), 0, packed
    try:
        while rest and size <= MAX_STREAM:
            size += len(inflate.decompress(rest, 1 << 20))
            rest = inflate.unconsumed_tail
    except zlib.error:
        pass  # qpdf mends what it can; what it cannot mend draws nothing
    return size


def _dictionaries(pdf: Any) -> Iterator[Any]:
    """Yield every dictionary, also those that stand inside others."""
    import pikepdf

    def inside(item: Any, depth: int) -> Iterator[Any]:
        if depth > 50:
            raise Refused("unreadable")
        if isinstance(item, pikepdf.Array):
            for entry in item:
                if not getattr(entry, "is_indirect", False):
                    yield from inside(entry, depth + 1)
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item
            for key in list(item.keys()):
                value = item.get(key)
                if not getattr(value, "is_indirect", False):
                    yield from inside(value, depth + 1)

    for item in pdf.objects:
        yield from inside(item, 0)


def _strip(pdf: Any) -> None:
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    root: Any = pdf.Root
    for key in _ROOT_KEYS.intersection(root.keys()):
        del root[key]
    for key in set(root.get("/Names", {}).keys()) - {"/Dests"}:
        del root["/Names"][key]
    for item in _dictionaries(pdf):
        _strip_one(item)
    for page in pdf.pages:
        notes = page.obj.get("/Annots")
        if notes is not None:
            page.obj["/Annots"] = [n for n in notes if not _is_bad_note(n)]


def _strip_one(item: Any) -> None:
    import pikepdf

    bad = _BAD_KEYS.union(_ELSEWHERE if isinstance(item, pikepdf.Stream) else ())
    for key in bad.intersection(item.keys()):
        del item[key]
    for key in ("/A", "/PA", "/Next"):
        action = item.get(key)
        if _is_action(action) and str(action.get("/S")) not in _GOOD_ACTIONS:
            del item[key]
    if "/Next" in item and _is_action(item):
        del item["/Next"]  # may be an array of more


def _is_action(item: Any) -> bool:
    import pikepdf

    return isinstance(item, pikepdf.Dictionary) and "/S" in item


def _is_bad_note(note: Any) -> bool:
    return str(note.get("/Subtype")) in _BAD_NOTES


# --- signed: as it is, if nothing in it acts ------------------------------------------------------


def _as_signed(pdf: Any, content: bytes) -> bytes:
    tail = content[content.rfind(b"%%EOF") + 5 :]
    if tail.strip(b"\r\n\0 ") or b"PK\x05\x06" in content[-(1 << 17) :]:
        raise Refused("active")
    if _MARKUP.search(content[:1024]) or "/XFA" in (pdf.Root.get("/AcroForm") or {}):
        raise Refused("active")
    for item in _dictionaries(pdf):
        if _acts(item):
            raise Refused("active")
    return content


def _acts(item: Any) -> bool:
    import pikepdf

    bad = _BAD_KEYS.intersection(item.keys())
    if "/EF" in bad and _is_plain_data(item):
        bad -= {"/EF", "/RF"}
    # A list of files is no more than the files, which come one by one.
    if bad - {"/AF", "/EmbeddedFiles"}:
        return True
    if isinstance(item, pikepdf.Stream) and not item.keys().isdisjoint(_ELSEWHERE):
        return True
    if str(item.get("/Type")) == "/Annot" and _is_bad_note(item):
        return True
    for key in ("/A", "/PA", "/Next", "/OpenAction"):
        action = item.get(key)
        if isinstance(action, pikepdf.Array) and key == "/Next":
            return True
        if _is_action(action) and not _is_harmless(action):
            return True
    return False


def _is_harmless(action: Any) -> bool:
    kind = str(action.get("/S"))
    if kind == "/URI":
        return bool(_WEB_LINK.match(str(action.get("/URI"))))
    return kind in _GOOD_ACTIONS


def _is_plain_data(spec: Any) -> bool:
    """Tell whether an enclosed file is data for machines, by its name and by what it is."""
    if not _DATA_NAME.fullmatch(str(spec.get("/UF") or spec.get("/F") or "")):
        return False
    for enclosed in spec["/EF"].values():
        try:
            content = enclosed.read_bytes()
            content.decode("utf-8")
        except ValueError:
            return False
        if b"\0" in content or _MARKUP.search(content):
            return False
    return True


def main() -> None:
    """Answer one request."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no part of the answer
    limit = int(json.loads(sys.stdin.buffer.readline())["max_bytes"])
    try:
        kind, content = clean(sys.stdin.buffer.read(), limit)
    except Refused as reason:
        out.write(json.dumps({"problem": str(reason)}).encode() + b"\n")
    else:
        out.write(json.dumps({"type": kind}).encode() + b"\n" + content)
    out.close()


if __name__ == "__main__":
    main()
