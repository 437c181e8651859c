"""What is said to whoever fits a call: the bounds of its method, and mandatory items that come in as a list."""

from mix.phrases.speaking import Counted

REFUSALS: dict[str, str | Counted] = {
    "cell_no_item": "{cell} says “{found}”. Copy an id as it was downloaded, or leave it empty to demand something new",
    "cell_no_duty": "{cell} says “{found}”. Write who checks it, one of: {duties}",
}

WORDS: dict[str, dict[str, str]] = {
    "stays": {
        "price": "the award is computed from it",
        "table": "later steps read its rows",
        "declaration": "it is a declaration",
        "apart": "it is asked for other ends than the scoring",
        "kept": "the method rests on it",
    },
    "bound": {
        "method": "by the method",
        "around": "ten points around what the method says",
        "own": "a criterion of your own",
    },
    "form_change": {
        "answer_together": "Vendors may answer together with others, at most",
        "group_added": "Heading added",
        "question_dropped": "Dropped",
        "question_added": "Added",
        "item_added": "Mandatory item added",
        "question_reworded": "Reworded",
        "criterion_added": "Criterion added",
        "criterion_dropped": "Criterion dropped",
        "weight_changed": "Weight changed",
    },
    "item_column": {
        "id": "Id",
        "item": "What is mandatory",
        "item_fr": "What is mandatory, in French",
        "looks_at": "What is looked at",
        "looks_at_fr": "What is looked at, in French",
        "checked_by": "Who checks it",
    },
}
