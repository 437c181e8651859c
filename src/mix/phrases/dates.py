"""What dates are called, why each stands, and the mails that remind of them, in English and French."""

DATE_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "date": {
        "questions_until": ("Last questions", "Dernières questions"),
        "closing": ("Closing", "Fermeture"),
        "event": ("Event with the market", "Activité avec le marché"),
        "scores_due": ("Scores due", "Notes attendues"),
        "meeting": ("Meeting with a vendor", "Rencontre avec un fournisseur"),
        "award_notice": ("Award notice due", "Avis d’attribution à publier"),
        "debrief": ("Debrief due", "Rétroaction à tenir"),
        "objection": ("Answer to an objection due", "Réponse à une contestation"),
        "objections_until": ("Last day for objections", "Dernier jour pour contester"),
        "deliverable": ("Deliverable due", "Livrable attendu"),
        "milestone": ("Milestone due", "Jalon attendu"),
        "data_return": ("Data to be returned", "Données à rendre"),
        "records_until": ("Records are kept until at least", "Dossier à conserver au moins jusqu’au"),
        "pilot_ends": ("Last day of a pilot", "Dernier jour d’un projet pilote"),
        "pilot_report": ("Report of a pilot due", "Rapport d’un projet pilote"),
        "pilot_declaration": ("A declared pilot asks for approval", "Projet déclaré : approbation à demander"),
    },
    "date_reason": {
        "questions_until": ("as the notice says", "selon l’avis"),
        "closing": ("as the notice says, on its clock", "selon l’avis, à son heure"),
        "event": ("as the invitation says", "selon l’invitation"),
        "scores_due": ("as the panel was told", "selon ce qui a été dit au comité"),
        "meeting": ("as it was agreed", "selon ce qui a été convenu"),
        "award_notice": (
            "72 days after the award, CFTA art. 516(2)",
            "72 jours après l’attribution, ALEC art. 516(2)",
        ),
        "debrief": ("30 days after it was asked for", "30 jours après la demande"),
        "objection": ("15 days after it was filed", "15 jours après le dépôt"),
        "objections_until": (
            "10 days after the latest letter (CETA art. 19.17) or more by a by-law; a debrief begins them anew for its vendor",
            "10 jours après la dernière lettre (AECG art. 19.17), ou plus selon un règlement; recommencent après une rétroaction",
        ),
        "deliverable": ("by the agreement", "selon l’entente"),
        "milestone": ("by the delivery plan", "selon le plan de livraison"),
        "data_return": ("by the grant of data", "selon l’accès accordé"),
        "records_until": (
            "3 years after the end, CFTA art. 516.3 and CETA art. 19.15; your schedule may say longer",
            "3 ans après la fin, ALEC art. 516.3 et AECG art. 19.15; votre calendrier peut prévoir plus",
        ),
        "pilot_ends": ("as approved, or extended", "tel qu’approuvé ou prolongé"),
        "pilot_report": ("30 days after its end", "30 jours après la fin"),
        "pilot_declaration": ("30 days after it was declared", "30 jours après la déclaration"),
    },
}

DATE_MAILS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "date_soon": (
        ("Due by {day}: {what}, {challenge}", "{what}: due by {day} in “{challenge}”, {why}."),
        ("Au plus tard le {day} : {what}, {challenge}", "{what} : au plus tard le {day} dans « {challenge} », {why}."),
    ),
    "date_late": (
        ("Late since {day}: {what}, {challenge}", "{what}: was due by {day} in “{challenge}”, {why}."),
        ("En retard depuis le {day} : {what}, {challenge}", "{what} : attendu le {day} dans « {challenge} », {why}."),
    ),
}
