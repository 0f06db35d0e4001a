"""Where a request comes from and which host it names: foreign forms and hosts get no answer."""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import SecurityError

from app.config import Config

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


def register(app: Flask, config: Config) -> None:
    """Bind the checks; a development machine may be called by any of its names."""
    if config.is_production:
        app.config["TRUSTED_HOSTS"] = list(config.hosts)
    app.before_request(refuse_foreign_hosts)
    app.before_request(keep_hosts_apart)
    app.before_request(refuse_foreign_forms)


def refuse_foreign_hosts() -> ResponseReturnValue | None:
    """Answer 400 in plain text to a host that is not ours: no page of ours has an address there."""
    if not isinstance(request.routing_exception, SecurityError):
        return None
    sentence = _("Địa chỉ này không phải của Sở Y tế.")
    return sentence, 400, {"Content-Type": "text/plain; charset=utf-8"}


def keep_hosts_apart() -> ResponseReturnValue | None:
    """Answer files of strangers on FILES_URL alone, and nothing else there."""
    config: Config = current_app.config["VANTHU"]
    if config.files_url:
        is_there = host() == urlsplit(config.files_url).netloc
        if is_there != (request.endpoint == "files.open"):
            abort(404)
    return None


def refuse_foreign_forms() -> ResponseReturnValue | None:
    """Answer 400 to a form of another site, whatever token it found; older browsers say nothing."""
    if request.method in _SAFE:
        return None
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in _OURS:
        return _foreign()
    if origin is not None and origin not in _origins():
        return _foreign()
    return None


def _origins() -> set[str]:
    config: Config = current_app.config["VANTHU"]
    base = urlsplit(config.base_url)
    return {f"{base.scheme}://{base.netloc}", f"{request.scheme}://{host()}"}


def host() -> str:
    """Return the host as it was sent; `request.host` raises for one that is not trusted."""
    return str(request.environ.get("HTTP_HOST", ""))


def _foreign() -> ResponseReturnValue:
    from app.views import failures

    sentence = _("Biểu mẫu không được gửi từ trang của Sở Y tế. Ông/Bà mở lại trang rồi gửi.")
    return failures.page(400, sentence)
