"""What the register of pilots says, in English and French: parts of `refusals`, `mails` and `words`."""

PILOT_REFUSALS: dict[str, tuple[str, str]] = {
    "pilot_moved_on": (
        "This pilot has moved on since you opened the page",
        "Ce projet pilote a évolué depuis que vous avez ouvert la page",
    ),
    "pilot_edited": (
        "Somebody saved this record after you opened it. Your text is below: compare it in another tab, and save again",
        "Quelqu’un a enregistré cette fiche après que vous l’avez ouverte. Votre texte est ci-dessous : comparez dans un autre onglet, puis enregistrez de nouveau",
    ),
    "pilot_notice_missing": (
        "Residents are affected: say how they are told",
        "Des résidents sont touchés : indiquez comment ils sont avisés",
    ),
    "pilot_begun": (
        "The first day is past. A pilot that runs already is declared instead",
        "Le premier jour est passé. Un projet pilote déjà en cours se déclare",
    ),
    "pilot_over": ("The last day is past", "Le dernier jour est passé"),
    "pilot_ends_before": ("The last day comes before the first", "Le dernier jour précède le premier"),
    "pilot_too_long": (
        "Longer than the {most} days that are allowed here",
        "Plus long que les {most} jours permis ici",
    ),
    "pilot_not_later": ("Not later than the present last day", "Pas plus tard que le dernier jour actuel"),
    "pilot_owner_decides": (
        "Whoever owns a pilot does not decide on it",
        "La personne responsable d’un projet pilote n’en décide pas",
    ),
    "pilot_spoken": (
        "You gave your word in another role; somebody else gives this one",
        "Vous vous êtes prononcé à un autre titre; quelqu’un d’autre le fait ici",
    ),
    "pilot_extended": (
        "A pilot is extended once, and this one was",
        "Un projet pilote est prolongé une seule fois, et celui-ci l’a été",
    ),
    "pilot_converted": ("A challenge follows this pilot already", "Un défi suit déjà ce projet pilote"),
}

