"""What is said of panels, scoring, meetings, letters, awards, disputes: refusals, mails, words and verbs of the log."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    # answers and fields
    "time_is_past": "This time is past",
    "dispute_late": "The ten days for an objection are over",
    "dispute_open": "Your objection is with the city; wait for its answer",
    "dispute_answered": "This objection was answered already",
    "panel_does_not_answer": "You sat on the panel. Somebody else answers objections to its result",
    # evaluation
    "panel_missing": "Appoint the panel",
    "panel_too_small": "Appoint at least two people",
    "share_out_of_range": "Between {least} and {most} of this panel may share a submission. Leave it empty to have everybody score all of them",
    "chair_missing": "Appoint a chair",
    "chair_taken": "This panel has a chair",
    "chair_only": "Only the chair does this",
    "chair_has_conflict": "{name} declared a conflict and may not see everything that is to be agreed on. Procurement gives the chair to somebody else",
    "conflict_stands": "You declared a conflict with {vendor}. Only procurement can find that it is none, with a reason",
    "conflict_waits": "{name} declared a conflict. Procurement first decides whether {name} scores the others",
    "conflict_over": "This conflict does not stand any more",
    "conflict_own": "Somebody else decides about your own declaration",
    "on_the_panel": "{name} is on this panel already, or was",
    "outsider_of_city": "{name} works for a city of this challenge, which appoints its own people: with the role “Evaluator” they can be appointed here",
    "organization_missing": "Say where they work",
    "seat_unanswered": "{name} was asked to sit on the panel and has not answered. Wait for the answer, or withdraw the invitation",
    "seat_declined": "{name} declined. Invite them anew, if they changed their mind",
    "invitation_declined": "You declined this invitation. If you changed your mind, ask {inviter} for a new one",
    "panel_went_on": "The panel goes on without this seat: it agrees on its scores already, or its work has ended. Ask {inviter} if you have questions",
    "evaluation_in_panel": "Let the panel begin to score",
    "evaluation_in_scoring": "The panel is scoring",
    "evaluation_in_consensus": "The panel is agreeing",
    "evaluation_in_between": "Invite who reaches the next stage",
    "meeting_incomplete": "Say this too",
    "meeting_in_the_past": "Choose a time that is still to come",
    "meeting_not_held": "This meeting has no time yet, or has not begun",
    "meeting_of_no_stage": "Nobody is met in this stage of the scoring",
    "meeting_recorded": "This meeting is recorded already",
    "meetings_missing": Counted("Record {count} meeting", "Record {count} meetings"),
    "evaluation_in_quality_frozen": "Open the prices if they count, and compute the result",
    "tie_unbroken": "Equal, and at most {most} may be chosen: {names}. Draw the order among them and record it",
    "tie_before_award": "Equal and next in rank: {names}. The order among them is drawn and recorded at the evaluation first",
    "tie_order_wrong": "Name each of the equal vendors once",
    "lot_fixed": "The lot among these is fixed already: draw it",
    "lot_not_fixed": "Fix the lot among these first",
    "lot_lost": "The secret of this lot cannot be opened here any more. Draw the order otherwise and record it",
    "evaluation_wrong_phase": "The evaluation is at another stage now",
    "scoring_waits": "You score once you have declared, and where you declared a conflict once procurement has decided",
    "declaration_missing": "{name} must declare conflicts first",
    "declaration_incomplete": "Declare about {vendor}",
    "criterion_unknown": "This criterion was not published",
    "score_out_of_range": "Choose a score from 0 to 5",
    "extreme_needs_comment": "A score of {score} needs a comment. Say why",
    "written_meanwhile": "This was changed on another page while you wrote. Both stand here: keep what is right, and save again",
    "change_needs_reason": "You handed in already. Say why the score changes",
    "scores_missing": Counted("{name}: {count} score is missing", "{name}: {count} scores are missing"),
    "not_handed_in": "{name} has not handed in",
    "too_few_scores": "Fewer than two people scored {name}",
    "consensus_incomplete": Counted("Agree on {count} more score", "Agree on {count} more scores"),
    "agreed_not_recorded": "{letter}, {what}: record what you typed, or empty its fields",
    "price_not_opened": "Open the price envelopes",
    # award
    "nobody_recommended": "Recommend the best-ranked vendor",
    "negotiation_not_recorded": "Record the negotiation, or that there was none",
    "nobody_left_to_recommend": "Nobody is left on the ranking. Revise or stop",
    "award_live": "There is a recommendation already",
    "award_over": "This recommendation has ended",
    "no_letter_yet": "A debrief may be asked for after the letter",
}

MAILS: dict[str, tuple[str, str]] = {
    "appointed": (
        "You are on a panel: {challenge}",
        "You were appointed to the panel of “{challenge}”. When scoring opens you declare conflicts first, then read and score.",
    ),
    "panel_invitation": (
        "{city} invites you to a panel: {challenge}",
        "{who} of {city} asks you to sit on the panel that scores what vendors sent for “{challenge}”. The link says what is asked of you; there you accept, or decline with one click. It is for you alone and works once, until {until}.",
    ),
    "seat_accepted": (
        "{who} sits on the panel: {challenge}",
        "{who} ({organization}) accepted your invitation and sits on the panel of “{challenge}” now.",
    ),
    "seat_declined": (
        "{who} declined: {challenge}",
        "{who} ({organization}) does not sit on the panel of “{challenge}”. Invite or appoint somebody else.",
    ),
    "seat_ended": (
        "Your seat has ended: {challenge}",
        "You are on the panel of “{challenge}” no more. The reason: {reason} What you scored stays on record and does not count. What you read there you still keep to yourself.",
    ),
    "panel_done": (
        "The panel is done: {challenge}",
        "The result of the panel of “{challenge}” is final. Thank you for your work. With it ends what you could read there; what you read and heard you still keep to yourself.",
    ),
    "scoring_open": (
        "Scoring is open: {challenge}",
        "Declare conflicts against the list of names, then read and score alone.",
    ),
    "stage_reached": (
        "{stage}: {challenge}",
        "{vendor} reached the next stage of the evaluation of “{challenge}”: {stage}. Where you are met, procurement agrees on a time with you.",
    ),
    "meeting_set": (
        "{stage}, {at}: {challenge}",
        "We meet you for “{challenge}”: {stage}, {at}, {place}.",
    ),
    "debrief_asked": (
        "A debrief is asked for: {challenge}",
        "{vendor} asks to hear more about the result of “{challenge}”. The talk is due by {day}; propose a time on the page of the step.",
    ),
    "conflict_declared": (
        "A conflict was declared: {challenge}",
        "A member of the panel of “{challenge}” declared a conflict. Check that every submission still has two scores.",
    ),
    "conflict_to_rule": (
        "{member} declared a conflict: {challenge}",
        "{member}, on the panel of “{challenge}”, declared a conflict. {member} reads nothing until you decide whether the others are scored in spite of it, or end the seat. Your reason is kept with the case.",
    ),
    "conflict_ruled": (
        "Decided on your declaration: {challenge}",
        "Procurement decided on the conflict that you declared for “{challenge}”. You may read what is not hidden from you.",
    ),
    "share_grew": (
        "There is more to score: {challenge}",
        "Somebody on the panel of “{challenge}” left or has a conflict, and what they were to score came to you. What you handed in stays; score what is new, and hand in again.",
    ),
    "chair_given": (
        "You chair the panel: {challenge}",
        "You are the chair of the panel of “{challenge}” now. The chair opens the consensus and records what is agreed.",
    ),
    "chair_passed": (
        "The chair has changed: {challenge}",
        "{member} is the chair of the panel of “{challenge}” now. You stay on the panel, and your scores stay.",
    ),
    "all_handed_in": (
        "All scores are in: {challenge}",
        "Every member has handed in. You may open the consensus.",
    ),
    "consensus_open": (
        "Consensus is open: {challenge}",
        "The chair opened the consensus of “{challenge}”. You now see everybody’s scores.",
    ),
    "letter_chosen": (
        "Chosen: {step}, {challenge}",
        "{vendor} was chosen at “{step}” of “{challenge}”. Your letter shows your points and the panel’s reasons.",
    ),
    "letter_regret": (
        "Not chosen: {step}, {challenge}",
        "{vendor} was not chosen at “{step}” of “{challenge}”. Your letter shows your points, the range, and the panel’s reasons. You may ask for a debrief.",
    ),
    "negotiation_failed": (
        "Negotiation ended: {challenge}",
        "The negotiation on “{challenge}” ended without agreement. The reason: {reason}",
    ),
    "result_before_award": (
        "The panel has finished: {step}, {challenge}",
        "The panel has finished “{step}” of “{challenge}”. Nothing is awarded yet: whoever has the authority decides on its recommendation. {vendor} then gets a letter with its points and the panel’s reasons.",
    ),
    "awarded": (
        "Awarded: {challenge}",
        "“{challenge}” was awarded to {vendor}. The final design and the contract come next.",
    ),
    "award_elsewhere": (
        "Not chosen: {challenge}",
        "“{challenge}” was awarded to {winner}. The letter to {vendor} shows your points, the range, and the panel’s reasons. You may ask for a debrief.",
    ),
    "award_revoked": (
        "Award revoked: {challenge}",
        "The award of “{challenge}” to {winner} was revoked. The next-ranked may be recommended; you get a new letter when an award is made.",
    ),
    "dispute_filed": (
        "Dispute filed: {challenge}",
        "{vendor} objects to a result of “{challenge}”. It is to be answered within 15 days.",
    ),
    "dispute_answered": (
        "Your objection was answered: {challenge}",
        "The city has answered your objection on “{challenge}”: {answer}",
    ),
    "debrief_planned": (
        "Debrief planned: {challenge}",
        "Your debrief on “{challenge}” is planned for {at}.",
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "letter": {
        "awarded_yes": "The contract is awarded to you",
        "awarded_no": "The contract was awarded to another vendor",
        "interested_yes": "You go on to the next step",
        "interested_no": "You do not go on to the next step",
        "qualified_yes": "You are qualified",
        "qualified_no": "You were not qualified",
        "shortlisted_yes": "You are on the shortlist",
        "shortlisted_no": "You are not on the shortlist",
        "admitted_yes": "You are admitted to the sprint",
        "admitted_no": "You were not admitted to the sprint",
        "recommended_yes": "You are recommended for the contract",
        "recommended_no": "You were not recommended for the contract",
    },
    "document": {
        "kind": "A file of this kind is not shown here.",
        "large": "The file is too large to be shown here.",
        "heavy": "To show this file takes more time or memory than a page may.",
        "broken": "The file cannot be opened here: it is damaged, protected, or not what its name says.",
    },
    "elimination": {
        "disqualified": "disqualified",
        "not_invited": "not invited to the next stage",
        "price_missing": "no price",
        "price_not_positive": "a price of zero",
        "price_above_fixed": "above the fixed price",
        "quality_minimum": "below the minimum of quality",
        "price": "below the minimum of price points",
        "total_minimum": "below the minimum of the total",
    },
    "affiliation": {
        "was_member": "You are or were on its team",
        "same_domain": "Somebody there has an e-mail address at the same domain as yours",
        "same_name": "Somebody there has your family name",
    },
    "dispute": {
        "upheld": "Upheld",
        "dismissed": "Dismissed",
    },
    "phase": {
        "panel": "Panel is appointed",
        "scoring": "Scoring",
        "consensus": "Consensus",
        "between": "Between two stages",
        "quality_frozen": "Quality is final",
        "final": "Final",
    },
    "basis": {
        "reading": "What is written",
        "interview": "Interview",
        "demo": "Demonstration",
        "evidence": "Evidence from the sprint",
    },
    "conflict": {
        "none": "No conflict",
        "financial": "Financial interest",
        "family": "Family or friendship",
        "employment": "Past or future employment",
        "advised": "Advised on the specification",
        "other": "Another conflict",
    },
    "ruling": {
        "eased": "This is no conflict: nothing is hidden",
        "kept": "The conflict stands; the member scores the others",
    },
    "ranking": {
        "final": "As decided",
        "tie_break": "After the tie was broken",
        "disqualification": "After the disqualification of",
    },
    "ending": {
        "not_chosen": "Not chosen",
        "failed": "Negotiation failed",
        "revoked": "Award revoked",
    },
    "statement": {
        "conflict": (
            "I declare for each organization named here whether I, or somebody close to me, have anything to do with it. "
            "I say so at once when this changes. What I read and hear on this panel I keep to myself, and use for nothing else."
        ),
    },
    "award_state": {
        "recommended": "Recommended",
        "failed": "Negotiation failed",
        "approved": "Approved",
        "revoked": "Revoked",
    },
}

VERBS: dict[str, str] = {
    "awards.approve": "Award made",
    "awards.file_dispute": "Dispute filed",
    "awards.answer_dispute": "Dispute answered",
    "evaluations.give_chair": "Chair replaced",
    "awards.ask_debrief": "Debrief asked for",
    "awards.fail_negotiation": "Negotiation failed",
    "awards.hold_debrief": "Debrief held",
    "awards.plan_debrief": "Debrief planned",
    "awards.recommend": "Vendor recommended",
    "awards.record_negotiation": "Negotiation recorded",
    "evaluations.agree": "Score agreed",
    "evaluations.appoint": "Panel member appointed",
    "evaluations.break_tie": "Tie broken",
    "ties.fix_lot": "Lot among equals fixed",
    "ties.draw_lot": "Lot among equals drawn",
    "evaluations.declare": "Conflict declaration given",
    "evaluations.finalise_result": "Result computed",
    "evaluations.freeze_quality": "Consensus ended",
    "evaluations.hand_in": "Scores handed in",
    "evaluations.invite": "Vendors invited to the next stage",
    "evaluations.record_meeting": "Meeting with a vendor recorded",
    "evaluations.set_meeting": "Meeting with a vendor planned",
    "evaluations.leave_panel": "Panel member left",
    "evaluations.open_consensus": "Consensus opened",
    "evaluations.open_scoring": "Scoring opened",
    "evaluations.rule_on_conflict": "Ruled on a declared conflict",
    "evaluations.score": "Score or comment given",
    "evaluations.send_letters": "Letters sent",
    "outsiders.accept": "Seat on a panel accepted from outside",
    "outsiders.decline": "Seat on a panel declined",
    "outsiders.invite": "Invited to a panel from outside",
    "outsiders.send_again": "Invitation to a panel sent again",
    "outsiders.withdraw": "Invitation to a panel withdrawn",
}
