"""What is said of needs, challenges, documents, cities that join, the register of pilots: refusals, mails, words and verbs of the log."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    "source_not_for_city": "No challenge of {city} can begin from this one: it is not public and over, or was a trial",
    "join_closed": "Cities cannot join this challenge now (the window ends {until})",
    "join_after_award": "The award is decided. Ask to take over what worked instead",
    "join_share_too_large": "Later cities can still take {most} percent of the value in all",
    "join_without_authority": "{city} has no table of authority yet: its gates would find nobody to decide",
    "join_asked_already": "Your city has asked already",
    "join_answered": "This was answered already",
    "join_by_another": "You asked for this yourself. Somebody else of the lead city answers",
    "join_window_frozen": "The first public notice has declared who may join; that cannot change any more",
    "join_window_past": "The day lies in the future",
    "join_window_share": "Between 1 and {most} percent",
    "docx_unreadable": "“{name}” cannot be read as a Word file (.docx). Nothing was changed",
    "docx_without_fields": "Nothing in “{name}” stands under the title of a field, such as “{first}”. Nothing was changed",
    "docx_template_wrong": "This template cannot be filled: {why}",
    "docx_template_names": "This template names what there is not: {names}",
    "docx_template_bare": "This template does not show every answer: it needs a title, a text and a table for each. Begin from the plain one",
    "route_step_begun": "A step that only the present route has was begun already. Begin a new challenge to take another route",
    "pilot_moved_on": "This pilot has moved on since you opened the page",
    "pilot_edited": "Somebody saved this record after you opened it. Your text is below: compare it in another tab, and save again",
    "pilot_notice_missing": "Residents are affected: say how they are told",
    "pilot_begun": "The first day is past. A pilot that runs already is declared instead",
    "pilot_over": "The last day is past",
    "pilot_ends_before": "The last day comes before the first",
    "pilot_too_long": "Longer than the {most} days that are allowed here",
    "pilot_not_later": "Not later than the present last day",
    "pilot_owner_decides": "Whoever owns a pilot does not decide on it",
    "pilot_spoken": "You gave your word in another role; somebody else gives this one",
    "pilot_extended": "A pilot is extended once, and this one was",
    "pilot_converted": "A challenge follows this pilot already",
    # needs and challenges
    "need_decided": "This need was decided already",
    "need_not_mergeable": "Choose another open need of this city",
    "code_taken": "Another challenge has this address",
    "shares_wrong": "The shares must leave something for the lead",
    "route_not_in_method": "This method does not offer that route",
    "route_frozen": "The route was frozen by the first public notice. To change it, cancel and re-issue",
    "challenge_over": "This challenge has ended",
    "challenge_not_over": "This challenge still runs",
    # documents and steps
    "edited_meanwhile": "{name} saved version {number} while you were writing. Both texts are shown below; nothing is lost",
    "differs_from_source": "“{field}” says something else than “{step}”. Take what stands there, or say why it differs",
    "source_changed": "“{step}” says something else since it was said why “{field}” differs. Take it, or say why anew",
    "not_reusable": "This work may not be reused, or it has expired",
    "already_written": "Something is written here already",
    "step_not_active": "“{step}” is not open for work now",
    "step_at_gate": "“{step}” waits for its gate and cannot be changed",
    # people
    "city_takes_part": "This city takes part already",
}

MAILS: dict[str, tuple[str, str]] = {
    "join_asked": (
        "A city asks to join: {challenge}",
        "{city} asks to take part in “{challenge}”. Agree, or refuse with a reason.",
    ),
    "join_agreed": (
        "Your city takes part: {challenge}",
        "Your city takes part in “{challenge}” from now on: {reason}",
    ),
    "join_refused": (
        "Not joined: {challenge}",
        "The lead city refused that yours joins “{challenge}”: {reason}",
    ),
    "pilot_declared": (
        "A running pilot was declared: {pilot}",
        "“{pilot}” runs already and was declared to the register. Its owner completes the record and asks for approval within 30 days.",
    ),
    "pilot_unsolicited": (
        "An unsolicited proposal that staff want to try: {pilot}",
        "The record of “{pilot}” says that its vendor was found through an unsolicited proposal. Procurement is told at once, before anything is agreed.",
    ),
    "pilot_asked": (
        "A pilot waits for your word: {pilot}",
        "“{pilot}” was put before you. Read its record, then agree or refuse.",
    ),
    "pilot_approved": (
        "Approved: {pilot}",
        "“{pilot}” may run, on the terms of its record. Its entry in the register is public.",
    ),
    "pilot_refused": (
        "Refused: {pilot}",
        "“{pilot}” was refused. The reason: {reason}",
    ),
    "pilot_extension_asked": (
        "An extension waits for your word: {pilot}",
        "“{pilot}” asks for its one extension.",
    ),
    "pilot_undeclared": (
        "Still without authority: {pilot}",
        "“{pilot}” was declared more than 30 days ago and nobody has asked for its approval. Complete its record, or stop it.",
    ),
    "pilot_ending": (
        "Two weeks to its last day, or less: {pilot}",
        "“{pilot}” ends soon. Carry out its exit plan, or ask for its one extension before the last day.",
    ),
    "pilot_ended": (
        "It has ended: {pilot}",
        "“{pilot}” has ended. Its report is due within 30 days.",
    ),
    "pilot_report": (
        "Its report is due soon: {pilot}",
        "The report of “{pilot}” is due in two weeks or less.",
    ),
    "pilot_overdue": (
        "Its report is overdue: {pilot}",
        "The report of “{pilot}” was due 30 days after its end.",
    ),
    "pilot_closed": (
        "Its report is public: {pilot}",
        "“{pilot}” has its report. If a challenge follows, begin it from its page.",
    ),
    "need_reported": (
        "A need was reported: {need}",
        "“{need}” was reported to a department of your city. Look at it, merge it, decline it with a reason, or commission a challenge.",
    ),
    "need_declined": (
        "Your report was declined: {need}",
        "Your report “{need}” was declined. The reason: {reason}",
    ),
    "need_merged": (
        "Your report was merged: {need}",
        "“{need}” describes the same problem as “{into}” and was merged with it.",
    ),
    "need_commissioned": (
        "Your report became a challenge: {challenge}",
        "What you reported is now the challenge “{challenge}”.",
    ),
    "challenge_cancelled": (
        "Cancelled: {challenge}",
        "The challenge “{challenge}” was cancelled. The reason: {reason}",
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "pilot_state": {
        "draft": "Draft",
        "declared": "Runs without authority",
        "asked": "Waits for words",
        "approved": "Approved",
        "running": "Runs",
        "ended": "Ended",
        "overdue": "Report overdue",
        "closed": "Closed",
        "refused": "Refused",
    },
    "word_part": {
        "footnote": "Footnote",
        "endnote": "Endnote",
        "comment": "Comment in Word",
        "picture": "Picture",
        "object": "Embedded object",
        "embedded": "Embedded document",
        "formula": "Formula",
        "hidden": "Hidden text",
        "list": "Numbers or signs before the paragraphs of a list, which begins",
        "symbol": "Symbol of a font",
        "table": "Table in a table",
    },
    "pilot_word": {
        "agree": "Agrees",
        "refuse": "Refuses",
    },
    "status": {
        "running": "Running",
        "stopped": "Stopped",
        "cancelled": "Cancelled",
        "completed": "Completed",
    },
    "need_state": {
        "open": "Open",
        "merged": "Merged",
        "declined": "Declined",
        "commissioned": "Commissioned",
    },
    "route": {
        "innovation_partnership": "One competition to the end",
        "sprint_then_open": "Sprint, then an open request",
        "pilot_only": "Pilot only",
        "traditional": "Traditional request",
        "no_purchase": "No purchase",
    },
    "notice": {
        "engagement": "Invitation to an event",
        "intended_procurement": "Call to the market",
        "addendum": "Addendum",
        "award": "Award",
        "cancellation": "Cancellation",
        "result": "Result",
        "disclosure": "Disclosure pack",
    },
    "origin": {
        "live": "Live",
        "replay": "Replayed scenario",
        "history": "From the public record",
    },
    "route_statement": {
        "innovation_partnership": "This is one competition with several stages. What it ends in may be bought without another one, up to the amounts that are declared. The city negotiates with the best-ranked proponent and, where that fails, with the next. Answering makes no bidding contract.",
        "sprint_then_open": "Taking part in the sprint gives no right to a purchase and no advantage in the open call that may follow. What the sprint teaches is published before that call, and every vendor may answer it.",
        "pilot_only": "This is a pilot, to learn. No purchase follows from it: whatever is bought later is bought in a new competition, in which taking part here gives no advantage. The results are published.",
        "traditional": "This is an ordinary request. Only the published criteria count.",
        "no_purchase": "Nothing is bought by this. Whatever is bought later is bought in a new competition, in which taking part here gives no advantage.",
    },
}

VERBS: dict[str, str] = {
    "challenges.begin_from": "Challenge begun from another",
    "challenges.cancel": "Challenge cancelled",
    "challenges.change_route": "Route changed",
    "challenges.commission": "Challenge begun",
    "challenges.complete": "Challenge completed",
    "challenges.decline_need": "Need declined",
    "challenges.merge_need": "Need merged",
    "challenges.record_history": "Case entered from the public record",
    "challenges.reissue": "Challenge begun again",
    "challenges.report_need": "Need reported",
    "challenges.stop": "Challenge stopped",
    "documents.comment": "Comment written",
    "documents.reuse": "Work of another challenge reused",
    "documents.save": "Version saved",
    "documents.settle_comment": "Comment settled",
    "pilots.agree_extension": "Pilot extended",
    "pilots.ask": "Approval of a pilot asked for",
    "pilots.ask_extension": "Extension of a pilot asked for",
    "pilots.close": "Report of a pilot",
    "pilots.convert": "A challenge follows a pilot",
    "pilots.describe": "Record of a pilot saved",
    "pilots.register_pilot": "Pilot registered",
    "pilots.say": "Word on a pilot",
    "pilots.stop": "Pilot stopped",
    "pilots.take_back": "Pilot taken back",
    "joining.declare_window": "Window to join declared",
    "joining.ask": "A city asks to join",
    "joining.answer": "Answer to a city that asked to join",
}
