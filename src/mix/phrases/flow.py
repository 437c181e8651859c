"""What is said of steps, gates, findings and dates: refusals, mails, words and verbs of the log."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    # what waits
    "asked_again_today": "They were asked again less than a day ago",
    "nobody_to_ask": "Nobody has this duty: a city names somebody under People and roles",
    # documents and steps
    "step_not_optional": "This step may not be left out",
    "step_not_done": "“{step}” is not done: it is changed in its own form",
    "correction_of_nothing": "Nothing was written here that could be corrected",
    "correction_changes_nothing": "Nothing differs. Change at least one answer",
    "category_missing": "Say first what is bought: goods, services or construction",
    "scan_expired": "This scan was good until {on}. Look again, and set a new day",
    "drift_too_large": "The design costs over {most} percent more than the award: that needs a new competition",
    # gates
    "gate_not_asked": "Gate {gate} has not been asked for",
    "not_a_decider": "Your role does not decide at gate {gate}",
    "already_signed": "This word was given already at gate {gate}",
    "signed_in_another_role": "You have signed gate {gate} in another role; a second person must sign",
    "author_may_not_approve": "You prepared what gate {gate} decides on; somebody else must approve it",
    "value_unknown": "State the most the purchase can cost, with all options",
    # sprint
    "sprint_still_runs": "The sprint runs until {until}",
    # policy
    "exclusion_reason_missing": "“{words}” may keep new firms out: rewrite it, or say why it stays",
    "policy_blocks": "{rule} ({cities})",
    "circumstances_missing": "Write down the circumstances of this ground",
    "quotes_missing": "Say how many quotes are asked for",
    "waived_already": "This rule is set aside already",
}

MAILS: dict[str, tuple[str, str]] = {
    "document_corrected": (
        "Corrected: {step} ({challenge})",
        "{who} corrected “{step}” of “{challenge}”, for which you gave your word. The version that you read stays beside it.\n\n{reason}",
    ),
    "draft_soon": (
        "Not handed in yet: {challenge} ({vendor})",
        "The submission of {vendor} to “{challenge}” is a draft. It counts only if it is handed in before {closes}.",
    ),
    "draft_late": (
        "Not handed in: {challenge} ({vendor})",
        "“{challenge}” closed at {closes}. The draft of {vendor} was not handed in and does not count.",
    ),
    "scores_soon": (
        "Scores are due: {challenge}",
        "Your scores in “{challenge}” are due by {due}.",
    ),
    "scores_late": (
        "Scores are late: {challenge}",
        "Your scores in “{challenge}” were due by {due}. The panel waits for them.",
    ),
    "asked_again": (
        "Asked again: {what}, {challenge}",
        "{who} waits for you in “{challenge}”: {what}.",
    ),
    "date_soon": (
        "Due by {day}: {what}, {challenge}",
        "{what}: due by {day} in “{challenge}”, {why}.",
    ),
    "date_late": (
        "Late since {day}: {what}, {challenge}",
        "{what}: was due by {day} in “{challenge}”, {why}.",
    ),
    "step_started": (
        "Your turn: {step}",
        "“{step}” of “{challenge}” is open for work. You own it.",
    ),
    "asked_to_decide": (
        "A decision waits for you: {gate}, {step}",
        "“{step}” of “{challenge}” is complete. Gate {gate} waits for your word: proceed, revise or stop.",
    ),
    "returned": (
        "Returned: {step}",
        "“{step}” of “{challenge}” was returned. The reason: {reason}",
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "found": {
        "cases": "Cases",
        "documents": "Documents",
        "vendors": "Vendors",
        "people": "People",
        "log": "The log",
    },
    "date": {
        "questions_until": "Last questions",
        "closing": "Closing",
        "event": "Event with the market",
        "scores_due": "Scores due",
        "written_until": "Written with the city until",
        "meeting": "Meeting with a vendor",
        "award_notice": "Award notice due",
        "debrief": "Debrief due",
        "objection": "Answer to an objection due",
        "objections_until": "Last day for objections",
        "deliverable": "Deliverable due",
        "milestone": "Milestone due",
        "data_return": "Data to be returned",
        "records_until": "Records are kept until at least",
        "pilot_ends": "Last day of a pilot",
        "pilot_report": "Report of a pilot due",
        "pilot_declaration": "A declared pilot asks for approval",
    },
    "date_reason": {
        "questions_until": "as the notice says",
        "closing": "as the notice says, on its clock",
        "event": "as the invitation says",
        "scores_due": "as the panel was told",
        "written_until": "as the city said, the same for every vendor",
        "meeting": "as it was agreed",
        "award_notice": "72 days after the award, CFTA art. 516(2)",
        "debrief": "30 days after it was asked for",
        "objection": "15 days after it was filed",
        "objections_until": "10 days after the latest letter (CETA art. 19.17) or more by a by-law; a debrief begins them anew for its vendor",
        "deliverable": "by the agreement",
        "milestone": "by the delivery plan",
        "data_return": "by the grant of data",
        "records_until": "3 years after the end, CFTA art. 516.3 and CETA art. 19.15; your schedule may say longer",
        "pilot_ends": "as approved, or extended",
        "pilot_report": "30 days after its end",
        "pilot_declaration": "30 days after it was declared",
    },
    "step_state": {
        "waiting": "Next",
        "active": "Now",
        "done": "Done",
        "skipped": "Left out",
    },
    "decision": {
        "proceed": "Proceed",
        "revise": "Revise",
        "stop": "Stop",
    },
}

VERBS: dict[str, str] = {
    "chasing.ask_again": "Asked again",
    "findings.agree_to_waive": "Second word: a rule is set aside",
    "corrections.correct": "Document corrected",
    "findings.describe_purchase": "Purchase described for policy",
    "findings.justify": "Reason for a requirement",
    "findings.note_participation": "Notice of participation recorded",
    "findings.waive": "Rule set aside for this challenge",
    "moves.ask": "Gate asked for",
    "moves.begin_again": "Step begun again",
    "moves.complete": "Step completed",
    "moves.sign": "Word given at a gate",
    "moves.skip": "Step left out",
}