PILOT_MAILS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "pilot_declared": (
        (
            "A running pilot was declared: {pilot}",
            "“{pilot}” runs already and was declared to the register. Its owner completes the record and asks for approval within 30 days.",
        ),
        (
            "Un projet pilote en cours a été déclaré : {pilot}",
            "« {pilot} » est déjà en cours et a été déclaré au registre. La personne responsable complète la fiche et demande l’approbation dans les 30 jours.",
        ),
    ),
    "pilot_unsolicited": (
        (
            "An unsolicited proposal that staff want to try: {pilot}",
            "The record of “{pilot}” says that its vendor was found through an unsolicited proposal. Procurement is told at once, before anything is agreed.",
        ),
        (
            "Une proposition non sollicitée que le personnel veut essayer : {pilot}",
            "La fiche de « {pilot} » indique que le fournisseur s’est présenté par une proposition non sollicitée. L’approvisionnement en est avisé immédiatement, avant toute entente.",
        ),
    ),
    "pilot_asked": (
        (
            "A pilot waits for your word: {pilot}",
            "“{pilot}” was put before you. Read its record, then agree or refuse.",
        ),
        (
            "Un projet pilote attend votre décision : {pilot}",
            "« {pilot} » vous est soumis. Lisez la fiche, puis acceptez ou refusez.",
        ),
    ),
    "pilot_approved": (
        ("Approved: {pilot}", "“{pilot}” may run, on the terms of its record. Its entry in the register is public."),
        (
            "Approuvé : {pilot}",
            "« {pilot} » peut avoir lieu, aux conditions de sa fiche. Son inscription au registre est publique.",
        ),
    ),
    "pilot_refused": (
        ("Refused: {pilot}", "“{pilot}” was refused. The reason: {reason}"),
        ("Refusé : {pilot}", "« {pilot} » a été refusé. Le motif : {reason}"),
    ),
    "pilot_extension_asked": (
        ("An extension waits for your word: {pilot}", "“{pilot}” asks for its one extension."),
        (
            "Une prolongation attend votre décision : {pilot}",
            "On demande pour « {pilot} » la seule prolongation possible.",
        ),
    ),
    "pilot_undeclared": (
        (
            "Still without authority: {pilot}",
            "“{pilot}” was declared more than 30 days ago and nobody has asked for its approval. Complete its record, or stop it.",
        ),
        (
            "Toujours sans autorisation : {pilot}",
            "« {pilot} » a été déclaré il y a plus de 30 jours et personne n’a demandé son approbation. Complétez la fiche ou mettez-y fin.",
        ),
    ),
    "pilot_ending": (
        (
            "Two weeks to its last day, or less: {pilot}",
            "“{pilot}” ends soon. Carry out its exit plan, or ask for its one extension before the last day.",
        ),
        (
            "Deux semaines ou moins avant le dernier jour : {pilot}",
            "« {pilot} » se termine bientôt. Exécutez le plan de sortie, ou demandez avant le dernier jour la seule prolongation possible.",
        ),
    ),
    "pilot_ended": (
        ("It has ended: {pilot}", "“{pilot}” has ended. Its report is due within 30 days."),
        ("Terminé : {pilot}", "« {pilot} » est terminé. Le rapport est attendu dans les 30 jours."),
    ),
    "pilot_report": (
        ("Its report is due soon: {pilot}", "The report of “{pilot}” is due in two weeks or less."),
        ("Le rapport est bientôt attendu : {pilot}", "Le rapport de « {pilot} » est attendu d’ici deux semaines."),
    ),
    "pilot_overdue": (
        ("Its report is overdue: {pilot}", "The report of “{pilot}” was due 30 days after its end."),
        ("Rapport en retard : {pilot}", "Le rapport de « {pilot} » était attendu 30 jours après la fin."),
    ),
    "pilot_closed": (
        ("Its report is public: {pilot}", "“{pilot}” has its report. If a challenge follows, begin it from its page."),
        (
            "Le rapport est public : {pilot}",
            "« {pilot} » a son rapport. Si un défi suit, commencez-le depuis sa page.",
        ),
    ),
}

PILOT_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "pilot_state": {
        "draft": ("Draft", "Brouillon"),
        "declared": ("Runs without authority", "En cours sans autorisation"),
        "asked": ("Waits for words", "Attend des décisions"),
        "approved": ("Approved", "Approuvé"),
        "running": ("Runs", "En cours"),
        "ended": ("Ended", "Terminé"),
        "overdue": ("Report overdue", "Rapport en retard"),
        "closed": ("Closed", "Clos"),
        "refused": ("Refused", "Refusé"),
    },
    "pilot_word": {"agree": ("Agrees", "Accepte"), "refuse": ("Refuses", "Refuse")},
}

PILOT_VERBS: dict[str, tuple[str, str]] = {
    "pilots.agree_extension": ("Pilot extended", "Projet pilote prolongé"),
    "pilots.ask": ("Approval of a pilot asked for", "Approbation d’un projet pilote demandée"),
    "pilots.ask_extension": ("Extension of a pilot asked for", "Prolongation d’un projet pilote demandée"),
    "pilots.close": ("Report of a pilot", "Rapport d’un projet pilote"),
    "pilots.convert": ("A challenge follows a pilot", "Un défi suit un projet pilote"),
    "pilots.describe": ("Record of a pilot saved", "Fiche d’un projet pilote enregistrée"),
    "pilots.register_pilot": ("Pilot registered", "Projet pilote inscrit"),
    "pilots.say": ("Word on a pilot", "Décision sur un projet pilote"),
    "pilots.stop": ("Pilot stopped", "Projet pilote arrêté"),
    "pilots.take_back": ("Pilot taken back", "Projet pilote repris"),
}
