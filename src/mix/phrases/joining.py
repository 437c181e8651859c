"""What later cities are told when they ask to join a challenge."""

from __future__ import annotations

JOINING: dict[str, tuple[str, str]] = {
    "join_closed": (
        "Cities cannot join this challenge now (the window ends {until})",
        "Les villes ne peuvent pas se joindre à ce défi maintenant (la fenêtre se termine le {until})",
    ),
    "join_after_award": (
        "The award is decided. Ask to take over what worked instead",
        "L’adjudication est décidée. Demandez plutôt à reprendre ce qui a fonctionné",
    ),
    "join_share_too_large": (
        "Later cities can still take {most} percent of the value in all",
        "Les villes suivantes peuvent encore prendre {most} pour cent de la valeur en tout",
    ),
    "join_without_authority": (
        "{city} has no table of authority yet: its gates would find nobody to decide",
        "{city} n’a pas encore de tableau des pouvoirs : personne ne pourrait décider à ses jalons",
    ),
    "join_asked_already": ("Your city has asked already", "Votre ville a déjà demandé"),
    "join_answered": ("This was answered already", "Une réponse a déjà été donnée"),
    "join_window_frozen": (
        "The first public notice has declared who may join; that cannot change any more",
        "Le premier avis public a déclaré qui peut se joindre; cela ne peut plus changer",
    ),
    "join_window_past": ("The day lies in the future", "Le jour est à venir"),
    "join_window_share": ("Between 1 and {most} percent", "Entre 1 et {most} pour cent"),
}

JOINING_MAILS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "join_asked": (
        (
            "A city asks to join: {challenge}",
            "{city} asks to take part in “{challenge}”. Agree, or refuse with a reason.",
        ),
        (
            "Une ville demande à se joindre : {challenge}",
            "{city} demande à participer à « {challenge} ». Acceptez, ou refusez avec un motif.",
        ),
    ),
    "join_agreed": (
        ("Your city takes part: {challenge}", "Your city takes part in “{challenge}” from now on: {reason}"),
        ("Votre ville participe : {challenge}", "Votre ville participe désormais à « {challenge} » : {reason}"),
    ),
    "join_refused": (
        ("Not joined: {challenge}", "The lead city refused that yours joins “{challenge}”: {reason}"),
        (
            "Demande refusée : {challenge}",
            "La ville responsable a refusé que la vôtre se joigne à « {challenge} » : {reason}",
        ),
    ),
}
