"""Names of what policy speaks of, in English and French: a part of `words`."""

POLICY_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "clash": {
        "prevails": (
            "The higher rule prevails; have legal confirm it",
            "La règle supérieure l’emporte; faites-le confirmer par les services juridiques",
        ),
        "nobody": (
            "Neither stands above the other: one city sets its rule aside with a second person, or buys by itself",
            "Aucune ne l’emporte : une ville écarte sa règle avec une deuxième personne, ou achète seule",
        ),
        "same": (
            "One city asks for both: its legal service corrects the table",
            "La même ville demande les deux : ses services juridiques corrigent le tableau",
        ),
    },
    "bylaw_topic": {
        "approval": ("Who requests, approves and signs", "Qui demande, approuve et signe"),
        "non_competitive": ("Grounds for not asking openly", "Motifs pour ne pas lancer d’appel ouvert"),
        "cooperation": ("Buying together with others", "Achats avec d’autres"),
        "unsolicited": ("Unsolicited proposals", "Propositions non sollicitées"),
        "pilots": ("Pilots", "Projets pilotes"),
        "reporting": ("Reporting", "Comptes rendus"),
    },
    "policy_change": {
        "began": ("New", "Nouvelle"),
        "changed": ("Changed", "Modifiée"),
        "ended": ("Ended", "Abrogée"),
    },
    "difference": {
        "method": ("How the market is asked", "Mode d’appel au marché"),
        "days_open": ("Days to answer, at least", "Jours de réponse, au moins"),
        "debrief_days": ("Days to ask for a debrief", "Jours pour demander une rétroaction"),
        "dispute_days": ("Days to object", "Jours pour contester"),
    },
    "policy_layer": {
        "trade_agreement": ("Trade agreement", "Accord commercial"),
        "province": ("Province", "Province"),
        "bylaw": ("By-law", "Règlement municipal"),
        "funding": ("Funding terms", "Conditions de financement"),
        "document_form": ("Form of the documents", "Forme des documents"),
        "good_practice": ("Good practice", "Bonne pratique"),
    },
    "policy_status": {
        "verified": ("verified", "vérifiée"),
        "derived": ("worked out, not read", "déduite, non lue"),
        "unverified": ("not verified", "non vérifiée"),
    },
    "policy_outcome": {
        "blocked": ("Blocks", "Bloque"),
        "warning": ("Warning", "Avertissement"),
        "missing": ("Unknown", "Inconnu"),
        "told": ("To know", "À savoir"),
        "holds": ("Holds", "Respectée"),
    },
    "policy_effect": {
        "block": ("blocks", "bloque"),
        "warn": ("warns", "avertit"),
        "inform": ("tells", "informe"),
    },
    "moment": {
        "commissioning": ("When commissioned", "À la commande"),
        "publication": ("Before publication", "Avant la publication"),
        "evaluation": ("In the evaluation", "Pendant l’évaluation"),
        "sprint": ("In the sprint", "Pendant le sprint"),
        "award": ("At the award", "À l’attribution"),
        "delivery": ("In delivery", "Pendant la livraison"),
    },
    "category": {
        "goods": ("Goods", "Biens"),
        "services": ("Services", "Services"),
        "construction": ("Construction", "Construction"),
    },
    "competition": {
        "direct": ("One vendor asked", "Un seul fournisseur"),
        "quotes": ("Quotes", "Demande de prix"),
        "invited": ("Invited vendors", "Fournisseurs invités"),
        "open": ("Open call", "Appel ouvert"),
    },
    "scan_says": {
        "buy": ("Buy what exists", "Acheter ce qui existe"),
        "adapt": ("Adapt what exists", "Adapter ce qui existe"),
        "develop": ("Develop what does not exist", "Développer ce qui n’existe pas"),
        "nothing": ("Do nothing", "Ne rien faire"),
    },
    "fit": {
        "fits": ("Fits", "Convient"),
        "open": ("Depends", "À préciser"),
        "idle": ("Nothing speaks for it", "Rien ne l’appelle"),
        "not": ("Does not fit", "Ne convient pas"),
    },
    "limited_ground": {
        "none": ("None", "Aucun"),
        "no_tenders": ("No suitable answer to an open call", "Aucune réponse valable à un appel ouvert"),
        "only_supplier": ("Only one supplier can", "Un seul fournisseur possible"),
        "additional_deliveries": ("Additional deliveries", "Livraisons additionnelles"),
        "prototype": ("Prototype or first good", "Prototype ou premier bien"),
        "urgency": ("Unforeseeable urgency", "Urgence imprévisible"),
        "design_contest": ("Winner of a design contest", "Lauréat d’un concours de conception"),
    },
    "document_form": {
        "contract_a": ("Bids bind (Contract A)", "Les soumissions lient (contrat A)"),
        "no_contract_a": ("Negotiable, no Contract A", "Négociable, sans contrat A"),
    },
}
