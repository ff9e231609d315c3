LOOKS_LIKE_EXISTING = Des organisations semblables existent déjà. Choisissez l'une d'elles ou confirmez que vous en voulez une nouvelle.
IMPORT_REFUSED = { $refused_count ->
    [one] Une ligne n'est pas valide ; rien n'a donc été importé. Corrigez-la ou n'importez que les lignes valides.
   *[other] { $refused_count } lignes ne sont pas valides ; rien n'a donc été importé. Corrigez-les ou n'importez que les lignes valides.
}
IMPORT_OPTIONS_MISSING = Une importation commence par ses options. Envoyez-les en premier.
ACTIVITY_OPTIONS_MISSING = Un rapport d'activité commence par ses options. Envoyez-les en premier.
LINE_TOO_LONG = La ligne { $line } dépasse { $limit_bytes } octets. Raccourcissez-la ; chaque ligne correspond à une organisation.
NOT_A_PARTNER = Cette organisation n'est pas un partenaire. Attribuez-lui d'abord le rôle de partenaire.
LINK_WOULD_CYCLE = Ce lien ferait d'une organisation son propre partenaire, directement ou par l'intermédiaire d'autres.
DOMAIN_CLAIMED_ELSEWHERE = { $domain } ou un domaine parent est revendiqué par une autre organisation. S'il vous appartient, adressez-vous à votre fournisseur.
DOMAIN_NOT_VERIFIED = { $domain } n'est pas encore vérifié. Créez d'abord son enregistrement DNS et vérifiez-le.
CHALLENGE_RECORD_MISSING = Il n'y a pas d'enregistrement TXT à { $record_name }. Créez-le ou attendez sa publication, puis vérifiez à nouveau.
CHALLENGE_MISMATCH = { $found_count ->
    [one] L'enregistrement TXT à { $record_name } n'a pas la valeur attendue. Corrigez-le, puis vérifiez à nouveau.
   *[other] Aucun des { $found_count } enregistrements TXT à { $record_name } n'a la valeur attendue. Corrigez-en un, puis vérifiez à nouveau.
}
DNS_UNAVAILABLE = Le DNS n'a pas répondu au sujet de { $record_name }. Réessayez plus tard.
DOMAIN_LIMIT_REACHED = Cette organisation a { $limit } domaines, ce qui est le maximum. Libérez-en un d'abord.
ORGANIZATION_IN_USE = Cette organisation gère encore des clients ou a des personnes actives. Déplacez-les d'abord ou confirmez la suppression.
ORGANIZATION_NOT_DELETED = Cette organisation n'est pas supprimée.
MERGE_PLAN_STALE = L'une des deux organisations a changé depuis que cette fusion a été planifiée. Planifiez-la de nouveau et regardez ce qui est nouveau.
MERGE_BLOCKED = Ces organisations ne peuvent pas être fusionnées en l'état. Supprimez d'abord ce que le plan indique.
MERGE_UNDER_WAY = Cette organisation est en cours de fusion. Attendez la fin ou annulez-la.
NOT_MERGED = Cette organisation n'a pas été fusionnée avec une autre. Il n'y a rien à annuler.
UNDO_WINDOW_OVER = Cette fusion est trop ancienne pour être annulée.
MERGE_NOT_UNDOABLE = Quelque chose empêche d'annuler cette fusion : { $resource }. Corrigez-le d'abord.
ORGANIZATION_MERGED = Cette organisation a été fusionnée avec une autre. Utilisez { $merged_into }.
PARTNER_NOT_LINKED = Ce partenaire ne gère pas cette organisation.
LINK_IS_READ_ONLY = Par ce lien, le partenaire ne peut que lire ; il ne peut donc pas demander l'administration complète.
LINK_HAS_FULL_ADMIN = Le partenaire administre déjà entièrement cette organisation.
SETUP_NOT_COMPLETE = L'administration complète se demande une fois le service mis en place. Terminez d'abord la mise en place.
ACCESS_REQUEST_PENDING = Cette organisation n'a pas encore répondu à la dernière demande. Attendez sa réponse.
ACCESS_REQUEST_EXPIRED = Personne n'a répondu à temps à cette demande. Faites-en une nouvelle.
ACCESS_REQUEST_DECIDED = Cette demande a déjà reçu une réponse, ou son lien a été supprimé.

match-MATCHED = Cette adresse appartient à une personne de cette organisation.
match-CANDIDATES = Il peut s'agir de l'une de ces organisations. Choisissez-en une ou créez une nouvelle organisation.
match-NONE = Aucune organisation connue ne correspond. Vous pouvez en créer une nouvelle.

unlikely = Elle n'a aucun domaine vérifié et personne n'y a été actif au cours des 365 derniers jours.

explain-MATCH = Cette organisation correspond : l'adresse est celle d'une de ses personnes et d'aucune autre organisation.
explain-CANDIDATE = Cette organisation figure parmi les candidates.
explain-MERGED = Cette organisation a été fusionnée avec une autre, qui est examinée à sa place.
explain-DELETED = Cette organisation est supprimée.
explain-WRONG_ROLE = Cette organisation n'a pas le rôle recherché.
explain-PUBLIC_MAIL_DOMAIN = L'adresse relève d'une messagerie publique, qui ne dit rien d'une organisation.
explain-DISPOSABLE_MAIL_DOMAIN = L'adresse relève d'un service d'adresses jetables, qui ne dit rien d'une organisation.
explain-PUBLIC_SUFFIX = Le domaine de l'adresse est un suffixe sous lequel chacun peut enregistrer des noms.
explain-NO_COMMON_DOMAIN = Cette organisation n'a ni le domaine de l'adresse ni un domaine parent, et l'adresse n'est celle d'aucune de ses personnes.
explain-OTHER_IS_CONTACT = L'adresse est celle d'une personne d'une autre organisation, qui correspond.
explain-BEYOND_LIMIT = Cette organisation convient, mais trop d'autres conviennent mieux.
