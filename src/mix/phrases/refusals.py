"""What stands in the way, in English and French: one sentence for each code, with its parameters."""

from mix.phrases.identities import IDENTITIES
from mix.phrases.joining import JOINING
from mix.phrases.papers import PAPERS
from mix.phrases.pilots import PILOT_REFUSALS
from mix.phrases.routes import ROUTES
from mix.phrases.sealing import SEALING
from mix.rules.core.unmet import Unmet

REFUSALS: dict[str, tuple[str, str]] = {
    **IDENTITIES,
    **JOINING,
    **PAPERS,
    **ROUTES,
    **SEALING,
    **PILOT_REFUSALS,
    # answers and fields
    "field_missing": ("Answer “{field}”", "Répondez à « {field} »"),
    "field_must_be_yes": ("Confirm “{field}”", "Confirmez « {field} »"),
    "too_many_words": (
        "Shorten “{field}” to {most} words; it has {has}",
        "Ramenez « {field} » à {most} mots; il y en a {has}",
    ),
    "too_few_rows": ("Add at least {least} rows to “{field}”", "Ajoutez au moins {least} lignes à « {field} »"),
    "cell_missing": (
        "“{field}”, row {row}: fill in “{column}”",
        "« {field} », ligne {row} : remplissez « {column} »",
    ),
    "answer_missing": ("Write something here", "Écrivez quelque chose ici"),
    "day_too_far": ("Choose a day within ten years", "Choisissez un jour à moins de dix ans"),
    "name_missing": ("Give a name", "Indiquez un nom"),
    "department_twice": (
        "The city has “{name}” already; one that is closed can be opened again",
        "La ville a déjà « {name} » ; un service fermé peut être rouvert",
    ),
    "department_closed": (
        "“{name}” is closed: choose another department",
        "« {name} » est fermé : choisissez un autre service",
    ),
    "department_waits": (
        "Needs that wait for an answer at “{name}”: {count}. Merge them, decline them or begin a challenge first",
        "Besoins qui attendent une réponse chez « {name} » : {count}. Fusionnez-les, refusez-les ou lancez un défi d’abord",
    ),
    "reason_missing": ("Give a reason", "Donnez un motif"),
    "source_missing": ("Say where the table comes from", "Indiquez d’où vient le tableau"),
    "not_an_amount": (
        "“{given}” is not an amount. Write it as 12,500.00",
        "« {given} » n’est pas un montant. Écrivez 12 500,00",
    ),
    "amount_too_large": ("{given} is too large to be right", "{given} est trop grand pour être exact"),
    "amount_out_of_range": ("This amount is out of range", "Ce nombre est hors limites"),
    "not_a_number": ("“{given}” is not a number", "« {given} » n’est pas un nombre"),
    "not_a_date": (
        "“{given}” is not a date. Write it as 2027-01-14",
        "« {given} » n’est pas une date. Écrivez 2027-01-14",
    ),
    "not_an_option": ("“{given}” is not one of the choices", "« {given} » n’est pas l’un des choix"),
    "not_one_line": (
        "Write this on one line, without line breaks or tabs",
        "Écrivez ceci sur une seule ligne, sans saut de ligne ni tabulation",
    ),
    "text_too_long": ("This text is longer than {most} characters", "Ce texte dépasse {most} caractères"),
    "time_is_twice": (
        "{time} happens twice in {zone}, because the clocks change. Choose another time",
        "{time} arrive deux fois à {zone}, car l’heure change. Choisissez un autre moment",
    ),
    "time_never_is": (
        "{time} does not exist in {zone}, because the clocks change. Choose another time",
        "{time} n’existe pas à {zone}, car l’heure change. Choisissez un autre moment",
    ),
    "time_is_past": ("This time is past", "Ce moment est passé"),
    "ends_before_start": ("The end comes before the start", "La fin précède le début"),
    "file_empty": ("This file is empty", "Ce fichier est vide"),
    "file_kind": (
        "“{name}” is not the kind of file that its name says. Send PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or text",
        "« {name} » n’est pas le type de fichier que son nom annonce. Envoyez PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV ou texte",
    ),
    "file_too_large": (
        "“{name}” is larger than {most} MB. Nothing else was lost",
        "« {name} » dépasse {most} Mo. Rien d’autre n’est perdu",
    ),
    "pdf_unavailable": (
        "This site cannot make PDF files: its operator installs Pango (libpango-1.0-0, libpangoft2-1.0-0). Print the page instead",
        "Ce site ne peut pas créer de PDF : son exploitant installe Pango (libpango-1.0-0, libpangoft2-1.0-0). Imprimez plutôt la page",
    ),
    "upload_unknown": (
        "This upload is no longer there. Choose the file again",
        "Ce téléversement n’existe plus. Choisissez de nouveau le fichier",
    ),
    "part_out_of_place": (
        "This part does not follow what is there ({there} bytes). Go on from there",
        "Cette partie ne suit pas ce qui est là ({there} octets). Reprenez à cet endroit",
    ),
    "upload_incomplete": (
        "Only {there} bytes have arrived. Send the rest",
        "Seuls {there} octets sont arrivés. Envoyez le reste",
    ),
    "dispute_late": (
        "The ten days for an objection are over",
        "Les dix jours prévus pour une contestation sont écoulés",
    ),
    "dispute_open": (
        "Your objection is with the city; wait for its answer",
        "Votre contestation est entre les mains de la ville; attendez sa réponse",
    ),
    "dispute_answered": ("This objection was answered already", "Cette contestation a déjà reçu une réponse"),
    # needs and challenges
    "need_decided": ("This need was decided already", "Ce besoin a déjà été tranché"),
    "need_not_mergeable": ("Choose another open need of this city", "Choisissez un autre besoin ouvert de cette ville"),
    "code_taken": ("Another challenge has this address", "Un autre défi a cette adresse"),
    "shares_wrong": (
        "The shares must leave something for the lead",
        "Les parts doivent en laisser une à la ville responsable",
    ),
    "route_not_in_method": ("This method does not offer that route", "Cette méthode n’offre pas cette voie"),
    "route_frozen": (
        "The route was frozen by the first public notice. To change it, cancel and re-issue",
        "La voie a été figée par le premier avis public. Pour la changer, annulez et recommencez",
    ),
    "challenge_over": ("This challenge has ended", "Ce défi est terminé"),
    "challenge_not_over": ("This challenge still runs", "Ce défi est toujours en cours"),
    "method_version_taken": (
        "This version of {method} has another content. Give the change a new version",
        "Cette version de {method} a un autre contenu. Donnez une nouvelle version au changement",
    ),
    # documents and steps
    "edited_meanwhile": (
        "{name} saved version {number} while you were writing. Both texts are shown below; nothing is lost",
        "{name} a enregistré la version {number} pendant que vous écriviez. Les deux textes sont ci-dessous; rien n’est perdu",
    ),
    "not_reusable": (
        "This work may not be reused, or it has expired",
        "Ce travail ne peut être repris, ou il a expiré",
    ),
    "already_written": ("Something is written here already", "Quelque chose est déjà écrit ici"),
    "step_not_active": ("“{step}” is not open for work now", "« {step} » n’est pas ouvert au travail en ce moment"),
    "step_at_gate": (
        "“{step}” waits for its gate and cannot be changed",
        "« {step} » attend son point de décision et ne peut être modifié",
    ),
    "step_not_optional": ("This step may not be left out", "Cette étape ne peut être omise"),
    "scan_expired": (
        "This scan was good until {on}. Look again, and set a new day",
        "Cette analyse valait jusqu’au {on}. Refaites l’examen et fixez une nouvelle date",
    ),
    "drift_too_large": (
        "The design costs over {most} percent more than the award: that needs a new competition",
        "La conception coûte plus de {most} pour cent de plus que l’attribution : un nouvel appel est nécessaire",
    ),
    # gates
    "gate_not_asked": ("Gate {gate} has not been asked for", "Le point de décision {gate} n’a pas été demandé"),
    "not_a_decider": ("Your role does not decide at gate {gate}", "Votre rôle ne décide pas au point {gate}"),
    "already_signed": ("This word was given already at gate {gate}", "Cet avis a déjà été donné au point {gate}"),
    "signed_in_another_role": (
        "You have signed gate {gate} in another role; a second person must sign",
        "Vous avez signé le point {gate} à un autre titre; une deuxième personne doit signer",
    ),
    "author_may_not_approve": (
        "You wrote what gate {gate} decides on; somebody else must approve it",
        "Vous avez rédigé ce que le point {gate} tranche; une autre personne doit l’approuver",
    ),
    "nobody_named_for_value": (
        "Nobody is named to approve this value in {city}. Its procurement manager enters the table of authority",
        "Personne n’est désigné pour approuver cette valeur à {city}. La gestion de l’approvisionnement remplit le tableau des pouvoirs",
    ),
    "value_unknown": (
        "State the most the purchase can cost, with all options",
        "Indiquez le coût maximal de l’achat, toutes options comprises",
    ),
    "approver_is_requester": ("Whoever asked may not approve", "La personne qui demande ne peut approuver"),
    "authority_needed": ("This value needs the authority of: {role}", "Cette valeur exige l’autorité de : {role}"),
    "bands_missing": ("Enter at least one row", "Entrez au moins une ligne"),
    "bands_twice": ("Two rows have the same limit", "Deux lignes ont la même limite"),
    # people
    "email_taken": ("This address has an account", "Cette adresse a un compte"),
    "role_held": ("{name} has this role already", "{name} a déjà ce rôle"),
    "procurement_does_not_score": (
        "{name} works in procurement, which runs the process and does not score",
        "{name} travaille à l’approvisionnement, qui mène le processus et ne note pas",
    ),
    "councillors_do_not_evaluate": (
        "{name} sits on council, and councillors do not evaluate",
        "{name} siège au conseil, et les membres du conseil n’évaluent pas",
    ),
    "approvers_do_not_evaluate": (
        "{name} approves awards and may not evaluate",
        "{name} approuve les attributions et ne peut évaluer",
    ),
    "overseers_do_not_evaluate": (
        "{name} oversees the process and may not evaluate",
        "{name} surveille le processus et ne peut évaluer",
    ),
    "vendors_do_not_evaluate": (
        "{name} acts for a vendor and may not evaluate",
        "{name} agit pour un fournisseur et ne peut évaluer",
    ),
    "staff_may_not_bid": (
        "City staff may not act for a vendor",
        "Le personnel municipal ne peut agir pour un fournisseur",
    ),
    "vendor_may_not_serve": (
        "{name} acts for a vendor and may not have a role in a city",
        "{name} agit pour un fournisseur et ne peut avoir de rôle dans une ville",
    ),
    "last_administrator": (
        "The last administrator stays until there is another",
        "Le dernier administrateur reste jusqu’à ce qu’il y en ait un autre",
    ),
    "invitation_used": ("This invitation was used already", "Cette invitation a déjà servi"),
    "invitation_expired": (
        "This invitation expired on {on}. Ask for a new one",
        "Cette invitation a expiré le {on}. Demandez-en une nouvelle",
    ),
    "invitation_of_another": (
        "This invitation is for {email}, and you are signed in as {own}. Sign out, and sign in or make an account with {email}; if both addresses are yours, add {email} under “E-mail addresses” on your account page and confirm it; or ask {inviter} to invite {own}",
        "Cette invitation est pour {email}, et votre session est ouverte comme {own}. Fermez la session, puis connectez-vous ou créez un compte avec {email}; si les deux adresses sont à vous, ajoutez {email} sous « Adresses de courriel » dans votre compte et confirmez-la; ou demandez à {inviter} d’inviter {own}",
    ),
    "invitation_unconfirmed": (
        "Confirm the address {email} first, under “E-mail addresses” on your account page",
        "Confirmez d’abord l’adresse {email}, sous « Adresses de courriel » dans votre compte",
    ),
    "city_not_yours": ("You do not work for this city", "Vous ne travaillez pas pour cette ville"),
    "city_takes_part": ("This city takes part already", "Cette ville participe déjà"),
    # engagement
    "engagement_not_planned": ("Plan the event", "Planifiez l’activité"),
    "engagement_not_published": ("Publish the invitation", "Publiez l’invitation"),
    "engagement_already_published": ("The invitation is public already", "L’invitation est déjà publique"),
    "engagement_not_begun": ("The event has not begun", "L’activité n’a pas commencé"),
    "engagement_not_held": ("Note that the event took place", "Notez que l’activité a eu lieu"),
    "registration_closed": ("Registration is closed", "L’inscription est close"),
    "questions_unanswered": ("Answer {count} open question(s)", "Répondez à {count} question(s) en attente"),
    # solicitation
    "notice_without_text": ("Write the notice", "Rédigez l’avis"),
    "period_too_short": (
        "Leave at least {least} days before closing; there are {days}",
        "Laissez au moins {least} jours avant la clôture; il y en a {days}",
    ),
    "questions_end_after_closing": (
        "Questions must end before closing",
        "Les questions doivent prendre fin avant la clôture",
    ),
    "purchase_option_undeclared": (
        "State the most that may be bought, so that buying is part of this competition",
        "Indiquez l’achat maximal, pour que l’achat fasse partie de cet appel",
    ),
    "price_bounds_wrong": (
        "Give both bounds of the price, the lower one first, or none",
        "Donnez les deux bornes du prix, la plus basse d’abord, ou aucune",
    ),
    "fixed_price_missing": ("Say the price that the city has fixed", "Indiquez le prix que la ville a fixé"),
    "already_published": ("This notice is public already", "Cet avis est déjà public"),
    "solicitation_not_drafted": ("Draft the notice", "Préparez l’avis"),
    "solicitation_not_published": ("Publish the notice", "Publiez l’avis"),
    "solicitation_still_open": (
        "This call is open until its closing time",
        "Cet appel est ouvert jusqu’à l’heure de clôture",
    ),
    "solicitation_closed": ("This call has closed", "Cet appel est clos"),
    "envelopes_not_opened": ("Open the envelopes", "Ouvrez les enveloppes"),
    "nobody_answered": (
        "Nobody answered. Revise and call again, or stop",
        "Personne n’a répondu. Révisez et relancez, ou arrêtez",
    ),
    "closing_only_extended": ("Closing may only be moved later", "La clôture ne peut qu’être reportée"),
    "addendum_needs_time": (
        "A substantial change leaves at least two days until closing. Move the closing time",
        "Une modification importante laisse au moins deux jours avant la clôture. Reportez la clôture",
    ),
    "questions_closed": ("Questions are closed", "La période de questions est close"),
    "answer_published": ("This answer is public already", "Cette réponse est déjà publique"),
    "not_openable_yet": (
        "Envelopes may be opened one hour after closing",
        "Les enveloppes peuvent être ouvertes une heure après la clôture",
    ),
    "already_opened": ("These envelopes are open already", "Ces enveloppes sont déjà ouvertes"),
    "price_before_quality": (
        "Prices may be opened when the panel has frozen quality",
        "Les prix peuvent être ouverts quand le comité a figé la qualité",
    ),
    # submissions
    "late": (
        "Received {received}. Closed {closed}. It does not count",
        "Reçu {received}. Clos {closed}. Elle ne compte pas",
    ),
    "draft_changed_meanwhile": (
        "A team mate saved this draft while you were writing. Your text is kept on this page; check it against the draft and save again",
        "Un membre de l’équipe a enregistré ce brouillon pendant que vous écriviez. Votre texte est gardé sur cette page; comparez et enregistrez de nouveau",
    ),
    "retry_key_reused": (
        "This was sent before, and the draft has changed since. Check it and finalise again",
        "Ceci a déjà été envoyé, et l’ébauche a changé depuis. Vérifiez-la et finalisez de nouveau",
    ),
    "submission_empty": ("There is nothing to submit yet", "Il n’y a encore rien à soumettre"),
    "submission_too_large": (
        "All files together would be larger than 500 MB. Nothing else was lost",
        "Tous les fichiers ensemble dépasseraient 500 Mo. Rien d’autre n’est perdu",
    ),
    "addendum_unread": ("Read addendum {number} and confirm it", "Lisez l’addenda {number} et confirmez-le"),
    "addendum_unknown": ("This addendum belongs to another call", "Cet addenda appartient à un autre appel"),
    "not_finalised": ("There is nothing to withdraw", "Il n’y a rien à retirer"),
    "envelope_unknown": ("This call has no such envelope", "Cet appel n’a pas cette enveloppe"),
    # evaluation
    "panel_missing": ("Appoint the panel", "Nommez le comité"),
    "panel_too_small": ("Appoint at least two people", "Nommez au moins deux personnes"),
    "chair_missing": ("Appoint a chair", "Nommez une présidence"),
    "chair_taken": ("This panel has a chair", "Ce comité a une présidence"),
    "chair_only": ("Only the chair does this", "Seule la présidence peut le faire"),
    "on_the_panel": ("{name} is on this panel already", "{name} fait déjà partie de ce comité"),
    "evaluation_in_panel": ("Let the panel begin to score", "Lancez la notation du comité"),
    "evaluation_in_scoring": ("The panel is scoring", "Le comité note"),
    "evaluation_in_consensus": ("The panel is agreeing", "Le comité délibère"),
    "evaluation_in_between": ("Invite who reaches the next stage", "Invitez qui atteint l’étape suivante"),
    "meeting_incomplete": ("Say this too", "Indiquez cela aussi"),
    "meeting_in_the_past": ("Choose a time that is still to come", "Choisissez une heure à venir"),
    "meeting_not_held": (
        "This meeting has no time yet, or has not begun",
        "Cette rencontre n’a pas encore d’heure, ou n’a pas commencé",
    ),
    "meeting_of_no_stage": (
        "Nobody is met in this stage of the scoring",
        "Personne n’est rencontré à cette étape de la notation",
    ),
    "meeting_recorded": ("This meeting is recorded already", "Cette rencontre est déjà consignée"),
    "meetings_missing": ("Meetings that are not recorded yet: {count}", "Rencontres à consigner : {count}"),
    "evaluation_in_quality_frozen": (
        "Open the prices if they count, and compute the result",
        "Ouvrez les prix s’ils comptent, et calculez le résultat",
    ),
    "tie_unbroken": (
        "Equal, and at most {most} may be chosen: {names}. Draw the order among them and record it",
        "À égalité, et au plus {most} peuvent être retenus : {names}. Procédez au tirage et consignez l’ordre",
    ),
    "tie_before_award": (
        "Equal and next in rank: {names}. The order among them is drawn and recorded at the evaluation first",
        "À égalité et suivants au classement : {names}. Le tirage est d’abord consigné à l’évaluation",
    ),
    "tie_order_wrong": (
        "Name each of the equal vendors once",
        "Nommez une fois chacun des fournisseurs à égalité",
    ),
    "evaluation_wrong_phase": (
        "The evaluation is at another stage now",
        "L’évaluation est maintenant à une autre phase",
    ),
    "declaration_missing": ("{name} must declare conflicts first", "{name} doit d’abord déclarer ses conflits"),
    "declaration_incomplete": ("Declare about {vendor}", "Faites votre déclaration au sujet de {vendor}"),
    "criterion_unknown": ("This criterion was not published", "Ce critère n’a pas été publié"),
    "score_out_of_range": ("Choose a score from 0 to 5", "Choisissez une note de 0 à 5"),
    "extreme_needs_comment": (
        "A score of {score} needs a comment. Say why",
        "Une note de {score} exige un commentaire. Dites pourquoi",
    ),
    "change_needs_reason": (
        "You handed in already. Say why the score changes",
        "Vous avez déjà remis vos notes. Dites pourquoi la note change",
    ),
    "scores_missing": ("{name}: {count} score(s) missing", "{name} : {count} note(s) à donner"),
    "not_handed_in": ("{name} has not handed in", "{name} n’a pas remis ses notes"),
    "too_few_scores": ("Fewer than two people scored {name}", "Moins de deux personnes ont noté {name}"),
    "consensus_incomplete": ("Agree on {count} more score(s)", "Accordez-vous sur encore {count} note(s)"),
    "price_not_opened": ("Open the price envelopes", "Ouvrez les enveloppes de prix"),
    "already_disqualified": ("This vendor is disqualified already", "Ce fournisseur est déjà disqualifié"),
    # sprint
    "sign_off_missing": ("Sign-off missing: {area}", "Autorisation manquante : {area}"),
    "already_signed_off": ("This area is signed off already", "Ce domaine est déjà autorisé"),
    "data_grant_unequal": (
        "{vendor} lacks data that others have: {data}",
        "Il manque à {vendor} des données que d’autres ont : {data}",
    ),
    "data_granted_already": ("This vendor has this data set already", "Ce fournisseur a déjà ce jeu de données"),
    "data_returned_already": ("This data was returned already", "Ces données ont déjà été rendues"),
    "vendor_not_in_sprint": ("{vendor} is not in this sprint", "{vendor} ne participe pas à ce sprint"),
    "hypothesis_unknown": ("The framework has no such hypothesis", "Le cadre n’a pas cette hypothèse"),
    "mood_out_of_range": ("Choose 1 to 5", "Choisissez de 1 à 5"),
    "week_out_of_range": ("Choose a week from 1 to 52", "Choisissez une semaine de 1 à 52"),
    "sprint_still_runs": ("The sprint runs until {until}", "Le sprint se poursuit jusqu’au {until}"),
    "evidence_missing": ("{vendor}: no evidence for {which}", "{vendor} : aucune preuve pour {which}"),
    "check_in_missing_city": ("{vendor}: no check-in from the city", "{vendor} : aucun suivi de la ville"),
    "check_in_missing_vendor": ("{vendor}: no check-in from the vendor", "{vendor} : aucun suivi du fournisseur"),
    "demo_missing": ("{vendor}: no demo on record", "{vendor} : aucune démonstration au dossier"),
    "incidents_unsettled": ("Settle {count} incident(s)", "Réglez {count} incident(s)"),
    "parity_reason_missing": (
        "{vendor} got over a tenth more or less ({kind}) than the middle vendor. Say why",
        "{vendor} a reçu plus d’un dixième de plus ou de moins ({kind}) que le fournisseur du milieu. Dites pourquoi",
    ),
    # award
    "nobody_recommended": ("Recommend the best-ranked vendor", "Recommandez le fournisseur le mieux classé"),
    "negotiation_not_recorded": (
        "Record the negotiation, or that there was none",
        "Consignez la négociation, ou son absence",
    ),
    "nobody_left_to_recommend": (
        "Nobody is left on the ranking. Revise or stop",
        "Il ne reste personne au classement. Révisez ou arrêtez",
    ),
    "award_live": ("There is a recommendation already", "Il y a déjà une recommandation"),
    "award_over": ("This recommendation has ended", "Cette recommandation est terminée"),
    "no_letter_yet": (
        "A debrief may be asked for after the letter",
        "La rétroaction peut être demandée après la lettre",
    ),
    # agreements
    "nobody_to_agree_with": ("Nobody was admitted or awarded", "Personne n’a été admis ou choisi"),
    "agreement_not_drafted": ("Draft the agreement with {vendor}", "Préparez l’entente avec {vendor}"),
    "agreement_unsigned": (
        "The agreement with {vendor} is not signed by all",
        "L’entente avec {vendor} n’est pas signée par tous",
    ),
    "agreement_exists": ("There is an agreement with {vendor}", "Il y a une entente avec {vendor}"),
    "agreement_fixed": (
        "This agreement is signed or ended and cannot be changed",
        "Cette entente est signée ou terminée et ne peut être modifiée",
    ),
    "agreement_not_signed": ("This agreement is not signed yet", "Cette entente n’est pas encore signée"),
    "clauses_missing": ("Choose at least one clause", "Choisissez au moins une clause"),
    "clause_unchanged": ("Change the words of the clause", "Modifiez le texte de la clause"),
    "clauses_unsettled": (
        "Settle {count} proposed change(s) of clauses",
        "Réglez {count} modification(s) de clause proposée(s)",
    ),
    "edit_waits": (
        "A change of this clause waits for an answer",
        "Une modification de cette clause attend une réponse",
    ),
    "edit_answered": ("This change was answered already", "Cette modification a déjà reçu une réponse"),
    "own_edit": ("The other side answers this change", "C’est à l’autre partie de répondre"),
    "paper_missing": ("Missing: {name}", "Manquant : {name}"),
    "paper_expired": ("{name} expired on {on}", "{name} a expiré le {on}"),
    "no_signatory_city": ("Name who signs for the city", "Désignez qui signe pour la ville"),
    "no_signatory_vendor": ("The vendor names who signs for it", "Le fournisseur désigne qui signe pour lui"),
    "signatory_not_of_side": ("{name} does not act for this vendor", "{name} n’agit pas pour ce fournisseur"),
    "signatory_without_authority": ("{name} may not sign for the city", "{name} ne peut signer pour la ville"),
    "not_a_signatory": (
        "You are not named to sign this agreement",
        "Vous n’êtes pas désigné pour signer cette entente",
    ),
    "not_delivered": ("Nothing was delivered yet", "Rien n’a encore été livré"),
    "deliverable_accepted": ("This was accepted already", "Ceci a déjà été accepté"),
    # delivery
    "contract_missing": ("There is no signed contract", "Il n’y a pas de contrat signé"),
    "backlog_empty": (
        "Add the decisions and tests of the co-design",
        "Ajoutez les décisions et les essais de la conception",
    ),
    "backlog_unsettled": ("Settle {count} item(s) of the backlog", "Réglez {count} élément(s) de la liste"),
    "changes_undecided": ("Decide on {count} change order(s)", "Tranchez {count} avenant(s)"),
    "change_decided": ("This change was decided already", "Cet avenant a déjà été tranché"),
    "milestones_missing": ("Plan the milestones", "Planifiez les jalons"),
    "milestones_unaccepted": ("{count} milestone(s) are not accepted", "{count} jalon(s) ne sont pas acceptés"),
    "milestones_exceed_contract": (
        "All milestones together exceed the contract and its changes",
        "L’ensemble des jalons dépasse le contrat et ses avenants",
    ),
    "outcome_unread": ("Measure “{measure}” at {month} months", "Mesurez « {measure} » à {month} mois"),
    "measure_unknown": ("This measure was not promised", "Cette mesure n’a pas été promise"),
    "month_unknown": ("Choose 3, 6 or 12 months", "Choisissez 3, 6 ou 12 mois"),
    "nothing_to_take_over": ("Nothing has been measured yet", "Rien n’a encore été mesuré"),
    # policy
    "exclusion_reason_missing": (
        "“{words}” may keep new firms out: rewrite it, or say why it stays",
        "« {words} » peut écarter de nouvelles entreprises : reformulez, ou dites pourquoi cela reste",
    ),
    "policy_blocks": ("{rule} ({cities})", "{rule} ({cities})"),
    "bylaw_file": ("Line {line} of the file: {text}", "Ligne {line} du fichier : {text}"),
    "bylaw_decided": ("This version was signed or dropped already", "Cette version a déjà été signée ou abandonnée"),
    "bylaw_quotes": (
        "Say how many quotes are asked for, and only where the way is quotes",
        "Indiquez combien de prix sont demandés, et seulement pour une demande de prix",
    ),
    "bylaw_open_end": (
        "{category}: leave the value of the highest band empty, it has no limit",
        "{category} : laissez vide la valeur de la tranche la plus haute, elle n’a pas de limite",
    ),
    "bylaw_twice": (
        "{category}: two bands end at the same value",
        "{category} : deux tranches finissent à la même valeur",
    ),
    "bylaw_address": (
        "Give an address that begins with https://",
        "Donnez une adresse qui commence par https://",
    ),
    "bylaw_number": (
        "Give a whole number: days from 1 to 365, quotes up to 20, values above zero",
        "Donnez un nombre entier : de 1 à 365 jours, au plus 20 prix, des valeurs au-dessus de zéro",
    ),
    "rule_confirmed_already": (
        "Two people have confirmed this rule already",
        "Deux personnes ont déjà confirmé cette règle",
    ),
    "circumstances_missing": (
        "Write down the circumstances of this ground",
        "Consignez les circonstances de ce motif",
    ),
    "quotes_missing": ("Say how many quotes are asked for", "Indiquez combien de prix sont demandés"),
    "waived_already": ("This rule is set aside already", "Cette règle est déjà écartée"),
    # the log
    "log_gap": ("An entry is missing", "Une inscription manque"),
    "log_unlinked": ("This entry does not follow from the one before", "Cette inscription ne suit pas la précédente"),
    "log_altered": ("This entry was changed", "Cette inscription a été modifiée"),
    "log_cut_short": ("The end of the chain is missing", "La fin de la chaîne manque"),
    # requests
    "form_expired": (
        "This page had been open for too long. Your text is kept; send it again",
        "Cette page était ouverte depuis trop longtemps. Votre texte est gardé; envoyez-le de nouveau",
    ),
}


def sentence(unmet: Unmet, language: str) -> str:
    """Return the sentence of one unmet thing. Parameters named `…_fr` stand in for their English twins in French."""
    english, french = REFUSALS[unmet.code]
    params = dict(unmet.params)
    if not language.startswith("fr"):
        return english.format(**params)
    for key, value in unmet.params.items():
        if key.endswith("_fr"):
            params[key.removesuffix("_fr")] = value
    return french.format(**params)
