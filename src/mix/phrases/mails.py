"""Every mail that the product sends, in English and French: subject and body."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mix.phrases.dates import DATE_MAILS
from mix.phrases.joining import JOINING_MAILS
from mix.phrases.pilots import PILOT_MAILS
from mix.rules.market.outages import Outage

_GREETING = {"en": "Hello {name},", "fr": "Bonjour {name},"}

MAILS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    **JOINING_MAILS,
    **PILOT_MAILS,
    **DATE_MAILS,
    "need_reported": (
        (
            "A need was reported: {need}",
            "“{need}” was reported to a department of your city. Look at it, merge it, decline it with a reason, or commission a challenge.",
        ),
        (
            "Un besoin a été signalé : {need}",
            "« {need} » a été signalé à un service de votre ville. Examinez-le, fusionnez-le, refusez-le avec un motif, ou commandez un défi.",
        ),
    ),
    "need_declined": (
        ("Your report was declined: {need}", "Your report “{need}” was declined. The reason: {reason}"),
        ("Votre signalement a été refusé : {need}", "Votre signalement « {need} » a été refusé. Le motif : {reason}"),
    ),
    "need_merged": (
        ("Your report was merged: {need}", "“{need}” describes the same problem as “{into}” and was merged with it."),
        (
            "Votre signalement a été fusionné : {need}",
            "« {need} » décrit le même problème que « {into} » et y a été joint.",
        ),
    ),
    "need_commissioned": (
        ("Your report became a challenge: {challenge}", "What you reported is now the challenge “{challenge}”."),
        (
            "Votre signalement est devenu un défi : {challenge}",
            "Ce que vous avez signalé est maintenant le défi « {challenge} ».",
        ),
    ),
    "challenge_cancelled": (
        ("Cancelled: {challenge}", "The challenge “{challenge}” was cancelled. The reason: {reason}"),
        ("Annulé : {challenge}", "Le défi « {challenge} » a été annulé. Le motif : {reason}"),
    ),
    "step_started": (
        ("Your turn: {step}", "“{step}” of “{challenge}” is open for work. You own it."),
        ("À vous : {step}", "« {step} » du défi « {challenge} » est ouvert au travail. Vous en êtes responsable."),
    ),
    "asked_to_decide": (
        (
            "A decision waits for you: {gate}, {step}",
            "“{step}” of “{challenge}” is complete. Gate {gate} waits for your word: proceed, revise or stop.",
        ),
        (
            "Une décision vous attend : {gate}, {step}",
            "« {step} » du défi « {challenge} » est complet. Le point de décision {gate} attend votre avis : poursuivre, réviser ou arrêter.",
        ),
    ),
    "asked_to_review": (
        (
            "A review waits for you: {step}",
            "You saw no vendor’s ideas in “{challenge}”. Read the requirements of “{step}” and say whether several vendors could meet them.",
        ),
        (
            "Un examen vous attend : {step}",
            "Vous n’avez vu les idées d’aucun fournisseur du défi « {challenge} ». Lisez les exigences de « {step} » et dites si plusieurs fournisseurs pourraient y satisfaire.",
        ),
    ),
    "returned": (
        ("Returned: {step}", "“{step}” of “{challenge}” was returned. The reason: {reason}"),
        ("Renvoyé : {step}", "« {step} » du défi « {challenge} » a été renvoyé. Le motif : {reason}"),
    ),
    "invited_to_answer": (
        ("You may answer: {challenge}", "A call of “{challenge}” is open to you."),
        ("Vous pouvez répondre : {challenge}", "Un appel du défi « {challenge} » vous est ouvert."),
    ),
    "share_waits": (
        (
            "Your share of a key waits: {city}",
            "You hold one of three shares of a key of {city}. Take it when you are alone and have paper ready; it is 33 words, shown once.",
        ),
        (
            "Votre part d’une clé vous attend : {city}",
            "Vous détenez l’une des trois parts d’une clé de {city}. Prenez-la lorsque vous serez sans témoin, avec du papier : 33 mots, montrés une seule fois.",
        ),
    ),
    "share_asked_for": (
        (
            "Is your share at hand? {challenge}",
            "A call of “{challenge}” closes within thirty hours. Show with two words that your share of its key is at hand. If it is lost, say so today: another pair of holders, or the recovery key, must open.",
        ),
        (
            "Avez-vous votre part? {challenge}",
            "Un appel du défi « {challenge} » ferme d’ici trente heures. Montrez par deux mots que votre part de la clé est à portée de main. Si elle est perdue, dites-le aujourd’hui : deux autres personnes, ou la clé de secours, devront ouvrir.",
        ),
    ),
    "tried_too_early": (
        (
            "An opening was tried before its time: {challenge}",
            "{who} tried to open envelopes of “{challenge}” before their time. Nothing was opened. The attempt is in the log.",
        ),
        (
            "Ouverture tentée avant l’heure : {challenge}",
            "{who} a tenté d’ouvrir des enveloppes du défi « {challenge} » avant l’heure. Rien n’a été ouvert. La tentative est au journal.",
        ),
    ),
    "not_opened": (
        (
            "Your submission could not be opened: {reference}",
            "What was stored for your submission {reference} to “{challenge}” does not match your receipt, or does not open. It was left sealed. From your receipt you may hand in again the same answers and files, and no others: your own copy and the receipt prove that they are the same.",
        ),
        (
            "Votre soumission n’a pas pu être ouverte : {reference}",
            "Ce qui est conservé de votre soumission {reference} au défi « {challenge} » ne correspond pas à votre reçu, ou ne s’ouvre pas. Elle reste scellée. Depuis votre reçu, vous pouvez remettre de nouveau les mêmes réponses et fichiers, et eux seuls : votre copie et le reçu prouvent que ce sont les mêmes.",
        ),
    ),
    "redelivered": (
        (
            "Handed in again: {reference}",
            "What could not be opened of submission {reference} to “{challenge}” was handed in again. It is what its receipt commits to, and can be read now.",
        ),
        (
            "Remise de nouveau : {reference}",
            "Ce qui n’avait pas pu être ouvert de la soumission {reference} à « {challenge} » a été remis de nouveau. Le contenu correspond au reçu et peut maintenant être lu.",
        ),
    ),
    "addendum": (
        (
            "Addendum {number}: {challenge}",
            "Addendum {number} changes a call that you are answering. Read it and confirm it; until then you cannot finalise.",
        ),
        (
            "Addenda {number} : {challenge}",
            "L’addenda {number} modifie un appel auquel vous répondez. Lisez-le et confirmez-le; d’ici là, vous ne pouvez finaliser.",
        ),
    ),
    "question_answered": (
        ("A question was answered: {challenge}", "A question about “{challenge}” was answered."),
        ("Une question a reçu une réponse : {challenge}", "Une question sur « {challenge} » a reçu une réponse."),
    ),
    "receipt": (
        (
            "Received: {reference}",
            "Your submission to “{challenge}” was received {local} (exactly: {received}). Reference {reference}. You may replace or withdraw it until closing.",
        ),
        (
            "Reçu : {reference}",
            "Votre soumission à « {challenge} » a été reçue le {local} (exactement : {received}). Référence {reference}. Vous pouvez la remplacer ou la retirer jusqu’à la clôture.",
        ),
    ),
    "withdrawn": (
        ("Withdrawn: {challenge}", "Your submission to “{challenge}” was withdrawn. Your draft is kept."),
        ("Retirée : {challenge}", "Votre soumission à « {challenge} » a été retirée. Votre brouillon est gardé."),
    ),
    "opened": (
        ("Opened: {reference}", "Your submission {reference} to “{challenge}” was opened. It matches your receipt."),
        (
            "Ouverte : {reference}",
            "Votre soumission {reference} à « {challenge} » a été ouverte. Elle correspond à votre reçu.",
        ),
    ),
    "disqualified": (
        ("Disqualified: {challenge}", "{vendor} was disqualified from “{challenge}”. The reason: {reason}"),
        ("Disqualification : {challenge}", "{vendor} a été disqualifié du défi « {challenge} ». Le motif : {reason}"),
    ),
    "appointed": (
        (
            "You are on a panel: {challenge}",
            "You were appointed to the panel of “{challenge}”. When scoring opens you declare conflicts first, then read and score.",
        ),
        (
            "Vous siégez à un comité : {challenge}",
            "Vous êtes nommé au comité de « {challenge} ». À l’ouverture de la notation, vous déclarez d’abord vos conflits, puis vous lisez et notez.",
        ),
    ),
    "scoring_open": (
        ("Scoring is open: {challenge}", "Declare conflicts against the list of names, then read and score alone."),
        (
            "La notation est ouverte : {challenge}",
            "Déclarez vos conflits selon la liste des noms, puis lisez et notez seul.",
        ),
    ),
    "stage_reached": (
        (
            "{stage}: {challenge}",
            "{vendor} reached the next stage of the evaluation of “{challenge}”: {stage}. Where you are met, procurement agrees on a time with you.",
        ),
        (
            "{stage} : {challenge}",
            "{vendor} a atteint l’étape suivante de l’évaluation de « {challenge} » : {stage}. S’il y a une rencontre, l’approvisionnement en fixe l’heure avec vous.",
        ),
    ),
    "meeting_set": (
        ("{stage}, {at}: {challenge}", "We meet you for “{challenge}”: {stage}, {at}, {place}."),
        ("{stage}, {at} : {challenge}", "Nous vous rencontrons pour « {challenge} » : {stage}, {at}, {place}."),
    ),
    "conflict_declared": (
        (
            "A conflict was declared: {challenge}",
            "A member of the panel of “{challenge}” declared a conflict. Check that every submission still has two scores.",
        ),
        (
            "Un conflit a été déclaré : {challenge}",
            "Un membre du comité de « {challenge} » a déclaré un conflit. Vérifiez que chaque soumission a encore deux notes.",
        ),
    ),
    "all_handed_in": (
        ("All scores are in: {challenge}", "Every member has handed in. You may open the consensus."),
        (
            "Toutes les notes sont remises : {challenge}",
            "Chaque membre a remis ses notes. Vous pouvez ouvrir la délibération.",
        ),
    ),
    "consensus_open": (
        (
            "Consensus is open: {challenge}",
            "The chair opened the consensus of “{challenge}”. You now see everybody’s scores.",
        ),
        (
            "La délibération est ouverte : {challenge}",
            "La présidence a ouvert la délibération de « {challenge} ». Vous voyez maintenant les notes de chacun.",
        ),
    ),
    "letter_chosen": (
        (
            "Chosen: {step}, {challenge}",
            "{vendor} was chosen at “{step}” of “{challenge}”. Your letter shows your points and the panel’s reasons.",
        ),
        (
            "Retenu : {step}, {challenge}",
            "{vendor} a été retenu à « {step} » du défi « {challenge} ». Votre lettre montre vos points et les motifs du comité.",
        ),
    ),
    "letter_regret": (
        (
            "Not chosen: {step}, {challenge}",
            "{vendor} was not chosen at “{step}” of “{challenge}”. Your letter shows your points, the range, and the panel’s reasons. You may ask for a debrief.",
        ),
        (
            "Non retenu : {step}, {challenge}",
            "{vendor} n’a pas été retenu à « {step} » du défi « {challenge} ». Votre lettre montre vos points, l’étendue et les motifs du comité. Vous pouvez demander une rétroaction.",
        ),
    ),
    "negotiation_failed": (
        (
            "Negotiation ended: {challenge}",
            "The negotiation on “{challenge}” ended without agreement. The reason: {reason}",
        ),
        (
            "Fin de la négociation : {challenge}",
            "La négociation sur « {challenge} » a pris fin sans entente. Le motif : {reason}",
        ),
    ),
    "result_before_award": (
        (
            "The panel has finished: {step}, {challenge}",
            "The panel has finished “{step}” of “{challenge}”. Nothing is awarded yet: whoever has the authority decides on its recommendation. {vendor} then gets a letter with its points and the panel’s reasons.",
        ),
        (
            "Le comité a terminé : {step}, {challenge}",
            "Le comité a terminé « {step} » du défi « {challenge} ». Rien n’est encore attribué : la personne qui en a le pouvoir décide d’après sa recommandation. {vendor} recevra ensuite une lettre avec ses points et les motifs du comité.",
        ),
    ),
    "awarded": (
        ("Awarded: {challenge}", "“{challenge}” was awarded to {vendor}. The final design and the contract come next."),
        (
            "Attribué : {challenge}",
            "« {challenge} » a été attribué à {vendor}. La conception finale et le contrat suivent.",
        ),
    ),
    "award_elsewhere": (
        (
            "Not chosen: {challenge}",
            "“{challenge}” was awarded to {winner}. The letter to {vendor} shows your points, the range, and the panel’s reasons. You may ask for a debrief.",
        ),
        (
            "Non retenu : {challenge}",
            "« {challenge} » a été attribué à {winner}. La lettre adressée à {vendor} montre vos points, l’étendue et les motifs du comité. Vous pouvez demander une rétroaction.",
        ),
    ),
    "award_revoked": (
        (
            "Award revoked: {challenge}",
            "The award of “{challenge}” to {winner} was revoked. The next-ranked may be recommended; you get a new letter when an award is made.",
        ),
        (
            "Attribution révoquée : {challenge}",
            "L’attribution de « {challenge} » à {winner} a été révoquée. Le suivant au classement peut être recommandé; vous recevrez une nouvelle lettre lorsqu’une attribution sera faite.",
        ),
    ),
    "dispute_filed": (
        (
            "Dispute filed: {challenge}",
            "{vendor} objects to a result of “{challenge}”. It is to be answered within 15 days.",
        ),
        (
            "Contestation déposée : {challenge}",
            "{vendor} conteste un résultat du défi « {challenge} ». Une réponse est attendue dans les 15 jours.",
        ),
    ),
    "dispute_answered": (
        ("Your objection was answered: {challenge}", "The city has answered your objection on “{challenge}”: {answer}"),
        (
            "Votre contestation a reçu une réponse : {challenge}",
            "La ville a répondu à votre contestation sur le défi « {challenge} » : {answer}",
        ),
    ),
    "debrief_planned": (
        ("Debrief planned: {challenge}", "Your debrief on “{challenge}” is planned for {at}."),
        ("Rétroaction prévue : {challenge}", "Votre rétroaction sur « {challenge} » est prévue le {at}."),
    ),
    "agreement_drafted": (
        (
            "An agreement for you: {challenge}",
            "An agreement on “{challenge}” was drafted. Read it; you may propose other words, with a reason.",
        ),
        (
            "Une entente pour vous : {challenge}",
            "Une entente sur « {challenge} » a été préparée. Lisez-la; vous pouvez proposer d’autres mots, avec un motif.",
        ),
    ),
    "clause_proposed": (
        ("A clause was changed: {challenge}", "The city proposes other words for a clause. Accept or refuse them."),
        (
            "Une clause a été modifiée : {challenge}",
            "La ville propose d’autres mots pour une clause. Acceptez-les ou refusez-les.",
        ),
    ),
    "asked_to_sign": (
        ("Please sign: {challenge}", "You are named to sign an agreement on “{challenge}”."),
        ("Veuillez signer : {challenge}", "Vous êtes désigné pour signer une entente sur « {challenge} »."),
    ),
    "agreement_signed": (
        ("Signed: {challenge}", "Everybody has signed the agreement on “{challenge}”. It is in force."),
        ("Signée : {challenge}", "Tous ont signé l’entente sur « {challenge} ». Elle est en vigueur."),
    ),
    "deliverable_judged": (
        ("Deliverable: {title}", "The city judged “{title}” of “{challenge}”. See the agreement."),
        ("Livrable : {title}", "La ville s’est prononcée sur « {title} » du défi « {challenge} ». Voyez l’entente."),
    ),
    "data_granted": (
        (
            "Data for you: {data}",
            "You have access to “{data}” for “{challenge}” until {until}. After that day it ends by itself.",
        ),
        (
            "Des données pour vous : {data}",
            "Vous avez accès à « {data} » pour « {challenge} » jusqu’au {until}. L’accès prend fin de lui-même après ce jour.",
        ),
    ),
    "milestone_delivered": (
        (
            "Milestone reached: {title}",
            "The vendor says that “{title}” of “{challenge}” is reached. Accept it, or refuse it with a reason.",
        ),
        (
            "Jalon atteint : {title}",
            "Le fournisseur annonce que « {title} » du défi « {challenge} » est atteint. Acceptez-le, ou refusez-le avec un motif.",
        ),
    ),
    "milestone_judged": (
        ("Milestone: {title}", "The city judged “{title}” of “{challenge}”."),
        ("Jalon : {title}", "La ville s’est prononcée sur « {title} » du défi « {challenge} »."),
    ),
    "take_over_asked": (
        ("Another city asks: {challenge}", "{city} asks to take over what worked in “{challenge}”."),
        (
            "Une autre ville demande : {challenge}",
            "{city} demande à reprendre ce qui a fonctionné dans « {challenge} ».",
        ),
    ),
    "handed_over": (
        (
            "{who} hands over to you at {city}",
            "You now have the role “{role}” at {city}, after {who}. What waits for it:\n\n{tasks}",
        ),
        (
            "{who} vous passe le relais à {city}",
            "Vous avez maintenant le rôle « {role} » à {city}, après {who}. Ce qui attend :\n\n{tasks}",
        ),
    ),
    "staff_invitation": (
        (
            "{city} invites you to MIX",
            "{city} gives you the role “{role}” in MIX. The link is for {to} alone and works once, until {until}.",
        ),
        (
            "{city} vous invite à MIX",
            "{city} vous donne le rôle « {role} » dans MIX. Le lien ne vaut que pour {to} et sert une fois, jusqu’au {until}.",
        ),
    ),
    "team_invitation": (
        (
            "{vendor} invites you to MIX",
            "{vendor} asks you to join its team in MIX. The link is for {to} alone and works once, until {until}.",
        ),
        (
            "{vendor} vous invite à MIX",
            "{vendor} vous demande de rejoindre son équipe dans MIX. Le lien ne vaut que pour {to} et sert une fois, jusqu’au {until}.",
        ),
    ),
}


def mail_text(code: str, language: str, **params: str) -> tuple[str, str]:
    """Return subject and body of a mail. Parameters named `…_fr` stand in for their English twins in French."""
    french = language.startswith("fr")
    if french:
        params |= {key.removesuffix("_fr"): value for key, value in params.items() if key.endswith("_fr")}
    subject, body = MAILS[code][1 if french else 0]
    greeting = _GREETING["fr" if french else "en"] if params.get("name") else ""
    text = f"{greeting}\n\n{body}" if greeting else body
    return subject.format(**params), text.format(**params)


def local_text(at: datetime, zone: str) -> str:
    """Write an instant on the clock of a place, to the second, with the zone: the same in both languages."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def outage_text(outage: Outage, closes_at: datetime, zone: str) -> str:
    """Return the text of the addendum that an outage issues, in both languages; times on the clock of the call."""
    began, ended, closes = (local_text(at, zone) for at in (outage.began_at, outage.ended_at, closes_at))
    minutes = max(1, round(outage.length.total_seconds() / 60))
    return (
        f"This site did not answer between {began} and {ended}, {minutes} minutes in all. By the rule in the notice, "
        f"closing moves to {closes}. What was submitted stays submitted.\n\n"
        f"Ce site n’a pas répondu entre {began} et {ended}, {minutes} minutes au total. Selon la règle de l’avis, la "
        f"fermeture passe à {closes}. Ce qui a été soumis le reste."
    )
