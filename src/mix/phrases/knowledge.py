"""What is said of outcomes, lessons and hours: words, and verbs of the log."""

WORDS: dict[str, dict[str, str]] = {
    "record_fact": {
        "context": "The situation",
        "contract-value": "Value of the contract",
        "market-scan": "Market scan",
        "outcome": "What came of it",
        "pilot": "Pilot",
        "programme": "Programme",
        "request": "Request to vendors",
        "submissions": "Submissions",
        "winner": "Chosen",
    },
    "target_verdict": {
        "reached": "reached",
        "nearly": "nearly",
        "not_reached": "not reached",
    },
}

VERBS: dict[str, str] = {
    "knowledge.enter_hours": "Hours entered",
    "knowledge.write_lesson": "Lesson written",
}
