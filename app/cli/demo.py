"""`vanthu demo`: the main job without a browser, through the same services and a real SMTP."""

import os
import re
import socket
import tempfile
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app import create_app, formats, samples
from app.config import Config
from app.extensions import db
from app.mail.mailbox import serve_mailbox
from app.models import Dossier, User
from app.security.actors import applicant, staff
from app.services import activations, attachments, codes, dossiers
from app.transaction import transaction


@dataclass
class Story:
    """What happened, written down as it happens."""

    out: Path
    lines: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Print a line and keep it for the account."""
        click.echo(line)
        self.lines.append(f"- {line}")

    def save(self) -> None:
        """Write the account beside the letters."""
        text = "# Một hồ sơ từ mã QR tới hộp thư\n\n" + "\n".join(self.lines) + "\n"
        (self.out / "nhat-ky.md").write_text(text, encoding="utf-8")


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where letters, mails and the account are left.",
)
def demo(out: Path) -> None:
    """Do the main job: submit, review, approve, numbered letter, e-mail over SMTP."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vanthu-demo-") as scratch:
        data = Path(scratch)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = Config(
            VANTHU_ENV="development",
            data_dir=data,
            database_url=os.environ.get("DEMO_DATABASE_URL", ""),
            jobs_url=f"sqlite:///{data / 'jobs.db'}",
            secret_key="demonstration " * 4,
            smtp_url=f"smtp://127.0.0.1:{port}",
            log_level="ERROR",
        )
        with serve_mailbox("127.0.0.1", port, config.mailbox_dir):
            app = create_app(config)
            with app.app_context():
                _play(app, Story(out), config)


def _play(app: Flask, story: Story, config: Config) -> None:
    upgrade()
    samples.load_department()
    story.tell("Mở sở mẫu, hộp thư SMTP cục bộ và sổ trống.")
    granted = _file(app, story, config, "Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
    _walk(
        app,
        story,
        granted,
        [
            ("an", "claim", {}),
            (
                "an",
                "ask_supplement",
                {
                    "missing": "Bản chụp rõ Giấy chứng nhận đủ điều kiện kinh doanh dược",
                    "reason": "Bản đã nộp mờ, không đọc được ngày cấp.",
                },
            ),
        ],
    )
    scan = attachments.receive(("ban-chup-ro.jpg", samples.licence_scan()), 10)
    with transaction():
        attachments.attach(_dossier(granted), "licence_scan", scan, 10)
        dossiers.act(granted, "supplement", applicant("anbinh@example.vn", "Hoàng Thị Minh Châu"))
    story.tell("Cơ sở gửi bổ sung; thời hạn tính lại từ đầu.")
    _walk(
        app,
        story,
        granted,
        [
            ("an", "propose_grant", {}),
            ("chi", "approve", {}),
            ("giang", "issue", {}),
        ],
    )
    refused = _file(
        app, story, config, "Quầy thuốc Thanh Mai", "thanhmai@example.vn", "2102/ĐKKDD-LSO"
    )
    _walk(
        app,
        story,
        refused,
        [
            ("an", "claim", {}),
            (
                "an",
                "propose_refusal",
                {
                    "reason": "Giấy chứng nhận đủ điều kiện kinh doanh dược đã hết hiệu lực.",
                },
            ),
            ("dung", "approve", {}),
            ("giang", "issue", {}),
        ],
    )
    app.extensions["vanthu_jobs"].drain()
    _collect(story, config)
    _activate(app, story, config)
    story.save()


def _file(app: Flask, story: Story, config: Config, facility: str, email: str, licence: str) -> str:
    with transaction():
        codes.send(email, "portal")
    code = _code(app, config, email)
    with transaction():
        is_right = codes.spend(email, "portal", code)
    if not is_right:
        raise click.ClickException("the code of the mail was refused")
    story.tell(f"{facility} quét mã QR; địa chỉ {email} được xác thực bằng mã gửi qua SMTP.")
    key = samples.submit_sample(facility, email, licence)
    app.extensions["vanthu_jobs"].drain()
    dossier = _dossier(key)
    if dossier.due_on is None:
        raise click.ClickException("the dossier has no promised day")
    story.tell(f"Hồ sơ {dossier.code} được tiếp nhận, hẹn trả ngày {formats.day(dossier.due_on)}.")
    return key


def _walk(app: Flask, story: Story, key: str, steps: list[tuple[str, str, dict[str, str]]]) -> None:
    for username, action, supplied in steps:
        with transaction():
            user = db.session.scalars(select(User).where(User.username == username)).one()
            dossier = dossiers.act(key, action, staff(user), supplied=supplied)
            last = dossiers.last_step(dossier)
            line = f"{user.full_name} ({user.position.lower()}) {last}: hồ sơ {dossier.code}."
        story.tell(line)
        app.extensions["vanthu_jobs"].drain()


def _collect(story: Story, config: Config) -> None:
    """Leave the letters as the applicants got them: out of the mails."""
    for n, message in enumerate(_mails(config), 1):
        (story.out / f"thu-{n:02d}.eml").write_bytes(message.as_bytes())
        for part in message.iter_attachments():
            name = part.get_filename() or "tep"
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                (story.out / name).write_bytes(content)
                story.tell(f"{message['To']} nhận «{message['Subject']}» kèm {name}.")


def _activate(app: Flask, story: Story, config: Config) -> None:
    email = "anbinh@example.vn"
    link = re.search(r"/activate/([\w\-]+)", _text(_mails(config, email)[-1]))
    if link is None:
        raise click.ClickException("the result mail has no activation link")
    with transaction():
        activation = activations.find(link.group(1))
        if activation is None:
            raise click.ClickException("the activation link did not open")
        purpose = f"activation:{activation.id}"
        codes.send(activation.account.custodian_email, purpose)
    code = _code(app, config, email)
    with transaction():
        activation = activations.find(link.group(1))
        is_right = codes.spend(email, purpose, code)
        secret = activation and is_right and activations.open_once(activation)
    if not secret or activations.find(link.group(1)) is not None:
        raise click.ClickException("the link must open with its code, and only once")
    story.tell("Liên kết kích hoạt mở bằng mã một lần, đúng một lần; mật khẩu không có trong thư.")


def _code(app: Flask, config: Config, email: str) -> str:
    app.extensions["vanthu_jobs"].drain()
    code = re.search(r"\b(\d{6})\b", _text(_mails(config, email)[-1]))
    if code is None:
        raise click.ClickException("the mail has no code")
    return code.group(1)


def _dossier(key: str) -> Dossier:
    return db.session.scalars(select(Dossier).where(Dossier.key == key)).one()


def _mails(config: Config, recipient: str = "") -> list[EmailMessage]:
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(config.mailbox_dir.glob("*.eml"))
    ]
    return [m for m in found if not recipient or m["To"] == recipient]


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


COMMANDS = (demo,)
