"""What templates may call: words, dates, assets. No query, no rule."""

import json
from functools import cache
from typing import Any

from flask import Flask, g, has_request_context, url_for
from flask_babel import get_locale
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from app import clock, formats
from app.config import ROOT
from app.language import LANGUAGES, say

_BUILD = ROOT / "app" / "static" / "build"


@cache
def _manifest() -> dict[str, str]:
    path = _BUILD / "manifest.json"
    if not path.exists():
        raise RuntimeError("browser assets are missing: run make setup")
    manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def asset(name: str) -> str:
    """Return the address of a built asset; its name carries a hash of its content."""
    return url_for("static", filename=f"build/{_manifest()[name]}")


def register(app: Flask) -> None:
    """Bind loaders, filters and globals."""
    macros = PrefixLoader(
        {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    )
    # Babel has opened the environment already: `jinja_options` would come too late.
    app.jinja_env.loader = ChoiceLoader([app.create_global_jinja_loader(), macros])
    WTFormsHelpers(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_filter(say, "say")
    app.add_template_filter(formats.day, "day")
    app.add_template_filter(formats.short_moment, "moment")
    app.add_template_filter(formats.phone, "phone")
    app.add_template_filter(formats.size, "filesize")
    app.add_template_filter(formats.mask_email, "mask_email")
    app.add_template_filter(lambda n: say(formats.two(n)), "two")
    app.add_template_global(asset, "asset")
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    from app.security import sessions

    return {
        "department": _department(),
        "locale": str(get_locale() or "vi"),
        "languages": LANGUAGES,
        "today": clock.today(),
        "user": sessions.current_user(),
        "applicant_email": sessions.current_email(),
    }


def _department() -> Any:
    """Return the department, read once a request: every form control is a template too."""
    from app.services import organisation

    if not has_request_context():
        return organisation.department()
    if "department" not in g:
        g.department = organisation.department()
    return g.department
