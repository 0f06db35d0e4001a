"""What an action binds the house to, said before it is taken; and which ones are work at all."""

from collections.abc import Iterable

from workflows import DRAFTED, Action, Clock, Role, Text


def works_on(offered: Iterable[Action]) -> bool:
    """Tell whether somebody has something to do: an apology stays open while others have it.

    So does handing it over to a colleague.
    """
    return any(a.clock is not Clock.EXTEND and a.effect != "reassign" for a in offered)


def binding(action: Action) -> Text:
    """Say what cannot be taken back; empty when the next step can still be another one."""
    if action.signs:
        return Text(
            "Văn bản được ký với tên và chức vụ của Ông/Bà, đúng như bản đang hiển thị, rồi"
            " chuyển văn thư phát hành.",
            "The letter is signed in your name exactly as shown and goes to the registry.",
        )
    if action.issues == DRAFTED:
        return Text(
            "Hệ thống cấp số, ghi ngày và gửi kết quả tới người nộp ngay. Số đã cấp không thu"
            " hồi được.",
            "The letter gets its number and date and is sent at once. A number is never taken"
            " back.",
        )
    if action.clock is Clock.EXTEND:
        return Text(
            "Văn bản xin lỗi được cấp số và gửi tới người nộp ngay. Ngày hẹn trả chỉ được lùi một"
            " lần.",
            "A numbered apology is sent to the applicant at once. The day is put off once only.",
        )
    if action.issues and action.clock is Clock.END:
        return Text(
            "Văn bản được cấp số và gửi tới người nộp ngay. Hồ sơ kết thúc và địa chỉ thư điện tử"
            " được mở lại để đăng ký.",
            "A numbered letter is sent to the applicant at once. The dossier ends and the e-mail"
            " is open to register again.",
        )
    if action.issues:
        return Text(
            "Văn bản được cấp số và gửi tới người nộp ngay. Thời hạn được tính lại từ đầu"
            " khi nhận đủ hồ sơ.",
            "A numbered letter is sent to the applicant at once. The time begins anew once the"
            " dossier is complete.",
        )
    if action.effect == "reissue_access":
        return Text(
            "Liên kết cũ mất hiệu lực ngay. Liên kết mới được gửi tới thư điện tử của người giữ"
            " tài khoản ghi trên sổ.",
            "The old link is dead at once. The new one goes to the custodian's e-mail on record.",
        )
    if action.drafts and Role.SIGNER in action.roles:
        return Text(
            "Dự thảo đồng ý được hủy; dự thảo từ chối hiện ra để Ông/Bà xem và ký.",
            "The draft of the grant is dropped; the refusal is drafted for you to see and sign.",
        )
    return Text("")
