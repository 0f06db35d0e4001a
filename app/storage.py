"""Files by content: the name of a file is the SHA-256 of its bytes; written once."""

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from flask import current_app

_NAME = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """The bytes on the disk are not what was stored."""


def _path(sha256: str) -> Path:
    if not _NAME.fullmatch(sha256):
        raise ValueError("not a content address")
    root: Path = current_app.config["VANTHU"].files_dir
    return root / sha256[:2] / sha256


def put(content: bytes) -> str:
    """Store bytes durably and return their address; a crash leaves all of them or nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return sha256


def keep_first(name: str, content: bytes) -> bytes:
    """Keep bytes until they are stored for good; whoever comes later gets the first ones."""
    path = _unfinished(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink()
    return path.read_bytes()


def kept(name: str) -> bytes | None:
    """Return what `keep_first` kept, or None."""
    try:
        return _unfinished(name).read_bytes()
    except FileNotFoundError:
        return None


def forget(name: str) -> None:
    """Delete what `keep_first` kept."""
    _unfinished(name).unlink(missing_ok=True)


def _unfinished(name: str) -> Path:
    root: Path = current_app.config["VANTHU"].files_dir
    return root / "unfinished" / name


def get(sha256: str) -> bytes:
    """Return stored bytes; raise Damaged when they changed, OSError when they are gone."""
    content = _path(sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(sha256)
    return content


def discard(sha256: str) -> None:
    """Delete stored bytes that nothing refers to any more."""
    _path(sha256).unlink(missing_ok=True)
