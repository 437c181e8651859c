"""What stands in the way of closing, keys and openings, in English and French: a part of `refusals`."""

SEALING: dict[str, tuple[str, str]] = {
    # closing and outages
    "extension_waits": (
        "A later closing is proposed already: confirm or drop it first",
        "Une fermeture plus tardive est déjà proposée : confirmez-la ou abandonnez-la d’abord",
    ),
    "extension_decided": ("This proposal was decided already", "Cette proposition a déjà été tranchée"),
    "second_person": (
        "A second person confirms: you proposed it",
        "Une deuxième personne confirme : vous l’avez proposé",
    ),
    "outage_extends": (
        "The site did not answer before closing: closing is being extended, and nothing is opened",
        "Le site n’a pas répondu avant la fermeture : celle-ci est prolongée, et rien n’est ouvert",
    ),
    "no_room": (
        "This site has no room for files now; its operator can see it. What is here stays, and you can finalise without this file",
        "Ce site n’a plus de place pour des fichiers; son exploitant le voit. Ce qui est déposé reste, et vous pouvez finaliser sans ce fichier",
    ),
    # handing in again what could not be opened
    "redelivery_not_needed": (
        "Nothing of this submission waits to be handed in again",
        "Rien de cette soumission n’attend d’être remis de nouveau",
    ),
    "redelivery_late": (
        "The panel’s quality scores are final: write to the contact of the call",
        "Les notes de qualité du comité sont définitives : écrivez au contact de l’appel",
    ),
    "receipt_does_not_hold": (
        "The receipt that is kept here does not hold: write to the contact of the call, with your own",
        "Le reçu conservé ici n’est pas valide : écrivez au contact de l’appel en joignant le vôtre",
    ),
    "redelivery_file_differs": (
        "This is not the file “{name}” of your receipt: its SHA-256 is {sha}",
        "Ce n’est pas le fichier « {name} » de votre reçu : son SHA-256 est {sha}",
    ),
    "redelivery_files_first": (
        "Hand in the files first: {names}",
        "Remettez d’abord les fichiers : {names}",
    ),
    "redelivery_copy_differs": (
        "This copy is not what your receipt commits to: bring the one that you took before finalising this version",
        "Cette copie ne correspond pas à l’engagement de votre reçu : apportez celle prise avant de finaliser cette version",
    ),
    # keys and shares
    "word_unknown": (
        "Word {number}, “{word}”, is not on the list",
        "Le mot {number}, « {word} », n’est pas dans la liste",
    ),
    "word_unknown_near": (
        "Word {number}, “{word}”, is not on the list. Did you mean “{near}”?",
        "Le mot {number}, « {word} », n’est pas dans la liste. Vouliez-vous dire « {near} »?",
    ),
    "words_count": ("A share has {most} words; here are {count}", "Une part compte {most} mots; en voici {count}"),
    "words_checksum": (
        "Every word is on the list, but together they do not fit: one is another word, or two changed places",
        "Chaque mot est dans la liste, mais l’ensemble ne concorde pas : un mot en remplace un autre, ou deux sont permutés",
    ),
    "shares_differ": (
        "These two shares are not of one key, or are the same",
        "Ces deux parts ne sont pas d’une même clé, ou sont identiques",
    ),
    "share_of_another": (
        "These words are not your share of this key",
        "Ces mots ne sont pas votre part de cette clé",
    ),
    "share_gone": (
        "This share is no longer here. Make another key; this one was never used",
        "Cette part n’est plus ici. Créez une autre clé; celle-ci n’a jamais servi",
    ),
    "share_taken": ("You have this share already", "Vous avez déjà cette part"),
    "share_not_taken": ("Take your share first", "Prenez d’abord votre part"),
    "shares_lacking": (
        "Two officers give their words first, each on their own device",
        "Deux personnes donnent d’abord leurs mots, chacune sur son appareil",
    ),
    "probe_wrong": (
        "These are not the two words that were asked for. Count from the first word of your share",
        "Ce ne sont pas les deux mots demandés. Comptez depuis le premier mot de votre part",
    ),
    "sealer_down": (
        "The sealer does not answer just now. Nothing was changed; tell the operator and try again",
        "Le scelleur ne répond pas en ce moment. Rien n’a changé; avisez l’exploitant et recommencez",
    ),
    "key_unknown": ("The sealer has no such key", "Le scelleur n’a pas cette clé"),
    "key_exists": (
        "The sealer has this key already and keeps it. Try again: another is made",
        "Le scelleur a déjà cette clé et la garde. Réessayez : une autre sera créée",
    ),
    "key_of_another_call": (
        "This is not the key of this call, nor the recovery key that was bound to it at publication",
        "Ce n’est ni la clé de cet appel, ni la clé de secours qui lui a été liée à la publication",
    ),
    "key_not_of_call": (
        "A recovery key has no time of its own, and is bound to the split key of a call alone",
        "Une clé de secours n’a pas d’heure à elle et n’est liée qu’à la clé partagée d’un appel",
    ),
    "key_bound": (
        "This key was bound to another recovery key. Make the key of the call again",
        "Cette clé a été liée à une autre clé de secours. Créez de nouveau la clé de l’appel",
    ),
    "key_does_not_open": ("This key does not open it", "Cette clé ne l’ouvre pas"),
    "already_rehearsed": ("This key was rehearsed already", "Cette clé a déjà été essayée"),
    "holders_differ": ("Name three different people", "Nommez trois personnes différentes"),
    "holder_unknown": (
        "A holder works for one of the cities that take part",
        "Une détentrice ou un détenteur travaille pour l’une des villes participantes",
    ),
    "custody_not_split": (
        "In this call the sealer keeps the key. Choose split custody in the notice first",
        "Dans cet appel, le scelleur garde la clé. Choisissez d’abord la garde partagée dans l’avis",
    ),
    "custody_key_missing": ("Make the key of this call", "Créez la clé de cet appel"),
    "custody_not_rehearsed": (
        "Two holders try the key with their words",
        "Deux personnes essaient la clé avec leurs mots",
    ),
    "shares_not_taken": ("These holders take their share: {names}", "Ces personnes prennent leur part : {names}"),
    "recovery_key_missing": (
        "Make and rehearse the recovery key of the city",
        "Créez et essayez la clé de secours de la ville",
    ),
    "opening_changed": (
        "Something changed while the envelopes were being opened. Nothing was opened; try again",
        "Quelque chose a changé pendant l’ouverture. Rien n’a été ouvert; recommencez",
    ),
    "draft_sealed": (
        "Your submission is sealed and counts. To replace it, bring in your copy and change it first",
        "Votre soumission est scellée et compte. Pour la remplacer, apportez d’abord votre copie et modifiez-la",
    ),
    "replacement_without_answers": (
        "A replacement is whole: bring in your copy, or write the answers again",
        "Un remplacement est complet : apportez votre copie, ou rédigez de nouveau les réponses",
    ),
    "copy_unreadable": (
        "This is not a copy of a submission to this call",
        "Ce n’est pas une copie d’une soumission à cet appel",
    ),
}
