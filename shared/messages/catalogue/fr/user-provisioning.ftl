LOCATION_EXISTS = Un site de ce nom existe déjà. Choisissez un autre nom.
HEADQUARTERS_EXISTS = Le client a déjà un siège. Modifiez-le ou ajoutez une succursale.
UNKNOWN_PACKAGE = Absent du catalogue ou non destiné aux utilisateurs : { $packages }. Choisissez une autre offre.
UNKNOWN_LOCATION = Certains sites n'appartiennent pas à ce client. Corrigez ceux qui sont indiqués.
UNKNOWN_TARGET = Cette cible n'appartient ni au client ni à son partenaire. Choisissez-en une autre.
USERS_EXIST = { $count ->
    [one] Un utilisateur avec cette adresse existe déjà. Retirez-le ou corrigez l'adresse.
   *[other] { $count } de ces utilisateurs existent déjà. Retirez-les ou corrigez leurs adresses.
}
TARGET_EXISTS = L'organisation a déjà une cible de ce nom. Choisissez un autre nom.
NOT_A_SIMULATOR = Seul un simulateur peut montrer ce qu'il a reçu.
TARGET_UNAVAILABLE = Le système cible ne répond pas. Une nouvelle tentative aura lieu automatiquement.
TARGET_REFUSED = Le système cible a refusé le compte. Corrigez les informations qu'il indique, puis réessayez.
