"""What people should know before they start: the rules of the registration, said once."""

from app.formats import two
from workflows import Once, Text, Workflow

_ONCE = {
    Once.UNTIL_REFUSED: Text(
        "Mỗi địa chỉ thư điện tử chỉ đăng ký một lần.",
        "Each e-mail address may register once.",
    ),
    Once.ONE_AT_A_TIME: Text(
        "Mỗi địa chỉ thư điện tử chỉ có một hồ sơ đang giải quyết tại một thời điểm.",
        "Each e-mail address may have one request running at a time.",
    ),
}
# Seed letter on QR registration, rules Q1–Q5.
_RULES = (
    Text(
        "Dùng thư điện tử của chính người nộp; cơ sở chịu trách nhiệm về địa chỉ đã đăng ký.",
        "Use the applicant's own e-mail; the facility answers for the address it registers.",
    ),
    Text(
        "Chỉ giải quyết hồ sơ có thông tin đầy đủ và chính xác.",
        "Only complete and exact applications are granted.",
    ),
    Text(
        "Kết quả, hoặc lý do từ chối, được gửi tới thư điện tử trong {n} ngày làm việc.",
        "The result, or the reason for refusal, comes by e-mail within {n} working days.",
    ),
    Text(
        "Nếu bị từ chối, hoặc quá {n} ngày làm việc chưa có kết quả, địa chỉ được mở lại để"
        " đăng ký và Ông/Bà được thông báo.",
        "After a refusal, or without a result in {n} working days, the address is opened again"
        " and you are told.",
    ),
)
_STEPS = (
    (
        Text("Xác thực thư điện tử", "Verify your e-mail"),
        Text("Nhập mã 6 chữ số gửi tới hộp thư.", "Enter the 6 digits sent to your mailbox."),
    ),
    (
        Text("Điền thông tin, đính kèm giấy tờ", "Fill in and attach"),
        Text(
            "Lưu nháp và làm tiếp lúc khác, trên máy khác.",
            "Save and go on later, on any device.",
        ),
    ),
    (
        Text("Nộp hồ sơ", "Submit"),
        Text(
            "Nhận ngay mã hồ sơ và giấy hẹn trả kết quả.",
            "You get a dossier code and the promised date at once.",
        ),
    ),
    (
        Text("Nhận kết quả qua thư điện tử", "Get the result by e-mail"),
        Text(
            "Theo dõi từng bước bằng mã QR trên giấy hẹn.",
            "Follow each step with the QR code of the receipt.",
        ),
    ),
)


def rules(workflow: Workflow) -> tuple[Text, ...]:
    """Return the rules of a request type, as its page and its poster say them."""
    return (_ONCE[workflow.once], *(r.fill(n=two(workflow.working_days)) for r in _RULES))


def steps() -> tuple[tuple[Text, Text], ...]:
    """Return (title, explanation) of each step from start to result."""
    return _STEPS
