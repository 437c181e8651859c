"""What the routes of method.md 2.0 make the program say: in notices, and where a disclosure is not ready."""

from __future__ import annotations

from mix.rules.core.kinds import Route

# What every call on a route declares, so that nobody is surprised by what follows it.
STATEMENTS: dict[Route, tuple[str, str]] = {
    Route.INNOVATION_PARTNERSHIP: (
        "This is one competition with several stages. What it ends in may be bought without another one, up to the amounts that are declared. The city negotiates with the best-ranked proponent and, where that fails, with the next. Answering makes no bidding contract.",
        "Il s’agit d’un seul appel, en plusieurs étapes. Son résultat peut être acheté sans nouvel appel, jusqu’aux montants déclarés. La ville négocie avec le proposant le mieux classé et, en cas d’échec, avec le suivant. Répondre ne crée aucun contrat de soumission.",
    ),
    Route.SPRINT_THEN_OPEN: (
        "Taking part in the sprint gives no right to a purchase and no advantage in the open call that may follow. What the sprint teaches is published before that call, and every vendor may answer it.",
        "Participer au sprint ne donne aucun droit à un achat ni aucun avantage dans l’appel ouvert qui pourrait suivre. Ce que le sprint apprend est publié avant cet appel, auquel tout fournisseur peut répondre.",
    ),
    Route.PILOT_ONLY: (
        "This is a pilot, to learn. No purchase follows from it: whatever is bought later is bought in a new competition, in which taking part here gives no advantage. The results are published.",
        "Il s’agit d’un projet pilote, pour apprendre. Aucun achat n’en découle : ce qui serait acheté plus tard le serait dans un nouvel appel, où la participation au projet pilote ne donne aucun avantage. Les résultats sont publiés.",
    ),
    Route.TRADITIONAL: (
        "This is an ordinary request. Only the published criteria count.",
        "Il s’agit d’une demande ordinaire. Seuls les critères publiés comptent.",
    ),
}

ROUTES: dict[str, tuple[str, str]] = {
    "route_step_begun": (
        "A step that only the present route has was begun already. Begin a new challenge to take another route",
        "Une étape propre à la voie actuelle est déjà commencée. Commencez un nouveau défi pour prendre une autre voie",
    ),
    "nothing_to_disclose": (
        "Nothing learned is on record: write the common learning of the sprint first",
        "Aucun apprentissage n’est consigné : rédigez d’abord les apprentissages communs du sprint",
    ),
    "requirements_missing": (
        "The requirements of the final call are not written",
        "Les exigences de l’appel final ne sont pas rédigées",
    ),
    "requirement_untraced": (
        "Name the hypothesis whose result this requirement rests on: “{words}”",
        "Indiquez l’hypothèse dont le résultat fonde cette exigence : « {words} »",
    ),
    "reviewer_missing": ("Ask somebody neutral to review", "Demandez un examen à une personne neutre"),
    "reviewer_not_neutral": (
        "{name} saw a vendor’s confidential ideas, may read them, or wrote requirements: ask somebody else",
        "{name} a vu des idées confidentielles, peut les lire ou a rédigé des exigences : choisissez une autre personne",
    ),
    "review_missing": ("{person} has not given a word yet", "{person} ne s’est pas encore prononcé"),
    "review_outdated": (
        "The requirements changed after the review: {person} looks at them again",
        "Les exigences ont changé après l’examen : {person} les examine de nouveau",
    ),
    "review_unfair": (
        "The reviewer doubts that several vendors could meet the requirements: {note}",
        "L’examinateur doute que plusieurs fournisseurs puissent satisfaire aux exigences : {note}",
    ),
    # variants of methods
    "method_key_taken": ("There is a method called “{key}” already", "Il existe déjà une méthode appelée « {key} »"),
    "method_of_another_city": (
        "This method is another city’s own: begin from one of the catalogue or of your city",
        "Cette méthode appartient à une autre ville : partez d’une méthode du catalogue ou de votre ville",
    ),
    "method_waits_for_second": (
        "It waits for a second person. Send it back to write on",
        "Elle attend une deuxième personne. Renvoyez-la pour continuer à l’écrire",
    ),
    "method_edited_meanwhile": (
        "Somebody saved this method meanwhile. Your text is below; compare it with theirs and save again",
        "Quelqu’un a enregistré cette méthode entre-temps. Votre texte est ci-dessous; comparez-le et enregistrez de nouveau",
    ),
    "method_too_long": ("A method has at most {most} characters", "Une méthode compte au plus {most} caractères"),
    "method_does_not_hold": (
        "The document does not hold yet: see what is wrong ({count})",
        "Le document n’est pas encore valable : voyez ce qui ne va pas ({count})",
    ),
    "method_key_changed": ("The key of this variant stays “{key}”", "La clé de cette variante demeure « {key} »"),
    "method_like_parent": ("Nothing differs from the parent yet", "Rien ne diffère encore de la méthode d’origine"),
    "method_like_last": (
        "Nothing differs from version {version}, which is published",
        "Rien ne diffère de la version {version}, déjà publiée",
    ),
    "method_place_gone": (
        "This place is no longer in the document: reload the page",
        "Cet endroit n’est plus dans le document : rechargez la page",
    ),
    "no_newer_parent": ("The parent has no newer version", "La méthode d’origine n’a pas de version plus récente"),
    "method_not_proposed": ("Nothing is proposed", "Rien n’est proposé"),
}
