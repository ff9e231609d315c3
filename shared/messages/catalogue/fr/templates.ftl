NOT_A_PARTNER = Les modèles appartiennent à des partenaires, et cette organisation n'en est pas un. Attribuez-lui d'abord le rôle de partenaire.
NOTHING_TO_SUBMIT = Le modèle n'a pas changé depuis sa dernière révision. Il n'y a rien à soumettre.
TEMPLATE_ARCHIVED = Le modèle est archivé. Désarchivez-le d'abord ou utilisez-en un autre.
TEMPLATE_DELETED = Le modèle est supprimé. Restaurez-le d'abord.
TEMPLATE_IN_USE = { $customers ->
    [one] { $customers } client a été créé avec ce modèle, qui ne peut donc pas être supprimé. Archivez-le plutôt.
   *[other] { $customers } clients ont été créés avec ce modèle, qui ne peut donc pas être supprimé. Archivez-le plutôt.
}
NOTHING_TO_UNDO = Il n'y a rien à annuler : le modèle n'est pas dans cet état.
CUSTOMER_ALREADY_PINNED = Le client a été créé avec une autre révision et la garde jusqu'à son départ.
SETTINGS_OUT_OF_DATE = Ces paramètres ne conviennent plus : { $settings }. Donnez d'autres valeurs ou retirez-les.
SUBSCRIPTION_NOT_OF_PARTNER = Ce n'est pas un abonnement de gros du partenaire, ou il n'existe pas. Indiquez-en un qui est associé au partenaire.
SEVERAL_TEMPLATES_APPLY = L'organisation a été créée avec des modèles de plusieurs partenaires. Indiquez la révision voulue.
