"""Why somebody cannot come in by their city's own sign-in service, or cannot leave yet."""

from __future__ import annotations

IDENTITIES: dict[str, tuple[str, str]] = {
    "identity_address": (
        "{name} cannot vouch for the address “{email}” here. Sign in with e-mail and password",
        "{name} ne peut pas répondre ici de l’adresse « {email} ». Connectez-vous par courriel et mot de passe",
    ),
    "identity_no_duty": (
        "You have no duty here yet, and none of your groups has one. Ask an administrator of {city} for an invitation",
        "Vous n’avez pas encore de fonction ici, ni aucun de vos groupes. Demandez une invitation à l’administration de {city}",
    ),
    "identity_inactive": ("This account is closed", "Ce compte est fermé"),
    "identity_elsewhere": (
        "Your account also acts outside {city}, so {city} alone cannot vouch for you. Sign in with e-mail and password",
        "Votre compte agit aussi hors de {city}; {city} ne peut donc répondre seule de vous. Connectez-vous par courriel et mot de passe",
    ),
    "identity_down": (
        "{name} does not answer at the moment. Try again in a few minutes, or sign in with e-mail and password",
        "{name} ne répond pas en ce moment. Réessayez dans quelques minutes, ou connectez-vous par courriel et mot de passe",
    ),
    "identity_failed": (
        "{name} did not let you in, or its answer came too late. Begin again from the sign-in page",
        "{name} ne vous a pas laissé entrer, ou sa réponse est arrivée trop tard. Recommencez depuis la page de connexion",
    ),
    "identity_no_connect": (
        "Accounts are connected by signing in, not by hand: sign out, and choose your city on the sign-in page",
        "Les comptes se relient à la connexion, pas à la main : déconnectez-vous et choisissez votre ville sur la page de connexion",
    ),
    "role_left_alone": (
        "Nobody else at {city} has the role “{role}”, and this waits for it: {count}. Say who takes over",
        "Personne d’autre à {city} n’a le rôle « {role} », et ceci l’attend : {count}. Dites qui prend la relève",
    ),
    "successor_not_staff": (
        "Whoever takes over works for {city}, and is somebody else",
        "La personne qui prend la relève travaille pour {city}, et c’est quelqu’un d’autre",
    ),
    "identity_issuer": ("The issuer is an https address", "L’émetteur est une adresse https"),
    "identity_domains": (
        "Name the domains of the addresses that this service may vouch for",
        "Nommez les domaines des adresses dont ce service peut répondre",
    ),
}
