"""What every answer carries, also an error: policy, caching, and what the browser may do."""

from functools import cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from app.config import Config

# What no page of ours asks a browser for. Passkeys are not listed: we may ask for those.
_PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
        "encrypted-media", "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi",
        "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


def register(app: Flask) -> None:
    """Bind the last word on every answer."""
    app.after_request(finish)


@cache
def _policy(files_url: str) -> str:
    # Strict: no inline script or style, nothing from elsewhere; PDF previews are framed by us.
    parts = urlsplit(files_url)
    files = f" {parts.scheme}://{parts.netloc}" if files_url else ""
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self';"
        f" img-src 'self' data:{files}; font-src 'self'; worker-src 'self'; manifest-src 'self';"
        f" object-src 'none'; frame-src 'self'{files}; frame-ancestors 'self'; form-action 'self';"
        " base-uri 'none'"
    )


def finish(response: Response) -> Response:
    """Add what the answer does not say itself."""
    config: Config = current_app.config["VANTHU"]
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy(config.files_url))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", _PERMISSIONS)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if not (config.files_url and request.endpoint == "files.open"):
        # Old browsers only; it cannot name the other host that may frame a file.
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    if request.endpoint == "static" and response.status_code < 400:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif headers.get("Cache-Control", "no-cache") == "no-cache":
        headers["Cache-Control"] = "no-store"  # what send_file says still keeps a copy
    if request.is_secure or config.base_url.startswith("https://"):
        # No `preload`: that binds the whole domain of the province, which is not ours to bind.
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
