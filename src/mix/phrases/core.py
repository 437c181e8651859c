"""What is said everywhere: refusals of answers, fields, files, duties, the log and requests; names of roles."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    "second_person": "A second person confirms: you proposed it",
    # answers and fields
    "field_missing": "Answer “{field}”",
    "item_not_met": "“{field}” is mandatory: without a yes your submission is not scored",
    "lines_missing": Counted(
        "“{field}”: {count} line has no price; without it there is no total",
        "“{field}”: {count} lines have no price; without them there is no total",
    ),
    "lines_not_amounts": "These lines are no amounts, such as 12,500.00: {given}",
    "rows_above_most": "“{field}” takes at most {most} rows; there are {has}",
    "field_must_be_yes": "Confirm “{field}”",
    "too_many_words": "Shorten “{field}” to {most} words; it has {has}",
    "too_few_rows": Counted(
        "Add at least {least} row to “{field}”", "Add at least {least} rows to “{field}”", by="least"
    ),
    "too_many_rows": "At most {most} rows are taken here; there are {given}. Take out those that matter least, or send them as a file",
    "cell_missing": "“{field}”, row {row}: fill in “{column}”",
    "answer_missing": "Write something here",
    "nothing_chosen": "Choose at least one",
    "reason_missing": "Give a reason",
    "not_an_amount": "“{given}” is not an amount. Write it as 12,500.00",
    "amount_too_large": "{given} is too large to be right",
    "not_a_number": "“{given}” is not a number",
    "not_a_date": "“{given}” is not a date. Write it as 2027-01-14",
    "not_an_option": "“{given}” is not one of the choices",
    "not_one_line": "Write this on one line, without line breaks or tabs",
    "text_too_long": "This text is longer than {most} characters",
    "file_protected": "“{name}” is protected by a password, or of a format from before 2007: nobody else could open it. Save it without a password in the present format and send it again",
    "file_kind": "What is in “{name}” is not what its name says. Send PDF, Word, Excel, PowerPoint, OpenDocument, ZIP, PNG, JPEG, MP4, WebM, GeoJSON, GeoPackage, JSON, CSV or text",
    "file_kind_not_taken": "“{name}” is of a kind that is not taken here. Send PDF, Word, Excel, PowerPoint, OpenDocument, ZIP, PNG, JPEG, MP4, WebM, GeoJSON, GeoPackage, JSON, CSV or text",
    "file_without_kind": "The name “{name}” does not end in a kind of file, such as .pdf. Send PDF, Word, Excel, PowerPoint, OpenDocument, ZIP, PNG, JPEG, MP4, WebM, GeoJSON, GeoPackage, JSON, CSV or text",
    "file_utf16": "“{name}” is written in UTF-16, which is not taken here. Save it as UTF-8 (in Excel: CSV UTF-8) and send it again",
    "pdf_unavailable": "This site cannot make PDF files: its operator installs Pango (libpango-1.0-0, libpangoft2-1.0-0). Print the page instead",
    # gates
    "nobody_named_for_value": "Nobody is named to approve this value in {city}. Its procurement manager enters the table of authority",
    # people
    "procurement_does_not_score": "{name} works in procurement, which runs the process and does not score",
    "councillors_do_not_evaluate": "{name} sits on council, and councillors do not evaluate",
    "approvers_do_not_evaluate": "{name} approves awards and may not evaluate",
    "overseers_do_not_evaluate": "{name} oversees the process and may not evaluate",
    "overseers_do_not_decide": "{name} cannot oversee a city and decide for it: nobody audits or monitors what they did themselves",
    "administrators_do_not_decide": "{name} cannot administer a city’s people and also decide, score or oversee there",
    "staff_may_not_bid": "Who works for a city, sits on a panel, keeps a share of a key or reviews requirements may not act for a vendor",
    "vendor_may_not_serve": "{name} acts for a vendor and may not have a role in a city",
    # the log
    "log_gap": "An entry is missing",
    "log_unlinked": "This entry does not follow from the one before",
    "log_altered": "This entry was changed",
    "log_cut_short": "The end of the chain is missing",
    "log_contradicts_checkpoint": "The entries are not those of a checkpoint that was signed",
    "log_contradicts_kept": "The entries are not those of the last checkpoint, which is kept outside of the database",
    "log_not_signed": "The log of {chain} does not hold at entry {entry}, so that nothing is opened or awarded on it. Nothing was changed. Whoever runs the site finds the place with “mix log verify”; after a backup was restored, two people of the city say so with “mix log acknowledge {chain}”, and then this goes on",
    "log_has_no_gap": "Nothing is missing since the last checkpoint",
    "checkpoint_not_ours": "A checkpoint was not signed by this site",
    "checkpoint_missing": "A checkpoint that was signed is missing from the database",
    "not_as_logged": "What waits here is not what the log says was proposed: it was changed past the program. Nothing "
    "was done. Drop it and propose it anew, and tell whoever runs the site",
    "row_altered": "This row is not as the log has it",
    "row_missing": "The log knows this row, and it is missing",
    "row_unlogged": "The log does not know this row",
    "receipt_altered": "This receipt is not as the log has it",
    "receipt_missing": "The log knows a version that was handed in here, and its receipt is missing",
    "receipt_unlogged": "The log does not know this receipt",
    "mail_without_stop": "Mails of this kind always come",
    # requests
    "too_many_from_here": "To keep guesses and floods out, this site takes only so much in a while from one place. Nothing was changed. Wait ten minutes",
    "too_many_made": "As many archives as this site makes at once for one network are being made. Come back in a minute",
    "disk_full": "This site has no room left; its operator can see it. Nothing was changed",
    "database_busy": "This site is busy for a moment, as while it is backed up. Nothing was changed",
    "too_often": "This was done too often in the last hour. Wait a while and send it again: what you typed is kept here",
}

MAILS: dict[str, tuple[str, str]] = {
    "digest": (
        "{count} mails of MIX in one",
        "Gathered as you chose:\n\n{items}",
    ),
    "checkpoint_for_witness": (
        "Checkpoint of {chain}: {size} entries",
        "Keep this checkpoint of {chain}, and compare the next with it (“mix verify log --checkpoint”). An instance of MIX countersigns it with “mix log countersign”; send the note back, and it is kept here.\n\n{note}",
    ),
    "mail_refused": (
        "{to} could not be reached",
        "The mail “{subject}” to {to} will not arrive: {reason}\n\nCheck the address and send it again, or tell them another way.",
    ),
    "account_confirm": (
        "Confirm your address for MIX",
        "Somebody, probably you, gave this address for an account in MIX. Confirm it with the link below, within three days. If it was not you, do nothing.",
    ),
    "account_exists": (
        "You have an account in MIX already",
        "Somebody, probably you, asked for an account in MIX with this address. There is one already: sign in, or choose a new password with the link below.",
    ),
    "account_reset": (
        "Choose a new password for MIX",
        "Somebody, probably you, asked for a new password for your account in MIX. Choose it with the link below, which works once, within three days. If it was not you, do nothing: your password stays as it is.",
    ),
    "account_unknown": (
        "There is no account in MIX with this address",
        "Somebody, probably you, asked for a new password for an account in MIX with this address. There is none. Perhaps yours has another address; if you have none yet, make one with the link below.",
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "mail_kind": {
        "account": "Your account, receipts and results",
        "turn": "Something waits for you",
        "dates": "A date comes near",
        "news": "News of what you take part in",
        "follows": "Calls that you follow",
        "invitations": "Invitations to answer calls",
    },
    "mail_kind_reason": {
        "account": "They always come.",
        "turn": "It is your turn: this cannot be stopped.",
        "dates": "Reminders: these cannot be stopped.",
        "news": "Nothing waits for you in them.",
        "follows": "New calls that say your words, or of a city that you follow.",
        "invitations": "Calls that you may answer in challenges in which you take part.",
    },
    "mail_pace": {
        "now": "At once",
        "daily": "Once a day",
        "weekly": "Once a week",
        "off": "Never",
    },
    "answer": {
        "yes": "Yes",
        "no": "No",
    },
    "role": {
        "staff": "City staff",
        "project_lead": "Project lead",
        "sponsor": "Department sponsor",
        "procurement_officer": "Procurement officer",
        "procurement_manager": "Procurement manager",
        "legal": "Legal",
        "specialist": "Privacy, IT and accessibility",
        "finance": "Finance",
        "authority": "Award authority",
        "council": "Council",
        "evaluator": "Evaluator",
        "chair": "Chair of the panel",
        "fairness_monitor": "Fairness monitor",
        "auditor": "Auditor",
        "administrator": "Administrator",
        "holder": "Holder of a share",
        "partner_city": "Partner city",
        "partner_procurement": "Procurement of a partner city",
        "partner_finance": "Finance of a partner city",
        "partner_authority": "Award authority of a partner city",
        "vendor": "Vendor",
        "public": "Public",
        "city": "City",
        "": "System",
    },
}
