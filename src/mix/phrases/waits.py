"""What waits for somebody, in words: the verb with its object, for one and for many, and the verb on its button."""

from mix.phrases.speaking import filled, told

WAITS: dict[str, tuple[str, str, str]] = {
    "sign_gate": (
        "Decide at a gate",
        "Decide at {count} gates",
        "Decide",
    ),
    "work": (
        "Work on a step",
        "Work on {count} steps",
        "Continue",
    ),
    "finish": (
        "Finish the result of a panel",
        "Finish the results of {count} panels",
        "Finish",
    ),
    "review_pack": (
        "Say whether the requirements are neutral",
        "Say of {count} sets of requirements whether they are neutral",
        "Review",
    ),
    "answer_comment": (
        "Settle a comment",
        "Settle {count} comments",
        "Read",
    ),
    "agree_waiver": (
        "Say, as the second person, whether a rule is set aside",
        "Say of {count} rules, as the second person, whether they are set aside",
        "Decide",
    ),
    "answer_joining": (
        "Answer a city that would like to join",
        "Answer {count} cities that would like to join",
        "Answer",
    ),
    "decide_need": (
        "Decide on a need",
        "Decide on {count} needs",
        "Decide",
    ),
    "answer_question": (
        "Answer a question",
        "Answer {count} questions",
        "Answer",
    ),
    "publish_answer": (
        "Publish an answer",
        "Publish {count} answers",
        "Publish",
    ),
    "answer_visitor": (
        "Answer a question from an event",
        "Answer {count} questions from an event",
        "Answer",
    ),
    "record_event": (
        "Record who came to an event",
        "Record who came to {count} events",
        "Record",
    ),
    "publish_call": (
        "Check and publish the call",
        "Check and publish {count} calls",
        "Check and publish",
    ),
    "confirm_closing": (
        "Confirm a later closing",
        "Confirm {count} later closings",
        "Confirm",
    ),
    "open_envelopes": (
        "Open the envelopes",
        "Open the envelopes of {count} calls",
        "Go to the opening",
    ),
    "check_items": (
        "Check mandatory items",
        "Check {count} mandatory items",
        "Check",
    ),
    "open_prices": (
        "Open the price envelopes",
        "Open the price envelopes of {count} calls",
        "Go to the opening",
    ),
    "take_share": (
        "Take your share of a key",
        "Take {count} shares of keys",
        "Take it",
    ),
    "rehearse_share": (
        "Rehearse with your share of a key",
        "Rehearse with {count} shares of keys",
        "Rehearse",
    ),
    "check_share": (
        "Show that you still have your share of a key",
        "Show that you still have {count} shares of keys",
        "Show it",
    ),
    "offer_share": (
        "Type your share of a key for the opening",
        "Type {count} shares of keys for openings",
        "Type it",
    ),
    "declare": (
        "Declare your conflicts of interest",
        "Declare your conflicts of interest on {count} panels",
        "Declare",
    ),
    "score": (
        "Score and hand in",
        "Score and hand in on {count} panels",
        "Score",
    ),
    "rule_conflict": (
        "Rule on a declared conflict",
        "Rule on {count} declared conflicts",
        "Rule",
    ),
    "record_meeting": (
        "Record a meeting with a vendor",
        "Record {count} meetings with vendors",
        "Record",
    ),
    "open_consensus": (
        "Open the consensus: everybody has handed in",
        "Open the consensus of {count} panels",
        "Open",
    ),
    "agree_scores": (
        "Agree on the scores as the chair",
        "Agree on the scores of {count} panels as the chair",
        "Agree",
    ),
    "plan_debrief": (
        "Set a time for a debrief",
        "Set times for {count} debriefs",
        "Set a time",
    ),
    "hold_debrief": (
        "Record a debrief",
        "Record {count} debriefs",
        "Record",
    ),
    "answer_objection": (
        "Answer an objection",
        "Answer {count} objections",
        "Answer",
    ),
    "take_turn": (
        "Your turn in a document that a city and a vendor write together",
        "Your turn in {count} documents that a city and a vendor write together",
        "Read and reply",
    ),
    "answer_clause": (
        "Accept or refuse other words for a clause",
        "Accept or refuse other words for {count} clauses",
        "Read",
    ),
    "sign_agreement": (
        "Sign an agreement",
        "Sign {count} agreements",
        "Sign",
    ),
    "receive_paper": (
        "Enter a certificate of an agreement",
        "Enter {count} certificates of agreements",
        "Enter",
    ),
    "renew_paper": (
        "Hand in a new certificate",
        "Hand in {count} new certificates",
        "See which",
    ),
    "sign_off_it_security": (
        "Sign off IT security for a sprint",
        "Sign off IT security for {count} sprints",
        "Sign off",
    ),
    "sign_off_privacy": (
        "Sign off privacy for a sprint",
        "Sign off privacy for {count} sprints",
        "Sign off",
    ),
    "sign_off_accessibility": (
        "Sign off accessibility for a sprint",
        "Sign off accessibility for {count} sprints",
        "Sign off",
    ),
    "sign_off_department": (
        "Sign off for the department that a sprint may start",
        "Sign off for the department that {count} sprints may start",
        "Sign off",
    ),
    "settle_incident": (
        "Settle an incident",
        "Settle {count} incidents",
        "Settle",
    ),
    "check_in": (
        "Write this week’s check-in",
        "Write this week’s check-ins of {count} sprints",
        "Write",
    ),
    "take_back_data": (
        "Say whether the data came back",
        "Say whether {count} data sets came back",
        "Say",
    ),
    "judge_deliverable": (
        "Accept or refuse what was delivered",
        "Accept or refuse {count} deliverables",
        "Look at it",
    ),
    "judge_milestone": (
        "Accept or refuse a milestone",
        "Accept or refuse {count} milestones",
        "Look at it",
    ),
    "judge_invoice": (
        "Approve or return an invoice",
        "Approve or return {count} invoices",
        "Look at it",
    ),
    "pay_invoice": (
        "Pay an invoice",
        "Pay {count} invoices",
        "Record it",
    ),
    "decide_change": (
        "Decide on a change order",
        "Decide on {count} change orders",
        "Decide",
    ),
    "settle_backlog": (
        "Settle an entry of the backlog",
        "Settle {count} entries of the backlog",
        "Settle",
    ),
    "decide_pilot": (
        "Decide on a pilot",
        "Decide on {count} pilots",
        "Decide",
    ),
    "ask_pilot": (
        "Ask for the approval of a pilot that runs already",
        "Ask for the approval of {count} pilots that run already",
        "Ask",
    ),
    "agree_extension": (
        "Decide on the extension of a pilot",
        "Decide on the extension of {count} pilots",
        "Decide",
    ),
    "close_pilot": (
        "Report what came of a pilot",
        "Report what came of {count} pilots",
        "Report",
    ),
    "stand_in": (
        "Say whether you stand in",
        "Say of {count} absences whether you stand in",
        "Answer",
    ),
    "sign_bylaw": (
        "Sign a by-law table as the second person",
        "Sign {count} by-law tables as the second person",
        "Read",
    ),
    "sign_bands": (
        "Sign a table of authority as the second person",
        "Sign {count} tables of authority as the second person",
        "Read",
    ),
    "confirm_going_live": (
        "Confirm, as the second person, that a city goes live",
        "Confirm, as the second person, that {count} cities go live",
        "Read",
    ),
    "confirm_rule": (
        "Confirm, as the second person, that a rule was read",
        "Confirm, as the second person, that {count} rules were read",
        "Read",
    ),
    "confirm_role": (
        "Confirm a duty that was proposed",
        "Confirm {count} duties that were proposed",
        "Decide",
    ),
    "confirm_duties": (
        "Say whether somebody’s duties are still right",
        "Say whether {count} duties are still right",
        "Look",
    ),
    "publish_variant": (
        "Publish a city’s method, or send it back",
        "Publish {count} of the city’s methods, or send them back",
        "Read",
    ),
    "send_again": (
        "Tell somebody whom a mail did not reach",
        "Tell those whom {count} mails did not reach",
        "See whom",
    ),
    "hand_in": (
        "Finish and hand in your submission",
        "Finish and hand in {count} submissions",
        "Continue",
    ),
    "confirm_addendum": (
        "Read and confirm an addendum",
        "Read and confirm {count} addenda",
        "Read",
    ),
    "deliver": (
        "Hand in a deliverable",
        "Hand in {count} deliverables",
        "Hand in",
    ),
    "deliver_milestone": (
        "Deliver a milestone",
        "Deliver {count} milestones",
        "See which",
    ),
    "send_invoice": (
        "Send the invoice for what was accepted",
        "Send the invoices for {count} accepted milestones",
        "Send it",
    ),
    "give_back_data": (
        "Give back or delete the city’s data",
        "Give back or delete {count} of the city’s data sets",
        "See which",
    ),
    "answer_together": (
        "Answer an organization that asks to answer a call with you",
        "Answer {count} organizations that ask to answer a call with you",
        "Answer",
    ),
    "answer_merger": (
        "Answer an organization that says it is yours",
        "Answer {count} organizations that say they are yours",
        "Answer",
    ),
}


def wait_sentence(code: str, count: int, language: str) -> str:
    """Say what is to be done, so many times. Raises KeyError for what has no words."""
    return filled(f"wait {code}", WAITS[code][0 if count == 1 else 1], language, {"count": str(count)})


def wait_button(code: str, language: str) -> str:
    """Return the verb of what is to be done, as a button has it."""
    return told(f"wait {code}", WAITS[code][2], language)
