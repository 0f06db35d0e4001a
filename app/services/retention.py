"""How long each kind of data is kept, by which law, and what is to be erased on a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from time import monotonic

from flask import current_app
from sqlalchemy import Select, delete, exists, func, or_, select

from app import clock
from app.errors import Invalid
from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    Dossier,
    EmailCode,
    FactorCode,
    OutgoingMail,
    Proof,
    SignIn,
    SignInAttempt,
)
from app.security.actors import SYSTEM, Actor
from app.services import audit, erasure
from app.transaction import transaction
from workflows import Phase, Text

_YEAR = 365.25
_PORTION = 100
# Seconds a person waits at most for one press of the button.
_AT_ONCE = 10
_MOST_CODES = 200
_MINIMISED = Text(
    "Luật 91/2025/QH15: chỉ lưu trong thời gian phù hợp với mục đích xử lý",
    "Law 91/2025/QH15: kept no longer than the purpose needs",
)
_LOGGED = Text(
    "Luật An ninh mạng 116/2025/QH15: nhật ký giữ ít nhất 12 tháng",
    "Cybersecurity law 116/2025/QH15: logs are kept for at least 12 months",
)
_ARCHIVED = Text(
    "Luật Lưu trữ 33/2024/QH15, Nghị định 30/2020/NĐ-CP: sổ và văn bản lưu vĩnh viễn",
    "Archive law 33/2024/QH15, Decree 30/2020: books and letters are kept for good",
)
_NO_DECISION = Text(
    "Ông/Bà ghi số, ngày của quyết định cho phép hủy.",
    "Please give number and date of the decision that allows the destruction.",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data: kept so many days, or for good (None), and why."""

    name: str
    label: Text
    days: int | None
    basis: Text
    # The ids that are past their time before a moment.
    past: Callable[[datetime], Select[int]] | None = None
    erase: Callable[[list[int]], None] | None = None
    # Erased day by day, without asking; files of work done only by a decision of the head.
    is_daily: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What of a rule is to be erased: how many, and the codes of dossiers among them."""

    rule: Rule
    count: int
    codes: list[str]


def _drafts(before: datetime) -> Select[int]:
    return select(Dossier.id).where(
        Dossier.phase == Phase.DRAFT,
        Dossier.submitted_at.is_(None),
        Dossier.changed_at < before,
    )


def _sign_ins(before: datetime) -> Select[int]:
    return select(SignIn.id).where(func.coalesce(SignIn.ended_at, SignIn.seen_at) < before)


def _attempts(before: datetime) -> Select[int]:
    return select(SignInAttempt.id).where(
        SignInAttempt.at < before, SignInAttempt.sign_in_id.is_(None)
    )


def _ended(*phases: Phase) -> Callable[[datetime], Select[int]]:
    def past(before: datetime) -> Select[int]:
        return select(Dossier.id).where(
            Dossier.phase.in_(phases), Dossier.erased_at.is_(None), Dossier.closed_at < before
        )

    return past


def _granted(before: datetime) -> Select[int]:
    lives = (
        exists()
        .where(AccountEvent.dossier_id == Dossier.id, AccountEvent.account_id == Account.id)
        .where(or_(Account.closed_at.is_(None), Account.closed_at >= before))
    )
    return _ended(Phase.DONE)(before).where(~lives)


def _accounts(before: datetime) -> Select[int]:
    return select(Account.id).where(
        Account.state == "closed", Account.closed_at < before, Account.custodian_name != ""
    )


def _codes(before: datetime) -> Select[int]:
    return select(EmailCode.id).where(EmailCode.created_at < before)


def _loose_mails(before: datetime) -> Select[int]:
    return select(OutgoingMail.id).where(
        OutgoingMail.dossier_id.is_(None),
        OutgoingMail.letter_id.is_(None),
        OutgoingMail.created_at < before,
    )


def _erase_dossiers(ids: list[int]) -> None:
    for dossier in _locked(ids):
        erasure.erase(dossier)


def _remove_drafts(ids: list[int]) -> None:
    for dossier in _locked(ids):
        erasure.remove_draft(dossier)


def _locked(ids: list[int]) -> list[Dossier]:
    query = select(Dossier).where(Dossier.id.in_(ids)).order_by(Dossier.id)
    return list(db.session.scalars(query.with_for_update()))


def _erase_accounts(ids: list[int]) -> None:
    for account in db.session.scalars(select(Account).where(Account.id.in_(ids))):
        erasure.erase_account(account)


def _delete_sign_ins(ids: list[int]) -> None:
    for table in (Proof, FactorCode, SignInAttempt):
        db.session.execute(delete(table).where(table.sign_in_id.in_(ids)))
    db.session.execute(delete(SignIn).where(SignIn.id.in_(ids)))


def _delete_attempts(ids: list[int]) -> None:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(ids)))


def _delete_codes(ids: list[int]) -> None:
    db.session.execute(delete(EmailCode).where(EmailCode.id.in_(ids)))


def _delete_mails(ids: list[int]) -> None:
    db.session.execute(delete(OutgoingMail).where(OutgoingMail.id.in_(ids)))


RULES: tuple[Rule, ...] = (
    Rule("drafts", Text("Bản nháp chưa nộp", "Drafts never submitted"),
         30, _MINIMISED, _drafts, _remove_drafts, is_daily=True),
    Rule("codes", Text("Mã xác thực đã gửi qua thư", "One-time codes sent by mail"),
         30, _MINIMISED, _codes, _delete_codes, is_daily=True),
    Rule("mails", Text("Thư không thuộc hồ sơ nào", "Mails of no dossier"),
         365, _MINIMISED, _loose_mails, _delete_mails, is_daily=True),
    Rule("sign_ins", Text("Lịch sử đăng nhập", "History of sign-ins"),
         730, _LOGGED, _sign_ins, _delete_sign_ins, is_daily=True),
    Rule("attempts", Text("Các lần đăng nhập không thành công", "Sign-ins that failed"),
         730, _LOGGED, _attempts, _delete_attempts, is_daily=True),
    Rule("refused", Text("Hồ sơ bị từ chối, rút, hết hạn bổ sung",
                         "Dossiers refused, withdrawn or lapsed"),
         round(5 * _YEAR), Text("Thời hiệu khiếu nại, kiểm tra; Luật Lưu trữ 33/2024/QH15",
                                "Complaints and inspection; archive law 33/2024/QH15"),
         _ended(Phase.REFUSED, Phase.CLOSED), _erase_dossiers),
    Rule("granted", Text("Hồ sơ đã cấp, tính từ ngày đóng tài khoản",
                         "Dossiers granted, counted from the closing of the account"),
         round(10 * _YEAR), Text("Luật Lưu trữ 33/2024/QH15: hồ sơ giải quyết công việc",
                                 "Archive law 33/2024/QH15: files of work done"),
         _granted, _erase_dossiers),
    Rule("custodians", Text("Người giữ tài khoản đã đóng", "Custodians of closed accounts"),
         round(10 * _YEAR), Text("Luật Lưu trữ 33/2024/QH15: như hồ sơ đã cấp",
                                 "Archive law 33/2024/QH15: as the dossiers granted"),
         _accounts, _erase_accounts),
    Rule("books", Text("Văn bản đã phát hành, sổ văn bản, sổ đăng ký",
                       "Issued letters, books and registers"), None, _ARCHIVED),
)  # fmt: skip
# The least that the law lets a department set.
_LEAST: Mapping[str, int] = {"sign_ins": 365, "attempts": 365}


def rules() -> list[Rule]:
    """Return the rules as the department has them."""
    own = current_app.config["VANTHU"].retention
    found = []
    for rule in RULES:
        if (other := own.get(rule.name)) and rule.days is not None:
            days = max(other.days, _LEAST.get(rule.name, 1))
            found.append(replace(rule, days=days, basis=Text(other.basis)))
        else:
            found.append(rule)
    return found


def days(name: str) -> int:
    """Return how many days something is kept; 0 for what is kept for good."""
    return next(r.days or 0 for r in rules() if r.name == name)


def label(name: str) -> Text:
    """Return what a rule is called on pages."""
    return next((r.label for r in RULES if r.name == name), Text(name))


def due(on: date) -> list[Due]:
    """Return what is to be erased on a day, counted; codes only of dossiers, and no name."""
    found = []
    for rule in rules():
        if rule.past is None:
            found.append(Due(rule, 0, []))
            continue
        ids = rule.past(_before(rule, on)).subquery()
        count = db.session.scalars(select(func.count()).select_from(ids)).one()
        codes: list[str] = []
        if rule.erase is _erase_dossiers and count:
            of = select(Dossier.code).where(Dossier.id.in_(select(ids.c.id)))
            codes = [c for c in db.session.scalars(of.order_by(Dossier.id).limit(_MOST_CODES)) if c]
        found.append(Due(rule, count, codes))
    return found


def run(on: date, *, only_daily: bool = False) -> dict[str, int]:
    """Erase what is due on a day, portion by portion; rule → how many."""
    done: dict[str, int] = {}
    for rule in rules():
        if rule.past is None or (only_daily and not rule.is_daily):
            continue
        done[rule.name] = 0
        while n := _erase_portion(rule, on, SYSTEM, {}):
            done[rule.name] += n
    return done


def decided(name: str, decision: str, actor: Actor) -> tuple[int, int]:
    """Erase what a rule has due today, as the head decided; return how many, and how many are left.

    A decision names its paper. What does not fit into one request is left for the next. Raises
    LookupError for a rule that is not decided about, Invalid without a decision.
    """
    found = [r for r in rules() if r.name == name and r.past is not None and not r.is_daily]
    if not found:
        raise LookupError(name)
    if not decision:
        raise Invalid({"decision": _NO_DECISION})
    erased, end = 0, monotonic() + _AT_ONCE
    while n := _erase_portion(found[0], clock.today(), actor, {"decision": decision[:200]}):
        erased += n
        if monotonic() > end:
            break
    left = next(d.count for d in due(clock.today()) if d.rule.name == name)
    return erased, left


def _erase_portion(rule: Rule, on: date, actor: Actor, more: Mapping[str, str]) -> int:
    if rule.past is None or rule.erase is None:
        return 0
    with transaction():
        # Two workers at the same time take different rows.
        query = rule.past(_before(rule, on)).limit(_PORTION).with_for_update(skip_locked=True)
        ids = list(db.session.scalars(query))
        if ids:
            rule.erase(ids)
            details = {"count": len(ids), "days": rule.days, **more}
            audit.record("erased", actor, f"retention:{rule.name}", details)
    return len(ids)


def _before(rule: Rule, on: date) -> datetime:
    """Return the moment before which data of a rule is past its time on a day."""
    return datetime.combine(on - timedelta(days=rule.days or 0), time(), clock.LOCAL)
