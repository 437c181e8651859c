"""What is said of lessons and hours: verbs of the log."""

VERBS: dict[str, str] = {
    "knowledge.enter_hours": "Hours entered",
    "knowledge.write_lesson": "Lesson written",
}
