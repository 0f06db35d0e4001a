"""Who, where, when: web, database, mail, security, jobs."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.bodies import FewBodies
from app.config import ROOT, Config, load


def create_app(config: Config | None = None) -> Flask:
    """Return the application for a configuration (default: the environment's)."""
    config = config or load()
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    _configure(app, config)
    _bind_extensions(app)
    _bind_web(app, config)
    return app


def _configure(app: Flask, config: Config) -> None:
    from app import logs

    logs.configure(config)
    is_https = config.base_url.startswith("https://")
    app.config.from_mapping(
        VANTHU=config,
        SECRET_KEY=config.secret,
        SQLALCHEMY_DATABASE_URI=config.database,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config),
        MAX_CONTENT_LENGTH=(config.upload_max_mb * 4 + 1) * 1024 * 1024,
        # Texts of a form together, and its fields: no form of ours comes near.
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_NAME="__Host-vanthu" if is_https else "vanthu",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch must still be accepted
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
        BABEL_TRANSLATION_DIRECTORIES="translations",
        TESTING=config.env == "test",
    )
    app.wsgi_app = FewBodies(app.wsgi_app)  # type: ignore[method-assign]  # as Flask's documentation has it
    if config.trusted_proxies:
        n = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0)  # type: ignore[method-assign]  # as Flask's documentation has it


def _engine_options(config: Config) -> dict[str, Any]:
    if config.database.startswith("sqlite"):
        return {"connect_args": {"timeout": 30}}
    # A pooled connection may have died with a restart of the server: ask before use.
    return {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}


def _bind_extensions(app: Flask) -> None:
    from app import database, models  # noqa: F401 - listeners and tables register themselves
    from app.extensions import babel, csrf, db, migrate
    from app.jobs import Jobs
    from app.language import choose

    config: Config = app.config["VANTHU"]
    if config.database.startswith("sqlite:///"):
        config.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "app" / "migrations"))
    babel.init_app(app, locale_selector=choose)
    csrf.init_app(app)
    app.extensions["vanthu_jobs"] = Jobs(app)


def _bind_web(app: Flask, config: Config) -> None:
    from app import cli, jinja, views

    jinja.register(app)
    views.register(app, config)
    cli.register(app)
