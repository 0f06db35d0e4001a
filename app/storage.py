"""Files by content: named by the SHA-256 of their clear bytes, written once, kept sealed.

What was stored before files were sealed is still read; `vanthu keys rotate` seals it.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

from app.security import keys

_NAME = re.compile(r"[0-9a-f]{64}")
_NEW = ".new-"


class Damaged(Exception):
    """The bytes on the disk are not what was stored, or their key is not among ours."""


def _root() -> Path:
    root: Path = current_app.config["VANTHU"].files_dir
    return root


def _path(sha256: str) -> Path:
    if not _NAME.fullmatch(sha256):
        raise ValueError("not a content address")
    return _root() / sha256[:2] / sha256


def put(content: bytes) -> str:
    """Store bytes durably and return their address; a crash leaves all of them or nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if path.exists():
        return sha256
    _write(path, keys.seal(content))
    return sha256


def _write(path: Path, sealed: bytes) -> None:
    temporary = _temporary(path, sealed)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _temporary(path: Path, sealed: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_NEW)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def keep_first(name: str, content: bytes) -> bytes:
    """Keep bytes until they are stored for good; whoever comes later gets the first ones."""
    path = _unfinished(name)
    temporary = _temporary(path, keys.seal(content))
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    return _open(path)


def kept(name: str) -> bytes | None:
    """Return what `keep_first` kept, or None."""
    try:
        return _open(_unfinished(name))
    except FileNotFoundError:
        return None


def forget(name: str) -> None:
    """Delete what `keep_first` kept."""
    _unfinished(name).unlink(missing_ok=True)


def _unfinished(name: str) -> Path:
    return _root() / "unfinished" / name


def get(sha256: str) -> bytes:
    """Return stored bytes; raise Damaged when they changed, OSError when they are gone."""
    content = _open(_path(sha256))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(sha256)
    return content


def _open(path: Path) -> bytes:
    stored = path.read_bytes()
    try:
        return keys.unseal(stored) if keys.is_sealed(stored) else stored
    except ValueError as error:
        raise Damaged(f"{path.name}: {error}") from None


def discard(sha256: str) -> None:
    """Delete stored bytes that nothing refers to any more."""
    _path(sha256).unlink(missing_ok=True)


def paths() -> Iterator[Path]:
    """Yield every stored file, the finished and the unfinished."""
    yield from (p for p in sorted(_root().glob("*/*")) if not p.name.startswith(_NEW))


def head(path: Path) -> bytes:
    """Return the first bytes of a stored file, which name its key."""
    with path.open("rb") as file:
        return file.read(16)


def renew(path: Path) -> None:
    """Seal a stored file with the newest key; a reader sees the old file or the new one."""
    try:
        sealed = keys.seal(_open(path))
    except FileNotFoundError:
        return  # discarded meanwhile
    if path.exists():
        _write(path, sealed)
